import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.nesting import MAX_DEPTH, depth
from fraud.readable import LARGEST, is_plain_json, keepable, readable_events

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=()), max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
)


@pytest.mark.parametrize(
    ("body", "events"),
    [
        (b'{"a": 1}', [{"a": 1}]),
        (b'[{"a": 1}, 2, {"b": 3}]', [{"a": 1}, {"b": 3}]),
        (b'{"a": 1}\n{"b": 2}\n', [{"a": 1}, {"b": 2}]),
        (b'{"a": 1}\nnot JSON\n{"b": 2}', [{"a": 1}, {"b": 2}]),
        (b'\xef\xbb\xbf{"a": 1}', [{"a": 1}]),
        (b'\xef\xbb\xbf\x0c{"a": 1}\x0b', [{"a": 1}]),
        ('{"a": "ü"}'.encode("utf-16"), [{"a": "ü"}]),
        (b'{"a": "\\ud800"}', [{"a": "\\ud800"}]),
        (b'{"a": "\xff"}', [{"a": "\ufffd"}]),
        (b'{"a": "x\ny"}', [{"a": "x\ny"}]),
        (b'{"a": 1e400, "b": -1e400, "c": NaN}', [{"a": LARGEST, "b": -LARGEST, "c": "NaN"}]),
        (b'{"a": ' + b"9" * 401 + b"}", [{"a": LARGEST}]),
        (b"", []),
        (b"{", []),
        (b"[" * 100_000, []),
    ],
)
def test_a_body_is_read_as_far_as_any_reader_can(body: bytes, events: list[Any]):
    assert readable_events(body) == events


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_left(body: bytes):
    msgspec.json.encode(readable_events(body))


@given(st.dictionaries(st.text(max_size=4), json_values, max_size=4))
def test_what_is_kept_is_written_and_read_back_the_same_and_kept_the_same_again(event: dict[str, Any]):
    (kept,) = readable_events(json.dumps(event).encode())

    assert msgspec.json.decode(msgspec.json.encode(kept)) == keepable(kept) == kept


def test_an_event_with_nothing_odd_in_it_is_not_copied():
    event: dict[str, Any] = {"note": "é", "lines": [[], {}, {"qty": 2**60, "price": 1.5}, None, True]}

    assert keepable(event) is event


@pytest.mark.parametrize(
    ("odd", "kept"),
    [
        ({"a": [["b", "\ud800"]]}, {"a": [["b", "\\ud800"]]}),
        ({"a": {"\ud800": 1, "b": 2}}, {"a": {"\\ud800": 1, "b": 2}}),
        ({"\\ud800": 1, "\ud800": 1}, {"\\ud800": 1}),
        ({"a": [1, float("nan")]}, {"a": [1, "NaN"]}),
    ],
)
def test_what_is_odd_is_kept_otherwise_wherever_it_stands(odd: dict[str, Any], kept: dict[str, Any]):
    assert keepable(odd) == kept


@pytest.mark.parametrize("levels", [126, 127, 128, 129, 500, 900])
def test_what_is_nested_too_deep_is_cut_off(levels: int):
    (event,) = readable_events(b'{"x": ' + b"[" * levels + b"]" * levels + b"}")

    assert depth(event) == min(levels + 1, MAX_DEPTH)
    assert ("levels more" in str(event)) == (levels + 1 > MAX_DEPTH)


def test_only_one_object_by_the_strictest_reader_is_plain():
    assert is_plain_json(b'{"a": 1}')
    assert not any(map(is_plain_json, (b'[{"a": 1}]', b'{"a": NaN}', b'{"a": "\\ud800"}', b'{"a": 1}\n{"a": 2}', b"")))
