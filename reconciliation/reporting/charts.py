"""The bars of a report's charts; `templates/charts.html` draws them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

import msgspec

from fraud.windows import WINDOW
from reconciliation.comparing.classes import DIFFERENCE_COLUMNS
from reconciliation.reporting.report import StoreRow, TableRow, WindowTableRow

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_BARS = 60
MAX_STORE_BARS = 20
_PERIODS = {
    1: "window of five minutes",
    3: "quarter of an hour",
    12: "hour",
    36: "three hours",
    72: "six hours",
    144: "twelve hours",
    288: "day",
}
"""Names of the periods, by windows per bar."""
_TICKS = 6
"""Labels on the axis of a chart over time, at most."""


class Bar(msgspec.Struct, frozen=True):
    """One place on an axis."""

    label: str
    expected: int
    analysed: int
    wrong: int
    start: datetime | None = None
    """The moment at which it begins, if the axis is time."""
    tick: str = ""
    """The text on the axis below it; most bars have none."""

    @property
    def title(self) -> str:
        """The text that the browser shows over the bar."""
        text = f"{self.label}: {self.expected:,} must be flagged, {self.analysed:,} judged"
        return text + (f", {self.wrong:,} differences" if self.wrong else "")


def period_name(windows: Sequence[WindowTableRow]) -> str:
    """The period of one bar of these windows."""
    return _PERIODS[_windows_a_bar(len(windows))]


def window_bars(windows: Sequence[WindowTableRow]) -> list[Bar]:
    """Windows put together by the clock, into hours for a day, so that a chart has at most MAX_BARS."""
    period = WINDOW * _windows_a_bar(len(windows))
    bars: list[Bar] = []
    for number, rows in groupby(windows, lambda row: (row.window_end - WINDOW - _EPOCH) // period):
        start = _EPOCH + number * period
        bars.append(_bar(f"{start:%b %d %H:%M} to {start + period:%H:%M}", list(rows), start))
    return _with_ticks(bars)


def _with_ticks(bars: list[Bar]) -> list[Bar]:
    """The time below some of the bars, evenly spread; the date instead where a day begins."""
    every = -(-len(bars) // _TICKS) or 1
    day = bars[0].start.date() if bars and bars[0].start else None
    for number in range(0, len(bars), every):
        if start := bars[number].start:
            tick = f"{start:%H:%M}" if start.date() == day else f"{start:%b %d}"
            bars[number] = msgspec.structs.replace(bars[number], tick=tick)
            day = start.date()
    return bars


def _windows_a_bar(count: int) -> int:
    # What is put together by the clock may begin and end in the middle of a bar.
    return next((size for size in _PERIODS if -(-count // size) + (size > 1) <= MAX_BARS), max(_PERIODS))


def store_bars(stores: Sequence[StoreRow]) -> list[Bar]:
    """The stores with the most differences, then with the most events that must be flagged."""
    most = sorted(stores, key=lambda row: (-differences_of(row), -max(row.expected, row.analysed), row.store))
    return [_bar("no store" if row.store == "none" else f"store {row.store}", [row]) for row in most[:MAX_STORE_BARS]]


def differences_of(row: TableRow) -> int:
    """Ids of a line that do not balance."""
    return sum(getattr(row, column.name.lower()) for column in DIFFERENCE_COLUMNS)


def _bar(label: str, rows: Sequence[TableRow], start: datetime | None = None) -> Bar:
    return Bar(
        label,
        sum(row.expected for row in rows),
        sum(row.analysed for row in rows),
        sum(map(differences_of, rows)),
        start,
    )
