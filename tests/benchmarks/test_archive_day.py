"""A day of the size 10k, computed from the real plan."""

from datetime import timedelta

import msgspec

from benchmarks.archive_day import DAY, Assumptions, estimate, table
from reconciliation.ranges import Range

HOUR = Range(DAY, DAY + timedelta(hours=1))
GIVEN = Assumptions()


def test_each_plan_has_a_row():
    _, _, *rows = table(GIVEN).splitlines()

    assert [row.split("|")[1].strip() for row in rows] == ["one run a day", "one run an hour, 24 of them"]


def test_verdicts_take_as_long_as_judging_them_again():
    seldom = msgspec.structs.replace(GIVEN, verdicts_per_second=2 * GIVEN.verdicts_per_second)
    flagged = GIVEN.events_per_second * 3_600 * GIVEN.flagged_share

    saved = estimate(HOUR, GIVEN).core_seconds - estimate(HOUR, seldom).core_seconds

    assert saved > flagged / (2 * GIVEN.verdicts_per_second)
