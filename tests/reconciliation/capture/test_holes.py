"""The missing blobs that the paths of the others show."""

from datetime import UTC, datetime, timedelta

import pytest

from reconciliation.capture.holes import Hole, find_holes

TEN = datetime(2026, 1, 2, 10, 0, tzinfo=UTC)


def moments(*minutes: float, late: float = 0) -> list[datetime]:
    return [TEN + timedelta(minutes=minute, seconds=late) for minute in minutes]


def test_a_partition_that_lacks_a_blob_which_the_others_have_has_a_hole():
    holes = find_holes({"a": moments(0, 5, 10, 15), "b": moments(0, 5, 15), "c": moments(0, 5, 10, 15, late=40)})

    assert holes == {"a": [], "b": [Hole(*moments(5, 15))], "c": []}


@pytest.mark.parametrize("late", [0, 100])
def test_where_all_partitions_lack_blobs_capture_stood_still(late: int):
    holes = find_holes({"a": moments(0, 5, 60, 65), "b": moments(0, 5, 60, 65, late=late)})

    assert holes == {"a": [], "b": []}


def test_an_archive_that_was_written_more_often_or_seldom_has_its_own_interval():
    assert find_holes({"a": moments(0, 15, 30, 45), "b": moments(0, 15, 30, 45)}) == {"a": [], "b": []}
    assert find_holes({"a": moments(0, 1, 2, 7), "b": moments(0, 5)}) == {"a": [], "b": []}
    assert find_holes({"a": moments(0, 15, 30, 60), "b": moments(0, 15, 30, 45, 60)})["a"] == [Hole(*moments(30, 60))]


def test_no_blobs_have_no_holes():
    assert find_holes({"a": [], "b": moments(0)}) == {"a": [], "b": []}
