"""A captured body read as the archiver and as the stream job read it."""

import json
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.events import MalformedEventError, StoreEvent, parse_event
from local_azure.testing import read_bodies
from reconciliation.reading.bodies import EventColumns, job_events, read_body, read_events

FLAGGED = {"id": "a", "event_type": "sale_event", "discount": 51, "priority_shipping": True, "store_id": 3}
COLUMNS = ("discount", "event_type", "id", "priority_shipping", "store_id")
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    1.0,
    50,
    51,
    75.5,
    "sale_event",
    "a",
    "a/b",
    ".",
    "1",
    [],
    {},
    2**60,
)
FIELDS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(COLUMNS, st.sampled_from(VALUES))
)
BODY = st.one_of(
    FIELDS.map(json.dumps),
    st.lists(FIELDS, max_size=3).map(json.dumps),
    st.lists(FIELDS.map(json.dumps) | st.sampled_from(("", "  ", "{", "1")), max_size=3).map("\n".join),
    st.sampled_from(("", "null", "{", '{"id": }', "\ufeff" + json.dumps(FLAGGED), "[" * 5_000)),
).map(str.encode)


@given(BODY)
def test_a_body_is_read_as_the_stream_job_reads_it(body: bytes):
    ours = [tuple(getattr(columns, name) for name in COLUMNS) for columns in job_events(body)[1]]

    assert ours == read_bodies([body], COLUMNS)


@given(BODY)
def test_what_the_archiver_takes_is_an_event_here_and_flagged_alike(body: bytes):
    try:
        event = parse_event(body)
    except MalformedEventError:
        assert read_body(body).event is None
        assert read_events([body]) is None
        return
    ours = read_body(body).event
    assert ours is not None
    assert (ours.id, ours.store_id, ours.discount) == (event.id, event.store_id, event.discount)
    assert read_events([body]) == [ours]


def test_the_columns_are_typed_as_the_event_is():
    columns, event = get_type_hints(EventColumns), get_type_hints(StoreEvent)

    assert columns == {name: event[name] for name in columns}


def test_events_within_a_malformed_body_are_seen_as_the_job_sees_them():
    body = read_body(json.dumps([FLAGGED, FLAGGED | {"id": 7}, FLAGGED | {"discount": 50}]).encode())

    assert body.event is None
    assert [(event.id, event.flagged) for event in body.embedded] == [("a", True), ("a", False)]
    assert body.nameless == 1


@pytest.mark.parametrize("identifier", ["", "x" * 256, "\U0001f600" * 128])
def test_an_id_that_no_window_can_name_makes_a_nameless_event(identifier: str):
    content = json.dumps(FLAGGED | {"id": identifier}).encode()
    body = read_body(content)

    assert read_events([content]) is None
    assert (body.event, body.embedded, body.nameless) == (None, (), 1)


@pytest.mark.parametrize("identifier", ["a/b", "a\\b", "a?", "#"])
def test_an_id_that_cosmos_refuses_makes_a_malformed_body_that_the_job_reads(identifier: str):
    content = json.dumps(FLAGGED | {"id": identifier}).encode()
    body = read_body(content)

    assert read_events([content]) is None
    assert (body.event, [event.id for event in body.embedded]) == (None, [identifier])


def test_a_body_of_which_another_field_is_wrong_does_not_count_as_malformed_though_the_archive_quarantines_it():
    body = b'{"id":"a","event_type":"sale_event","store_id":7,"price":"much"}'

    assert read_body(body).event is not None
    with pytest.raises(MalformedEventError):
        parse_event(body)
