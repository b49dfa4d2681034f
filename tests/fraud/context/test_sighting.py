"""A sighting says of any JSON what the stream job would, as far as it reads the same field."""

from datetime import UTC, datetime

import msgspec
import pytest

from fraud.context.sighting import Sighting, place, sighting
from tests.fraud.builders import event_body

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def seen(**changes: object) -> Sighting:
    return sighting(msgspec.json.decode(event_body("a")) | {"discount": 0} | changes, NOON)


@pytest.mark.parametrize("value", [True, 1, 1.0])
def test_a_sale_asks_for_priority_with_true_and_with_the_number_1(value: object):
    assert seen(priority_shipping=value).is_priority is True
    assert seen(priority_shipping=value, discount=60).is_flagged


@pytest.mark.parametrize("value", [False, None, 0, 2, 0.5, "1", "true", "", [], [1], {}])
def test_a_sale_with_any_other_value_asks_for_none(value: object):
    assert seen(priority_shipping=value).is_priority is False
    assert not seen(priority_shipping=value, discount=60).is_flagged


def test_what_is_no_sale_or_does_not_say_so_asks_for_no_priority():
    silent = msgspec.json.decode(event_body("a"))
    del silent["priority_shipping"]

    assert not seen(event_type="inventory_event", priority_shipping=True).is_priority
    assert not sighting(silent, NOON).is_priority


def test_among_contents_of_one_id_and_moment_priority_decides_the_place_last():
    asks, asks_not = seen(priority_shipping=True), seen(priority_shipping=False)
    dearer = seen(priority_shipping=False, discount=9)

    assert sorted([dearer, asks, asks_not], key=place) == [asks_not, asks, dearer]
