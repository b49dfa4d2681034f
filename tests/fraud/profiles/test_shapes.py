"""Bodies of a known shape are read as any others are; one that has another is read by itself, and learned from."""

import json
from random import Random
from typing import Any

import pytest

from fraud.profiles.day import contents
from fraud.profiles.day.contents import ContentReader
from tests.fraud.profiles.day_by_day import Arrivals
from tests.fraud.profiles.test_day_in_columns import DAY, MIDNIGHT, built, event, expected


@pytest.mark.parametrize("often", [1, 9])
def test_a_store_that_is_null_is_one_that_is_missing(often: int):
    bodies = [b'{"id": "a"}'] * 9 + [
        b'{"id": "a", "store_id": null}',
        b'{"store_id": null, "id": "a", "sku": null}',
    ] * often

    (part,) = ContentReader().read([1] * len(bodies), bodies)

    assert [*map(part.keys.index, part.keys)] == [0] * 9 + [0, 10] * often


def day_of_one_shape(changes: dict[int, dict[str, Any]]) -> Arrivals:
    """A day of events with plain fields, but for the changes of some."""
    draws = Random(2)
    fields = [event(draws, number) | changes.get(number, {}) for number in range(900)]
    return [(MIDNIGHT + 1 + n * (DAY // 1_000), json.dumps(own).encode()) for n, own in enumerate(fields)]


def parted(arrivals: Arrivals) -> tuple[list[int], list[bytes]]:
    return [arrived for arrived, _ in arrivals], [body for _, body in arrivals]


def test_events_of_one_shape_and_an_odd_one_among_them_have_the_bytes_that_one_after_the_other_gives():
    days = [day_of_one_shape({700: {"extra": [[1]], "qty": 2**70}, 800: {"price": 12.0, "id": "e799"}})]

    assert built(days) == expected(days)


def test_all_events_of_a_shape_are_read_at_once_as_soon_as_it_was_met(monkeypatch: pytest.MonkeyPatch):
    arrivals = day_of_one_shape({})
    reader = ContentReader()
    assert sum(len(part.keys) for part in reader.read(*parted(arrivals))) == 900

    monkeypatch.setattr(contents, "quick_fields", None)  # which reads events that have no shape in common

    assert sum(len(part.keys) for part in reader.read(*parted(arrivals))) == 900


def test_an_odd_event_is_read_by_itself_and_its_neighbours_as_ever(monkeypatch: pytest.MonkeyPatch):
    times, bodies = parted(day_of_one_shape({place: {"qty": [place]} for place in range(9, 900, 9)}))
    reader = ContentReader()
    assert sum(len(part.keys) for part in reader.read(times, bodies)) == 900

    monkeypatch.setattr(contents, "quick_fields", None)

    parts = [*reader.read(times, bodies)]
    assert [arrived for part in parts for arrived in part.arrived] == times
    assert [body for part in parts for body in part.bodies] == bodies
    quantities = [qty for part in parts for qty in part.columns["qty"]]
    assert quantities == [json.loads(body)["qty"] for body in bodies]


@pytest.mark.parametrize("spaces", range(5))
def test_whole_numbers_that_cosmos_keeps_as_one_are_one_content_wherever_they_stand(spaces: int):
    bodies = [b'{"id": "a", "sku":%s%d}' % (b" " * spaces, 2**53 + more) for more in (0, 1, 2)]
    reader = ContentReader()
    assert [*reader.read([1], [b'{"id": "a", "sku": 7}'])]

    (part,) = reader.read([1, 2, 3], bodies)

    assert part.keys[0] == part.keys[1] != part.keys[2]
