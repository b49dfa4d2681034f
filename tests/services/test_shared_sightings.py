"""A document has one sighting in memory, and no other document gets it."""

from datetime import UTC, datetime

import pytest

from services.shared_sightings import DocumentKey, SharedSightings

ARRIVED = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
DOCUMENT: DocumentKey = ("e1", "3", ARRIVED.isoformat(), 1_772_359_200)


def test_a_document_that_is_read_again_has_the_same_sighting():
    shared = SharedSightings()

    first = shared.of(DOCUMENT, {"id": "e1", "price": 5}, ARRIVED)

    assert shared.of(DOCUMENT, {"id": "e1", "price": 5}, ARRIVED) is first


@pytest.mark.parametrize("place", range(4))
def test_a_document_of_another_id_store_arrival_or_second_of_writing_has_its_own(place: int):
    shared = SharedSightings()
    other = list[str | int](DOCUMENT)
    other[place] = 7 if place == 3 else "7"

    shared.of(DOCUMENT, {"id": "e1", "price": 5}, ARRIVED)
    seen = shared.of((str(other[0]), str(other[1]), str(other[2]), int(other[3])), {"id": "e1", "price": 9}, ARRIVED)

    assert seen.price == 9


def test_no_more_are_remembered_than_there_is_room_for():
    shared = SharedSightings(most=2)
    first = shared.of(("a", "3", "", 1), {"id": "a"}, ARRIVED)
    for name in "bc":
        shared.of((name, "3", "", 1), {"id": name}, ARRIVED)

    again = shared.of(("a", "3", "", 1), {"id": "a"}, ARRIVED)

    assert again == first
    assert again is not first
