"""A rule over the weeks: a bar for its hits, and on it the share of its labels that were right."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from fraud.desk.labels import WEEKS, RuleHits, RuleWeek, Stance, week_of

STEP, BAR, HEIGHT, FLOOR = 26, 20, 64, 46
FEW = 10
"""A rule with fewer labels has no share in percent, and its bars stay grey: one case says little about thirty rules."""


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """A bar: its place and height in pixels, of which `right` and `wrong` stand for the labels' shares."""

    x: int
    y: int
    height: int
    right: int
    wrong: int
    label: str
    title: str


class RuleOverTime(msgspec.Struct, frozen=True, kw_only=True):
    """The weeks of a rule, the last one being this week, and its figures over all of them; None without a label."""

    rule: str
    speaks: Stance
    weeks: list[Week]
    hits: int
    right: int
    wrong: int
    precision: float | None


def weeks_before(now: datetime) -> list[str]:
    """The last weeks in order."""
    return [week_of(now - timedelta(weeks=back)) for back in range(WEEKS - 1, -1, -1)]


def over_time(
    rule: str,
    weeks: Sequence[str],
    hits: Sequence[RuleHits],
    labels: Sequence[RuleWeek],
    speaks: Stance = "against",
) -> RuleOverTime:
    """A rule in these weeks, and its side; `hits` and `labels` may be of all rules.

    Bars are as high as the rule's own best week. A precision of fewer than FEW labels is None, and so is one that no
    label could have lowered.
    """
    counts = {row.week: row.verdicts for row in hits if row.rule == rule}
    by_week = {row.week: row for row in labels if row.rule == rule}
    most = max([1, *(counts.get(week, 0) for week in weeks)])
    right = sum(row.right for row in by_week.values())
    wrong = sum(row.wrong for row in by_week.values())
    is_rated = right + wrong >= FEW and any(row.precision is not None for row in by_week.values())
    bars = [
        _week(number * STEP, WeekCounts(week, counts.get(week, 0), by_week.get(week)), most, is_rated=is_rated)
        for number, week in enumerate(weeks)
    ]
    return RuleOverTime(
        rule=rule,
        speaks=speaks,
        weeks=bars,
        hits=sum(counts.get(week, 0) for week in weeks),
        right=right,
        wrong=wrong,
        precision=right / (right + wrong) if is_rated else None,
    )


class WeekCounts(msgspec.Struct, frozen=True):
    """A week of a rule: its hits, and its labels if it has any."""

    week: str
    hits: int
    labels: RuleWeek | None


def _week(x: int, counted: WeekCounts, most: int, *, is_rated: bool) -> Week:
    hits, labels = counted.hits, counted.labels
    height = max(2, FLOOR * hits // most) if hits else 0
    right, wrong = (labels.right, labels.wrong) if labels else (0, 0)
    # A week may have labels and no hits that are counted: its bar has the height of the labels alone.
    height = height or (6 if right + wrong else 0)
    is_coloured = is_rated and right + wrong > 0
    part = height * right // (right + wrong) if is_coloured else 0
    words = f"{counted.week}: {hits:,} hit{'s' * (hits != 1)}"
    words += f", {right} right and {wrong} wrong" if right + wrong else ""
    return Week(
        x=x,
        y=FLOOR - height,
        height=height,
        right=part,
        wrong=height - part if is_coloured else 0,
        label=counted.week.rpartition("-W")[2],
        title=words,
    )
