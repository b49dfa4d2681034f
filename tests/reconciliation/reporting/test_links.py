"""The blobs that a difference points to."""

from datetime import UTC, datetime, timedelta

from reconciliation.comparing.differences import Difference
from reconciliation.reporting.links import MAX_BLOBS, Places

END = datetime(2026, 1, 2, 10, 5, tzinfo=UTC)
ARCHIVE = [f"ns/store-events/{p}/2026/01/02/10/{m:02}/30.avro" for p in (0, 1) for m in (0, 4, 9, 14)]
VERDICTS = [
    "2026/01/02/1005/window-7-20260102T100500Z-aaaaaaaaaaaa.ndjson",
    "2026/01/02/1005/window-77-20260102T100500Z-bbbbbbbbbbbb.ndjson",
    "2026/01/02/1010/window-7-20260102T101000Z-cccccccccccc.ndjson",
    "2026/01/02/1005/window-none-20260102T100500Z-dddddddddddd.ndjson",
]
PLACES = Places(ARCHIVE, VERDICTS)


def test_an_event_is_in_a_blob_that_was_triggered_in_its_window_or_next_after_it():
    seen = END + timedelta(minutes=5)
    located = PLACES.locate(
        Difference(seen, "a", store="8", partition="ns/store-events/1", sequence_number=3, arrived=END)
    )

    assert located.blobs == tuple(f"all-events/ns/store-events/1/2026/01/02/10/{m}/30.avro" for m in ("00", "04", "09"))


def test_verdicts_are_those_of_the_store_in_the_window_and_where_it_was_seen():
    seen = (datetime(2026, 1, 2, 10, 10, tzinfo=UTC),)

    assert PLACES.locate(Difference(END, "a", store="7", seen=seen)).blobs == (
        f"fraud-events/{VERDICTS[0]}",
        f"fraud-events/{VERDICTS[2]}",
    )
    assert PLACES.locate(Difference(END, "a")).blobs == (f"fraud-events/{VERDICTS[3]}",)


def test_verdicts_under_another_store_are_linked_too():
    difference = Difference(END, "a", store="7", seen_stores=("none", "77"))

    assert PLACES.locate(difference).blobs == tuple(f"fraud-events/{VERDICTS[n]}" for n in (0, 3, 1))


def test_a_difference_never_points_to_more_than_a_person_looks_at():
    many = [f"2026/01/02/1005/window-7-20260102T100500Z-{n:012}.ndjson" for n in range(100)]

    assert len(Places([], many).locate(Difference(END, "a", store="7")).blobs) == MAX_BLOBS
