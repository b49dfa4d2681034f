from typing import Any

import pytest

from fraud.events import is_event_id
from fraud.quarantine_index import (
    MAX_NAMED,
    flagged_in,
    is_nameable,
    may_be_of,
    pointer_id,
    pointer_key,
    whole_store,
)
from tests.fraud.builders import event_body


@pytest.mark.parametrize(
    ("body", "ids", "by_place"),
    [
        (event_body(gift_wrap=1), ("a",), False),
        (event_body("a/b"), ("a/b",), False),
        (event_body("x" * 255), ("x" * 255,), False),
        (event_body("x" * 256), (), True),
        (event_body("\U0001f600" * 128), (), True),
        (event_body(""), (), True),
        (event_body(id=7), (), True),
        (event_body(id=None), (), True),
        (event_body(extra=2**70), ("a",), True),
        (event_body()[:-1] + b', "x": NaN}', ("a",), True),
        (b"[" + event_body("a") + b"," + event_body("b") + b"]", ("a", "b"), True),
    ],
)
def test_a_flagged_event_is_named_by_windows_or_judged_by_its_place(body: bytes, ids: tuple[str, ...], by_place: bool):
    flagged = flagged_in(body)

    assert flagged is not None
    assert (flagged.ids, flagged.by_place) == (ids, by_place)


@pytest.mark.parametrize("body", [event_body(discount=50), event_body(event_type="x"), b"not JSON", b"", b"[]", b"7"])
def test_what_the_rule_does_not_flag_is_neither(body: bytes):
    assert flagged_in(body) is None


def test_a_body_of_thousands_of_events_costs_few_pointers_and_is_judged_by_its_place():
    flagged = flagged_in(b"\n".join(event_body(f"{number}") for number in range(5_000)))

    assert flagged is not None
    assert (len(flagged.ids), flagged.by_place) == (MAX_NAMED, True)


def test_no_event_can_take_the_place_of_a_pointer():
    assert not is_event_id(pointer_id("a"))
    assert pointer_key("a").startswith("quarantined-")
    assert pointer_id("a") != pointer_id("b")
    assert pointer_id("\ud800")


def test_only_a_text_that_a_row_can_hold_is_nameable():
    assert [is_nameable(value) for value in ("a", "", None, 7, ["a"], "x" * 256)] == [True, *[False] * 5]


@pytest.mark.parametrize(
    ("store", "of_3", "of_none"),
    [
        (3, True, False),
        (4, False, False),
        (None, False, True),
        (3.0, True, True),
        ("3", True, True),
        (True, True, True),
    ],
)
def test_a_store_that_readers_may_read_otherwise_is_of_any_window(store: Any, of_3: bool, of_none: bool):
    assert (may_be_of({"store_id": store}, 3), may_be_of({"store_id": store}, None)) == (of_3, of_none)


def test_a_store_is_a_whole_number_or_not_known():
    stores: list[Any] = [3, -3, 3.0, True, "3", 2**53, None]

    assert [whole_store({"store_id": store}) for store in stores] == [3, -3, None, None, None, None, None]
