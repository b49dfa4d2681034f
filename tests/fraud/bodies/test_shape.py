"""Bodies of a known shape are written as their canonical form; one that has another is refused, and learned from."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.bodies import shape
from fraud.bodies.shape import BodyShape
from fraud.identity import canonical
from fraud.profiles.day.contents import FIELDS
from fraud.replay.arrivals import read_event


def forms(bodies: list[bytes]) -> list[bytes]:
    """The canonical form of each body."""
    return [canonical(read_event(body) or {}) for body in bodies]


def read(body_shape: BodyShape, bodies: list[bytes]) -> list[bytes] | None:
    rows = body_shape.rows_of(bodies)
    return None if None in rows else [*body_shape.read(rows).written]


def learned(bodies: list[bytes]) -> BodyShape:
    body_shape = BodyShape(FIELDS)
    body_shape.learn(bodies)
    return body_shape


plain = st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.floats(-1e14, 1e14) | st.text(max_size=4)
events = st.dictionaries(st.sampled_from([*FIELDS, "extra", "other"]), plain, max_size=9)


@given(st.lists(events, min_size=1, max_size=9))
def test_events_of_a_shape_are_written_as_their_canonical_form(fields: list[dict[str, Any]]):
    bodies = [json.dumps(own | {"id": "a"}).encode() for own in fields]

    assert read(learned(bodies), bodies) == forms(bodies)


def test_the_way_a_number_is_written_and_a_store_that_is_null_make_no_other_content():
    bodies = [b'{"id": "a", "price": %s}' % price for price in (b"20", b"20.0", b"2e1", b"20.5", b"-0.0", b"1e22")]
    bodies += [b'{"id": "a", "store_id": null}', b'{"store_id": null, "id": "a", "sku": null}', b'{"id": "a"}']

    written = read(learned(bodies), bodies) or []

    assert written == forms(bodies)
    assert written[0] == written[1] == written[2]
    assert written[6] == written[8] != written[7]


ODD = [
    b'"a"',
    b"[1]",
    b"{}",
    b'{"id": 7}',
    b'{"id": "a", "new": 1}',
    b'{"id": "a", "qty": 1.5}',
    b'{"id": "a", "sku": []}',
]


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_event_or_has_another_shape_is_refused(odd: bytes):
    body_shape = learned([b'{"id": "a"}'])

    assert read(body_shape, [b'{"id": "a"}']) == [b'{"id":"a"}']
    assert read(body_shape, [b'{"id": "a"}', odd]) is None


@pytest.mark.parametrize(
    "name", [*dir(object), "__slots__", "__dict__", "__annotations__", "__del__", "__x", "_Row__x"]
)
def test_a_name_that_means_something_to_a_class_is_not_learned(name: str):
    bodies = [b'{"id": "a", "%s": %s}' % (name.encode(), value) for value in (b"1", b"1.5", b'"a"', b"null")]

    body_shape = learned(bodies)

    assert read(body_shape, [b'{"id": "a"}']) == [b'{"id":"a"}']
    assert body_shape.rows_of(bodies) == [None] * 4


def test_a_shape_knows_so_many_names_and_never_learns_one_that_holds_objects(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shape, "MOST_FIELDS", len(FIELDS) + 1)
    body_shape = learned([b'{"id": "a", "a": 1, "b": {}, "b b": 1, "c": 1}'])

    assert read(body_shape, [b'{"id": "a", "a": 2}']) is not None
    assert [read(body_shape, [b'{"id": "a", "%s": 1}' % name]) for name in (b"b", b"b b", b"c")] == [None] * 3
