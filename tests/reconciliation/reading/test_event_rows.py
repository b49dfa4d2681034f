"""Records read together become the same rows as records read one by one."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from fraud.windows import WINDOW_MILLISECONDS
from reconciliation.capture.records import Records
from reconciliation.comparing.sightings import RowSighting
from reconciliation.reading.event_rows import EventRows
from reconciliation.reading.rows import Flag, Rows, RowWriter, decode_segment, segment_of
from tests.reconciliation.rows_in_memory import KEYS

EVENTS = st.fixed_dictionaries(
    {
        "id": st.uuids().map(str) | st.sampled_from(("an odd id", "x" * 36)),
        "event_type": st.sampled_from(("sale_event", "inventory_event")),
    },
    optional={
        "store_id": st.none() | st.integers(-5, 5) | st.just(2**53 - 1),
        "discount": st.sampled_from((0, 50, 50.5, 51, 99)),
        "priority_shipping": st.booleans(),
    },
)
MILLISECONDS = st.sampled_from(
    (0, 1, 999, 1_000, WINDOW_MILLISECONDS, WINDOW_MILLISECONDS + 1, 7 * WINDOW_MILLISECONDS)
)

ARRIVALS = MILLISECONDS | MILLISECONDS.map(lambda moment: ~moment)


def rows_of(arrivals: list[int], bodies: list[bytes]) -> tuple[Rows, dict[int, str]]:
    rows = RowWriter(KEYS)
    EventRows(rows, 3, "1", all_contents=True).add(Records([*range(len(bodies))], arrivals, bodies))
    part = rows.encode(0)
    offset, length = segment_of(part, 0)
    return decode_segment(part[offset : offset + length])


@given(st.lists(st.tuples(ARRIVALS, EVENTS), min_size=1, max_size=20))
def test_events_read_together_give_the_rows_of_events_read_one_by_one(seen: list[tuple[int, dict[str, Any]]]):
    arrivals, bodies = [moment for moment, _ in seen], [msgspec.json.encode(event) for _, event in seen]
    together, names = rows_of(arrivals, bodies)
    # One that is malformed leaves none of so few to be read together.
    apart, other_names = rows_of([*arrivals, 0], [*bodies, b"{"])

    malformed = [row for row in apart.tolist() if RowSighting(*row).is_malformed]
    assert [RowSighting(*row).flags for row in malformed] == [Flag.MALFORMED]
    assert together.tolist() == [row for row in apart.tolist() if row not in malformed]
    assert names == {place: name for place, name in other_names.items() if place < len(bodies)}


def test_a_part_takes_the_rows_of_its_writer():
    rows = RowWriter(KEYS)
    EventRows(rows, 0, "1", all_contents=True).add(
        Records([1], [1_000], [b'{"id":"an odd id","event_type":"sale_event"}'])
    )

    assert len(rows) == 1
    rows.encode(0)
    assert len(rows) == 0
    assert rows.encode(0) == RowWriter(KEYS).encode(0)
