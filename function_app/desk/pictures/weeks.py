"""A rule over the weeks: a bar for its hits, and on it the share of its labels that were right."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from fraud.desk.labels import RuleHits, RuleWeek, week_of

WEEKS, STEP, BAR, HEIGHT, FLOOR = 12, 26, 20, 64, 46


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
    weeks: list[Week]
    hits: int
    right: int
    wrong: int
    precision: float | None


def weeks_before(now: datetime) -> list[str]:
    """The last weeks in order."""
    return [week_of(now - timedelta(weeks=back)) for back in range(WEEKS - 1, -1, -1)]


def over_time(rule: str, weeks: Sequence[str], hits: Sequence[RuleHits], labels: Sequence[RuleWeek]) -> RuleOverTime:
    """A rule in these weeks; `hits` and `labels` may be of all rules. Bars are as high as the rule's own best week."""
    counts = {row.week: row.verdicts for row in hits if row.rule == rule}
    by_week = {row.week: row for row in labels if row.rule == rule}
    most = max([1, *(counts.get(week, 0) for week in weeks)])
    bars = [
        _week(number * STEP, week, counts.get(week, 0), most, by_week.get(week)) for number, week in enumerate(weeks)
    ]
    right = sum(row.confirmed + row.fraud for row in by_week.values())
    wrong = sum(row.dismissed + row.legitimate for row in by_week.values())
    return RuleOverTime(
        rule=rule,
        weeks=bars,
        hits=sum(counts.get(week, 0) for week in weeks),
        right=right,
        wrong=wrong,
        precision=right / (right + wrong) if right + wrong else None,
    )


def _week(x: int, week: str, hits: int, most: int, labels: RuleWeek | None) -> Week:
    height = max(2, FLOOR * hits // most) if hits else 0
    right, wrong = (labels.confirmed + labels.fraud, labels.dismissed + labels.legitimate) if labels else (0, 0)
    # A week may have labels and no hits that are counted: its bar has the height of the labels alone.
    height = height or (6 if right + wrong else 0)
    part = height * right // (right + wrong) if right + wrong else 0
    words = f"{week}: {hits:,} hits" + (f", {right} right and {wrong} wrong" if right + wrong else "")
    return Week(
        x=x,
        y=FLOOR - height,
        height=height,
        right=part,
        wrong=height - part if right + wrong else 0,
        label=week.rpartition("-W")[2],
        title=words,
    )
