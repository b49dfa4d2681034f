"""Charts of a report as inline SVG: no script, no external resource, a title to every bar."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from itertools import groupby

import msgspec

from fraud.windows import WINDOW
from reconciliation.reporting.report import StoreRow, TableRow, WindowRow

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
_HEIGHT, _BASE, _TOP = 220, 190, 26
"""Of a chart over time, in pixels: its height, where its columns stand, and how far up the highest reaches."""
_ROW = 38
_LABELS = 6


class Bar(msgspec.Struct, frozen=True):
    """One place on an axis."""

    label: str
    expected: int
    analysed: int
    wrong: int
    start: datetime | None = None
    """Where it begins, if the axis is time."""

    @property
    def title(self) -> str:
        """The text that the browser shows over the bar."""
        text = f"{self.label}: {self.expected:,} must be flagged, {self.analysed:,} judged"
        return text + (f", {self.wrong:,} differences" if self.wrong else "")


def period_name(windows: Sequence[WindowRow]) -> str:
    """The period of one bar of these windows."""
    return _PERIODS[_windows_a_bar(len(windows))]


def window_bars(windows: Sequence[WindowRow]) -> list[Bar]:
    """Windows put together by the clock, into hours for a day, so that a chart has at most MAX_BARS."""
    period = WINDOW * _windows_a_bar(len(windows))
    bars: list[Bar] = []
    for number, some in groupby(windows, lambda row: (row.window_end - WINDOW - _EPOCH) // period):
        start = _EPOCH + number * period
        bars.append(_bar(f"{start:%b %d %H:%M} to {start + period:%H:%M}", list(some), start))
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
    return row.missing_from_suspicious + row.missing_from_fraud + row.unexpected + row.duplicates + row.wrong_window


def _bar(label: str, rows: Sequence[TableRow], start: datetime | None = None) -> Bar:
    return Bar(
        label,
        sum(row.expected for row in rows),
        sum(row.analysed for row in rows),
        sum(map(differences_of, rows)),
        start,
    )


def columns_chart(bars: Sequence[Bar], name: str) -> str:
    """Columns over time: what must be flagged behind, what was judged in front, a cap where they differ.

    Places are in per cent, so that the chart fits any page and its text keeps its size.
    """
    highest = _highest(bars)
    step = 100 / max(len(bars), 1)
    every = -(-len(bars) // _LABELS) or 1
    parts = [_grid(highest)]
    day = bars[0].start.date() if bars and bars[0].start else None
    for i, bar in enumerate(bars):
        left = i * step
        parts.append(f"<g><title>{escape(bar.title)}</title>")
        parts.append(f'<rect class="hit" x="{left:.3f}%" y="0" width="{step:.3f}%" height="{_BASE}"/>')
        parts.append(_column(left + step * 0.08, step * 0.84, bar.expected / highest, "expected"))
        parts.append(_column(left + step * 0.26, step * 0.48, bar.analysed / highest, "analysed"))
        if bar.wrong:
            parts.append(
                f'<rect class="wrong" x="{left + step * 0.08:.3f}%" y="0" width="{step * 0.84:.3f}%" height="6"/>'
            )
        parts.append("</g>")
        if i % every == 0 and bar.start:
            text = f"{bar.start:%H:%M}" if bar.start.date() == day else f"{bar.start:%b %d}"
            day = bar.start.date()
            parts.append(f'<text x="{left:.3f}%" y="{_BASE + 18}">{text}</text>')
    return _svg("".join(parts), _HEIGHT, name)


def _highest(bars: Sequence[Bar]) -> int:
    return max((max(bar.expected, bar.analysed) for bar in bars), default=0) or 1


def _grid(highest: int) -> str:
    lines: list[str] = []
    for share in (0.0, 0.5, 1.0) if highest > 1 else (0.0, 1.0):
        y = _BASE - share * (_BASE - _TOP)
        lines.append(f'<line x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
    return f'{"".join(lines)}<text x="0" y="{_TOP - 4}">{highest:,}</text>'


def _column(left: float, width: float, share: float, name: str) -> str:
    height = share * (_BASE - _TOP)
    return f'<rect class="{name}" x="{left:.3f}%" y="{_BASE - height:.1f}" width="{width:.3f}%" height="{height:.1f}"/>'


def rows_chart(bars: Sequence[Bar], name: str) -> str:
    """One row per store: its name and numbers above its bar."""
    highest = _highest(bars)
    parts: list[str] = []
    for i, bar in enumerate(bars):
        y = i * _ROW
        kind = ' class="wrong"' if bar.wrong else ""
        same = bar.analysed == bar.expected
        numbers = f"{bar.expected:,}" if same else f"{bar.expected:,} to flag, {bar.analysed:,} judged"
        numbers += f", {bar.wrong:,} differ" if bar.wrong else ""
        parts.append(f"<g><title>{escape(bar.title)}</title>")
        parts.append(f'<text x="0" y="{y + 14}"{kind}>{escape(bar.label)}: {numbers}</text>')
        for value, inset, style in ((bar.expected, 0, "expected"), (bar.analysed, 3, "analysed")):
            share = value / highest * 100
            parts.append(
                f'<rect class="{style}" x="0" y="{y + 18 + inset}" width="{share:.2f}%" height="{14 - 2 * inset}"/>'
            )
        parts.append("</g>")
    return _svg("".join(parts), max(len(bars), 1) * _ROW, name)


def _svg(content: str, height: int, name: str) -> str:
    return f'<svg role="img" aria-label="{escape(name)}" width="100%" height="{height}">{content}</svg>'
