"""Look-ups are bounded for each key, in an order that no reader's order changes."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import msgspec
import pytest

from fraud.context.look_ups import MOST_OF_ID, Recent, latest, other_contents
from fraud.context.sighting import Sighting, in_order, name_of, sighting
from fraud.rules.language import Value
from tests.fraud.builders import event_body

START = datetime(2026, 1, 2, 10, 6, tzinfo=UTC)


def seen(name: str, seconds: int = 0) -> Sighting:
    return sighting(msgspec.json.decode(event_body(name)), START + timedelta(seconds=seconds))


OF_ONE_TIME = [seen(name, 5) for name in "abcd"]


@pytest.mark.parametrize("arriving", list(permutations(OF_ONE_TIME)))
def test_the_order_of_what_arrives_at_one_time_changes_no_look_up(arriving: tuple[Sighting, ...]):
    recent = Recent(timedelta(hours=1), 3)
    for each in [seen("z"), *arriving]:
        recent.add("key", each)

    assert recent.of("key", (START + timedelta(minutes=1)).timestamp()) == tuple(OF_ONE_TIME[1:])
    assert latest([*arriving, seen("z")], 3) == tuple(OF_ONE_TIME[1:])
    assert list(in_order([seen("z"), *arriving, seen("y", 6)])) == [seen("z"), *OF_ONE_TIME, seen("y", 6)]


def altered(contents: Iterable[dict[str, Any]], *, in_part: bool = False) -> Value:
    return other_contents(contents, in_part=in_part)["id.altered"]


def test_a_content_that_differs_in_what_it_sells_counts_and_a_resend_with_another_stamp_does_not():
    event = msgspec.json.decode(event_body("a"))

    assert altered([event, event | {"ts": "later"}]) == 0
    assert altered([event, event | {"price": 1.0}]) == 1
    assert altered(event | {"qty": qty} for qty in range(3 * MOST_OF_ID)) == MOST_OF_ID


def test_contents_that_were_not_read_count_as_one_that_differs():
    event = msgspec.json.decode(event_body("a"))

    assert altered([event], in_part=True) == 1
    assert altered([event, event | {"ts": "later"}], in_part=True) == 1
    assert altered([event, event | {"price": 1.0}], in_part=True) == 2
    assert altered((event | {"qty": qty} for qty in range(3 * MOST_OF_ID)), in_part=True) == MOST_OF_ID


@pytest.mark.parametrize(
    ("changes", "in_part", "differing", "others_sale"),
    [
        ([{"price": 1.0, "qty": 9}], False, "price, qty", False),
        ([{"discount": 80}, {"payment_method": "cod"}], False, "discount, payment_method", False),
        ([{"cust_id": 4}], False, "cust_id", True),
        ([{"sku": 4, "price": 1.0}], False, "sku, price", True),
        ([{"store_id": 9}], False, "store_id", True),
        ([{"category": "Other"}], False, "category", True),
        ([{"price": 1.0}], True, "price", True),
        ([], True, "what was not read", True),
    ],
)
def test_contents_of_one_id_tell_in_what_they_differ_and_if_they_are_corrections(
    changes: list[dict[str, Any]], in_part: bool, differing: str, others_sale: bool
):
    event = msgspec.json.decode(event_body("a"))

    facts = other_contents([event, *(event | change for change in changes)], in_part=in_part)

    assert (facts["id.differing"], facts["id.others_sale"]) == (differing, others_sale)


def test_an_id_with_one_content_differs_in_nothing():
    event = msgspec.json.decode(event_body("a"))

    assert other_contents([event, event | {"ts": "later"}]) == {"id.altered": 0}
    assert other_contents([]) == {"id.altered": 0}


def test_an_id_is_kept_whole_as_long_as_the_archive_takes_it_and_a_longer_one_is_like_no_other():
    longest = "p" * 255
    longer = [longest + "a", longest + "b", longest + "\ud800", "p" * 400_000]

    kept = [name_of(name) for name in longer]

    assert name_of(longest) == longest
    assert {len(name) for name in kept} == {287}
    assert len({*kept}) == len(longer)
