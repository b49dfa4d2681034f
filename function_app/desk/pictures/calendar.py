"""The days of the last weeks, each with the worst verdict of the reports on it, and how much of it they cover."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from activities.desk.reports import ReportSeen

WEEKS = 5
_DAY = timedelta(days=1)
_WORST = ("differences", "incomplete", "unread", "empty", "acknowledged", "balanced")
_GOOD = ("acknowledged", "balanced")


class Day(msgspec.Struct, frozen=True):
    """A day: the worst verdict of its reports, the latest of those, and the time of the day that they cover.

    `names_month` is true for the first of a month, and for the first day that is shown.
    """

    day: date
    verdict: str = ""
    run: str = ""
    count: int = 0
    covered: timedelta = timedelta()
    names_month: bool = False

    @property
    def is_partly_good(self) -> bool:
        """True for a day that is balanced as far as it was reconciled, which is not the whole of it."""
        return self.verdict in _GOOD and self.covered < _DAY


def calendar(reports: Sequence[ReportSeen], now: datetime) -> list[list[Day]]:
    """Weeks from Monday on, the last one being this week."""
    monday = now.date() - timedelta(days=now.weekday(), weeks=WEEKS - 1)
    days = [_day(monday + number * _DAY, reports) for number in range(7 * WEEKS)]
    days[0] = msgspec.structs.replace(days[0], names_month=True)
    return [days[start : start + 7] for start in range(0, len(days), 7)]


def _day(day: date, reports: Iterable[ReportSeen]) -> Day:
    start = datetime.combine(day, time(), UTC)
    of_day = [report for report in reports if report.start < start + _DAY and report.end > start]
    if not of_day:
        return Day(day, names_month=day.day == 1)
    worst = min(of_day, key=lambda report: _WORST.index(report.verdict))
    return Day(day, worst.verdict, worst.run, len(of_day), _covered(of_day, start), day.day == 1)


def _covered(reports: Iterable[ReportSeen], start: datetime) -> timedelta:
    """The time of a day that lies in the range of any of its reports."""
    covered, until = timedelta(), start
    for report in sorted(reports, key=lambda report: report.start):
        begin, end = max(report.start, until), min(report.end, start + _DAY)
        if end > begin:
            covered, until = covered + (end - begin), end
    return covered
