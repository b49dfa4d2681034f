"""How deep a body may nest: brackets within strings are text, whatever stands before their quotes."""

import pytest

from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.wire import MAX_NESTING, check_nesting

DEEPEST = b"[" * MAX_NESTING + b"]" * MAX_NESTING
TOO_DEEP = b"[" + DEEPEST + b"]"


@pytest.mark.parametrize(
    "body",
    [
        DEEPEST,
        b"[" + DEEPEST[1:-1] + b"," + DEEPEST[1:-1] + b"]",
        b'["' + TOO_DEEP + b'"]',
        b'["\\"' + TOO_DEEP + b'", "\\\\", "' + TOO_DEEP + b'"]',
        b'"' + TOO_DEEP + b'"',
    ],
    ids=["as deep as allowed", "twice", "in a string", "in a string behind an escaped quote", "a string alone"],
)
def test_a_body_passes_whose_brackets_are_not_too_deep(body: bytes):
    check_nesting(body, "The body")


@pytest.mark.parametrize(
    "body",
    [
        TOO_DEEP,
        TOO_DEEP.replace(b"[", b'{"a":').replace(b"]", b"}"),
        b'["text", ' + DEEPEST + b"]",
        b'["\\\\", ' + DEEPEST + b', "\\""]',
        b'["unfinished, ' + TOO_DEEP,
    ],
    ids=["arrays", "objects", "behind a string", "behind an escaped backslash", "in a string that does not end"],
)
def test_a_body_is_refused_whose_brackets_are_too_deep(body: bytes):
    with pytest.raises(CosmosError, match=f"The body is nested more than {MAX_NESTING} deep"):
        check_nesting(body, "The body")
