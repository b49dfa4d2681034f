"""Bodies of a known shape are read as any others are; a body that has another one is refused, and learned from."""

import json
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from fraud.profiles.day import contents, shape
from fraud.profiles.day.contents import FIELDS, ContentReader, Contents
from fraud.profiles.day.digests import digest_of_event
from fraud.profiles.day.shape import BodyShape
from fraud.replay.arrivals import read_event
from tests.fraud.profiles.day_by_day import Arrivals
from tests.fraud.profiles.test_day_in_columns import DAY, MIDNIGHT, built, event, expected


def read(body_shape: BodyShape, bodies: list[bytes]) -> list[dict[str, Any]] | None:
    """The fields of each body that it has; None if one is refused."""
    rows = body_shape.rows_of(bodies)
    if None in rows:
        return None
    columns = body_shape.columns_of(rows)
    every = (zip(columns, values, strict=True) for values in zip(*columns.values(), strict=True))
    return [{name: value for name, value in own if value is not UNSET} for own in every]


def learned(bodies: list[bytes]) -> BodyShape:
    body_shape = BodyShape(FIELDS)
    body_shape.learn(bodies)
    return body_shape


plain = st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.floats(-1e14, 1e14) | st.text(max_size=4)
events = st.dictionaries(st.sampled_from([*FIELDS, "extra", "other"]), plain, max_size=9)


@given(st.lists(events, min_size=1, max_size=9))
def test_events_of_a_shape_have_their_fields(fields: list[dict[str, Any]]):
    bodies = [json.dumps(own | {"id": "a"}).encode() for own in fields]

    assert read(learned(bodies), bodies) == [read_event(body) for body in bodies]


ODD = [
    b'"a"',
    b"[1]",
    b"{}",
    b'{"id": 7}',
    b'{"id": "a", "new": 1}',
    b'{"id": "a", "sku": []}',
]


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_event_or_has_another_shape_is_refused(odd: bytes):
    body_shape = learned([b'{"id": "a"}'])

    assert read(body_shape, [b'{"id": "a"}']) == [{"id": "a"}]
    assert read(body_shape, [b'{"id": "a"}', odd]) is None


def test_a_shape_knows_so_many_names_and_never_learns_one_that_holds_objects(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shape, "MOST_FIELDS", len(FIELDS) + 1)
    body_shape = learned([b'{"id": "a", "a": 1, "b": {}, "b b": 1, "c": 1}'])

    assert read(body_shape, [b'{"id": "a", "a": 2}']) is not None
    assert [read(body_shape, [b'{"id": "a", "%s": 1}' % name]) for name in (b"b", b"b b", b"c")] == [None] * 3


def day_of_one_shape(changes: dict[int, dict[str, Any]]) -> Arrivals:
    """A day of events with plain fields, but for the changes of some."""
    draws = Random(2)
    fields = [event(draws, number) | changes.get(number, {}) for number in range(900)]
    return [(MIDNIGHT + 1 + n * (DAY // 1_000), json.dumps(own).encode()) for n, own in enumerate(fields)]


def test_events_of_one_shape_and_an_odd_one_among_them_have_the_bytes_that_one_after_the_other_gives():
    days = [day_of_one_shape({700: {"extra": [[1]], "qty": 2**70}, 800: {"price": 12.0, "id": "e799"}})]

    assert built(days) == expected(days)


def places_of(parts: Iterable[Contents]) -> list[int]:
    return [place for part in parts for place in part.places.tolist()]


def test_events_of_one_template_are_read_at_once_as_soon_as_one_was_met(monkeypatch: pytest.MonkeyPatch):
    bodies = [body for _, body in day_of_one_shape({})]
    monkeypatch.setattr(contents, "read_event", None)  # which reads events by themselves
    monkeypatch.setattr(BodyShape, "rows_of", None)

    assert places_of(ContentReader().read(bodies)) == [*range(900)]


def test_an_odd_event_is_read_by_itself_and_its_neighbours_as_ever(monkeypatch: pytest.MonkeyPatch):
    bodies = [body for _, body in day_of_one_shape({place: {"qty": [place]} for place in range(9, 900, 9)})]
    singly: list[bytes] = []

    def read_singly(body: bytes) -> dict[str, Any] | None:
        singly.append(body)
        return read_event(body)

    monkeypatch.setattr(contents, "read_event", read_singly)
    parts = [*ContentReader().read(bodies)]

    assert sorted(places_of(parts)) == [*range(900)]
    assert singly == bodies[9::9]
    keys = dict(zip(places_of(parts), (key for part in parts for key in part.keys.tolist()), strict=True))
    assert [keys[place] for place in range(900)] == [digest_of_event(read_event(body) or {}) for body in bodies]


def test_events_of_several_templates_and_shapes_stay_in_their_order(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(contents, "FEW", 1)
    monkeypatch.setattr(contents, "MOST_TEMPLATES", 3)
    monkeypatch.setattr(contents, "BLOCK", 100)
    names = [*event(Random(0), 0)]
    day = day_of_one_shape({place: {names[3 + place % 7]: None} for place in range(0, 900, 2)})
    in_other_order = [json.dumps(dict(sorted(json.loads(body).items()))).encode() for _, body in day]
    days: list[Arrivals] = [[(when, in_other_order[n] if n % 3 else body) for n, (when, body) in enumerate(day)]]

    assert built(days) == expected(days)


@pytest.mark.parametrize("spaces", range(5))
@pytest.mark.parametrize("few", [1, 32])
def test_whole_numbers_that_cosmos_keeps_as_one_are_one_content_wherever_they_stand(
    spaces: int, few: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(contents, "FEW", few)
    bodies = [b'{"id": "a", "sku":%s%d}' % (b" " * spaces, 2**53 + more) for more in (0, 1, 2)]
    reader = ContentReader()
    assert [*reader.read([b'{"id": "a", "sku": 7}'])]

    (part,) = reader.read(bodies)

    assert part.keys[0] == part.keys[1] != part.keys[2]
