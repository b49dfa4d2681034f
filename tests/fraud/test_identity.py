"""One canonical form of a content, whichever way it is read."""

from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fraud.identity import canonical, canonical_body

NUMBERS = (
    st.integers(-(2**70), 2**70)
    | st.sampled_from((2**53 - 1, 2**53, -(2**53), 2**53 + 1))
    | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text() | st.text("0123456789", min_size=14, max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text() | st.sampled_from(("store_id", "id")), VALUES, max_size=6))
@example({"price": 20.0, "store_id": None})
@example({"price": -0.0, "qty": 1e300})
def test_the_form_of_a_body_is_that_of_its_fields(content: dict[str, Any]):
    body = msgspec.json.encode(content)

    assert canonical_body(body) == canonical(msgspec.json.decode(body))


@pytest.mark.parametrize("body", [b'{"a":1e400}', b'{"a":[-1e999]}', b"[1]", b'{"a":"\\ud800"}', b'{"a":1', b""])
def test_what_the_archive_cannot_read_has_no_form(body: bytes):
    with pytest.raises(ValueError, match=r"."):
        canonical_body(body)


@pytest.mark.parametrize(
    ("body", "another"),
    [(b'{"a":20.0,"b":1}', b'{"b":1,"a":2e1}'), (b'{"store_id":null}', b"{}"), (b'{"a":-0.0}', b'{"a":0}')],
)
def test_order_and_spelling_make_no_difference(body: bytes, another: bytes):
    assert canonical_body(body) == canonical_body(another)
