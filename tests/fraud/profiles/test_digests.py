"""A content's key: equal for equal canonical forms, whether of an event, of columns, or of bytes of a template."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from fraud.identity import canonical
from fraud.profiles.day.digests import LONGEST, digest_of_column, digest_of_event
from fraud.replay.arrivals import read_event
from tests.fraud.profiles.test_day_in_columns import ODD

texts = st.text(max_size=3) | st.sampled_from(["a" * length for length in (7, 8, 9, LONGEST, LONGEST + 1)])
values = texts | st.sampled_from(ODD) | st.integers(-3, 3) | st.sampled_from([0.5, 1.0, 2.0, -0.0, [], [1], [1.0]])
events = st.dictionaries(st.sampled_from(["id", "store_id", "sku", "a"]), values, max_size=4)


def read(event: dict[str, Any]) -> dict[str, Any]:
    return read_event(json.dumps(event).encode()) or {}


@given(events, events)
def test_two_events_have_one_key_if_and_only_if_they_have_one_canonical_form(first: Any, second: Any):
    first, second = read(first), read(second)

    assert (digest_of_event(first) == digest_of_event(second)) == (canonical(first) == canonical(second))


@given(st.lists(events, min_size=1, max_size=6))
def test_columns_have_the_keys_of_their_events(fields: list[dict[str, Any]]):
    every = [read(own) for own in fields]
    names = set[str]().union(*every)

    columns = [digest_of_column(name, [own.get(name, UNSET) for own in every]) for name in names]
    keys = np.add.reduce([np.zeros(len(every), np.uint64), *columns])

    assert keys.tolist() == [digest_of_event(own) for own in every]


@pytest.mark.parametrize(
    "others",
    [
        [{"a": 1}, {"b": 1}, {"a": "1"}, {"a": True}, {"a": None}, {"a": ""}, {"a": 0}, {}],
        [{"a": "x", "b": "y"}, {"a": "y", "b": "x"}, {"a": "xy"}, {"a": "x\0"}, {"a": "x"}],
        [{"a": "12345678abcdefgh"}, {"a": "abcdefgh12345678"}, {"a": "12345678"}, {"a": "12345678\0"}],
    ],
)
def test_what_is_alike_and_not_the_same_has_another_key(others: list[dict[str, Any]]):
    assert len({digest_of_event(own) for own in others}) == len(others)


def test_a_key_spreads_over_all_bits_of_64():
    keys = np.array([digest_of_event({"id": f"e{number}", "qty": number % 3}) for number in range(4_000)], np.uint64)
    shares = [float((keys >> np.uint64(bit) & np.uint64(1)).mean()) for bit in range(64)]

    assert 0.4 < min(shares) <= max(shares) < 0.6
