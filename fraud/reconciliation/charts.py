"""Charts of a report as inline SVG: no script, no external resource, a title to every bar."""

from collections.abc import Sequence
from html import escape

import msgspec

from fraud.reconciliation.report import StoreRow, TableRow, WindowRow

MAX_BARS = 60
_BINS = (1, 3, 6, 12, 36, 72, 144, 288)
"""Windows a bar: 5, 15 and 30 minutes, 1, 3, 6, 12 hours, a day."""
_HEIGHT, _BASE, _TOP, _LEFT = 220, 190, 14, 46
_STEP_MIN, _WIDTH = 12, 720
_ROW = 24


class Bar(msgspec.Struct, frozen=True):
    """One place on an axis."""

    label: str
    expected: int
    analysed: int
    wrong: int

    @property
    def title(self) -> str:
        """What a pointer that rests on the bar reads."""
        text = f"{self.label}: {self.expected:,} must be flagged, {self.analysed:,} judged"
        return text + (f", {self.wrong:,} differences" if self.wrong else "")


def window_bars(windows: Sequence[WindowRow]) -> list[Bar]:
    """Windows side by side, put together so that a chart has at most MAX_BARS."""
    size = next((size for size in _BINS if len(windows) <= size * MAX_BARS), _BINS[-1])
    bars: list[Bar] = []
    for start in range(0, len(windows), size):
        some = windows[start : start + size]
        label = f"{some[-1].window_end:%b %d %H:%M}"
        bars.append(_bar(f"until {label}" if size > 1 else f"window to {label}", some))
    return bars


def store_bars(stores: Sequence[StoreRow]) -> list[Bar]:
    """The stores with the most events that must be flagged."""
    most = sorted(stores, key=lambda row: (-max(row.expected, row.analysed), row.store))[:MAX_BARS]
    return [_bar("no store" if row.store == "none" else f"store {row.store}", [row]) for row in most]


def differences_of(row: TableRow) -> int:
    """Ids of a line that do not balance."""
    return row.missing_from_suspicious + row.missing_from_fraud + row.unexpected + row.duplicates + row.wrong_window


def _bar(label: str, rows: Sequence[TableRow]) -> Bar:
    return Bar(
        label,
        sum(row.expected for row in rows),
        sum(row.analysed for row in rows),
        sum(map(differences_of, rows)),
    )


def columns_chart(bars: Sequence[Bar], name: str) -> str:
    """Columns over time: what must be flagged behind, what was judged in front, a mark where they differ."""
    highest = max((max(bar.expected, bar.analysed) for bar in bars), default=0) or 1
    step = max(_STEP_MIN, (_WIDTH - _LEFT) / max(len(bars), 1))
    width = _LEFT + step * len(bars)
    parts = [_axis(highest, width)]
    every = -(-len(bars) // 8) or 1
    for i, bar in enumerate(bars):
        left = _LEFT + i * step
        parts.append(f"<g><title>{escape(bar.title)}</title>")
        parts.append(f'<rect class="hit" x="{left:.1f}" y="0" width="{step:.1f}" height="{_BASE}"/>')
        parts.append(_column(left + step * 0.1, step * 0.8, bar.expected / highest, "expected"))
        parts.append(_column(left + step * 0.27, step * 0.46, bar.analysed / highest, "analysed"))
        if bar.wrong:
            x = left + step / 2
            parts.append(f'<path class="wrong" d="M{x - 5:.1f} 2h10l-5 9z"/>')
        parts.append("</g>")
        if i % every == 0:
            x = left + step / 2
            parts.append(f'<text x="{x:.1f}" y="{_BASE + 16}" class="x">{escape(bar.label[-5:])}</text>')
    return _svg("".join(parts), width, _HEIGHT, name)


def _axis(highest: int, width: float) -> str:
    lines: list[str] = []
    for part in (0, 0.5, 1):
        y = _BASE - part * (_BASE - _TOP)
        value = f"{highest * part:,.0f}" if highest > 1 or part != 0.5 else ""
        lines.append(f'<line class="grid" x1="{_LEFT}" x2="{width:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text class="y" x="{_LEFT - 6}" y="{y + 4:.1f}">{value}</text>')
    return "".join(lines)


def _column(left: float, width: float, share: float, name: str) -> str:
    height = share * (_BASE - _TOP)
    return f'<rect class="{name}" x="{left:.1f}" y="{_BASE - height:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def rows_chart(bars: Sequence[Bar], name: str) -> str:
    """One row a store, longest first."""
    highest = max((max(bar.expected, bar.analysed) for bar in bars), default=0) or 1
    label, number = 110, 90
    room = _WIDTH - label - number
    parts: list[str] = []
    for i, bar in enumerate(bars):
        y = i * _ROW
        parts.append(f'<g><title>{escape(bar.title)}</title><text class="y" x="{label - 8}" y="{y + 16}">')
        parts.append(f"{escape(bar.label)}</text>")
        for value, inset, kind in ((bar.expected, 3, "expected"), (bar.analysed, 7, "analysed")):
            width = value / highest * room
            parts.append(
                f'<rect class="{kind}" x="{label}" y="{y + inset}" width="{width:.1f}" height="{_ROW - 2 * inset}"/>'
            )
        end = label + max(bar.expected, bar.analysed) / highest * room
        kind = "n wrong" if bar.wrong else "n"
        text = f"{bar.analysed:,} of {bar.expected:,}" if bar.analysed != bar.expected else f"{bar.expected:,}"
        parts.append(f'<text class="{kind}" x="{end + 8:.1f}" y="{y + 16}">{text}</text></g>')
    return _svg("".join(parts), _WIDTH, max(len(bars), 1) * _ROW, name)


def _svg(content: str, width: float, height: float, name: str) -> str:
    return (
        f'<svg role="img" aria-label="{escape(name)}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'style="min-width:{min(width, 560):.0f}px;max-width:{width * 1.4:.0f}px">{content}</svg>'
    )
