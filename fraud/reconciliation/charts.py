"""Charts of a report as inline SVG: no script, no external resource, a title to every bar."""

from collections.abc import Sequence
from html import escape

import msgspec

from fraud.reconciliation.report import StoreRow, TableRow, WindowRow

MAX_BARS = 60
_BINS = (1, 3, 6, 12, 36, 72, 144, 288)
"""Windows a bar: 5, 15 and 30 minutes, 1, 3, 6, 12 hours, a day."""
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
    """Columns over time: what must be flagged behind, what was judged in front, a cap where they differ.

    Places are in per cent, so that the chart fits any page and its text keeps its size.
    """
    highest = _highest(bars)
    step = 100 / max(len(bars), 1)
    every = -(-len(bars) // _LABELS) or 1
    parts = [_grid(highest)]
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
        if i % every == 0:
            parts.append(f'<text x="{left:.3f}%" y="{_BASE + 18}">{escape(bar.label[-5:])}</text>')
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
    """One row a store, longest first: its name and numbers above its bar."""
    highest = _highest(bars)
    parts: list[str] = []
    for i, bar in enumerate(bars):
        y = i * _ROW
        kind = ' class="wrong"' if bar.wrong else ""
        numbers = f"{bar.expected:,}" if bar.analysed == bar.expected else f"{bar.analysed:,} of {bar.expected:,}"
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
