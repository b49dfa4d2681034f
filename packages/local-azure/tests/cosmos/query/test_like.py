"""LIKE agrees with the regular expression that says the same, and no pattern can drive it for ages."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.query.like import like

PARTS = {
    "%": ".*",
    "_": ".",
    "a": "a",
    "b": "b",
    "[ab]": "[ab]",
    "[^a]": "[^a]",
    "[a-c]": "[a-c]",
    "!%": "%",
    "!_": "_",
}


@given(st.lists(st.sampled_from(sorted(PARTS)), max_size=8), st.text("abc%_", max_size=10))
def test_like_means_what_a_regular_expression_says(parts: list[str], text: str) -> None:
    expression = "".join(PARTS[part] for part in parts)
    assert like(text, "".join(parts), "!") == bool(re.fullmatch(expression, text, re.DOTALL))


def test_like_is_case_sensitive() -> None:
    assert not like("Toys", "t%", None)


def test_a_set_without_an_end_is_refused() -> None:
    with pytest.raises(CosmosError):
        like("a", "[a", None)


def test_a_pattern_that_makes_regular_expressions_backtrack_is_answered_at_once() -> None:
    start = time.process_time()
    assert not like("a" * 2_000, "%a" * 500 + "%b%", None)
    assert not like("a" * 2_000, "%[ac]" * 500 + "%b_%", None)
    assert time.process_time() - start < 2
