"""What the archive does not cover is said and not taken for lost."""

from datetime import timedelta

from tests.reconciliation.comparing.single_event import EDGE, flagged, neighbours, world_of
from tests.reconciliation.world import PARTITIONS, RANGE, START, World


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


def test_an_archive_that_begins_within_the_range_may_lack_what_came_before():
    world = World.of([flagged(EDGE - 60_000), *neighbours()])
    first = f"ns/store-events/0/{START:%Y/%m/%d}/10/30"
    world.blobs = {path: data for path, data in world.blobs.items() if path >= first}

    report = world.reconcile()

    assert [(gap.partition, gap.first) for gap in report.gaps][:1] == [("ns/store-events/0", None)]
    assert report.verdict == "differences"
