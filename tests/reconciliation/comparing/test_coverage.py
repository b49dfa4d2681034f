"""Parts of a range that the archive does not cover are said, and not taken for lost."""

from datetime import timedelta
from random import Random

import pytest

from tests.reconciliation.comparing.single_event import EDGE, flagged, neighbours, world_of
from tests.reconciliation.world import PARTITIONS, RANGE, START, World, event


def test_what_balances_and_is_not_all_does_not_balance():
    world = world_of(flagged(EDGE))
    until = f"{PARTITIONS[1]}/{START:%Y/%m/%d}/10/40"
    world.blobs = {
        path: data for path, data in world.blobs.items() if not path.startswith(PARTITIONS[1]) or path < until
    }

    report = world.reconcile()

    assert (report.verdict, report.balanced, report.accounts.matched) == ("incomplete", False, 1)
    assert report.complete_until == START + timedelta(minutes=35)
    assert [row.window_end for row in report.windows][-1] == report.compared_until < RANGE.end
    world.suspicious = []
    assert world.reconcile().verdict == "differences"


def without_blob(world: World, partition: int, minute: int) -> None:
    del world.blobs[f"{PARTITIONS[partition]}/{START:%Y/%m/%d}/10/{minute:02}/00.avro"]


@pytest.mark.parametrize("with_documents", [True, False])
def test_a_deleted_blob_that_no_event_follows_in_its_partition_is_a_gap(with_documents: bool):
    before = [event(Random(n), START - timedelta(minutes=n), partition=1) for n in range(1, 4)]
    lost = event(Random(9), START + timedelta(minutes=31), partition=1)
    world = World.of([flagged(EDGE), *before, lost])
    without_blob(world, 1, 35)
    world.documents = [document for document in world.documents if document[0] != lost.id]

    report = world.reconcile(with_documents=with_documents)

    assert (report.verdict, report.accounts.archive_gaps) == ("differences", 1)
    assert [(gap.partition, gap.first, gap.last) for gap in report.gaps] == [(PARTITIONS[1], 3, None)]


def test_a_deleted_blob_between_events_is_told_by_their_numbers_alone():
    events = [event(Random(n), START + timedelta(minutes=n), partition=1) for n in (7, 12, 17)]
    world = World.of([flagged(EDGE), *events])
    without_blob(world, 1, 15)

    assert [(gap.first, gap.last) for gap in world.reconcile().gaps] == [(1, 1)]


def test_a_deleted_blob_that_held_nothing_between_events_is_not_a_gap():
    events = [event(Random(n), START + timedelta(minutes=n), partition=1) for n in (7, 22)]
    world = World.of([flagged(EDGE), *events])
    without_blob(world, 1, 15)

    assert world.reconcile().balanced


def test_a_time_in_which_nothing_was_captured_at_all_is_not_a_gap():
    world = World.of([flagged(EDGE), event(Random(2), START + timedelta(minutes=2), partition=1)])
    for partition in (0, 1):
        for minute in (10, 15, 20):
            without_blob(world, partition, minute)

    assert world.reconcile().balanced


def test_an_archive_that_begins_within_the_range_may_lack_what_came_before():
    world = World.of([flagged(EDGE - 60_000), *neighbours()])
    first = f"ns/store-events/0/{START:%Y/%m/%d}/10/30"
    world.blobs = {path: data for path, data in world.blobs.items() if path >= first}

    report = world.reconcile()

    assert [(gap.partition, gap.first) for gap in report.gaps][:1] == [("ns/store-events/0", None)]
    assert report.verdict == "differences"
