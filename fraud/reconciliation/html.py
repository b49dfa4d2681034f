"""The report as one HTML file for people: no script and no external resource, every text escaped."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from importlib.resources import files
from urllib.parse import quote

from fraud.reconciliation.charts import columns_chart, differences_of, rows_chart, store_bars, window_bars
from fraud.reconciliation.differences import Difference
from fraud.reconciliation.report import DifferenceClass, Report, TableRow
from fraud.reconciliation.titles import HEADLINES, TITLES, VERDICTS, percent

MAX_TABLE_ROWS = 600
"""Lines of a table; the JSON report holds all windows."""


def to_html(report: Report) -> str:
    """The report as a page."""
    style = files("fraud.reconciliation").joinpath("report.css").read_text(encoding="utf-8")
    sections = [
        _header(report),
        _totals(report),
        _campaigns(report),
        _charts(report),
        *(_difference_class(report, found) for found in report.differences),
        _gaps(report),
        _unreadable(report),
        _tables(report),
        _footer(report),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(VERDICTS[report.verdict])}: {escape(report.id)}</title><style>{style}</style></head>"
        f"<body><main>{''.join(sections)}</main></body></html>"
    )


def _header(report: Report) -> str:
    return (
        f'<header class="{report.verdict}"><p class="kind">Reconciliation of the fraud pipeline</p>'
        f"<h1>{escape(VERDICTS[report.verdict])}</h1><p>{escape(report.sentence)}</p>"
        f"<p class='range'>Events that arrived after {_moment(report.start)} and up to {_moment(report.end)} (UTC)</p>"
        "</header>"
    )


def _totals(report: Report) -> str:
    tiles = "".join(
        f'<div class="tile{" wrong" if is_fault and value else ""}" title="{escape(title)}">'
        f"<b>{value:,}</b><span>{escape(label)}</span></div>"
        for label, title, is_fault, value in (
            (label, title, is_fault, getattr(report.accounts, name)) for name, label, title, is_fault in HEADLINES
        )
    )
    cosmos = "" if report.with_cosmos else "<p>Cosmos was left out of this run.</p>"
    return f'<section><h2>Accounts</h2><div class="tiles">{tiles}</div>{cosmos}</section>'


def _campaigns(report: Report) -> str:
    if not report.campaigns:
        return ""
    rows = (
        (
            one.run_id,
            *(f"{number:,}" for number in (one.sent, one.lost, one.must_be_flagged, one.found, one.judged)),
            percent(one.recall),
            percent(one.precision),
        )
        for one in report.campaigns
    )
    head = ("campaign", "sent", "lost", "must be flagged", "found", "judged", "recall", "precision")
    return (
        "<section><h2>Campaigns</h2><p>What the campaigns of this range say must be flagged, made again from their "
        "seeds: recall is the share of it that was judged, precision the share of what was judged that is of it."
        f"</p>{_table(head, rows)}</section>"
    )


def _charts(report: Report) -> str:
    legend = (
        '<p class="legend"><span><i class="expected"></i>must be flagged</span> '
        '<span><i class="analysed"></i>judged</span> <span><i class="wrong"></i>differences</span></p>'
    )
    parts: list[str] = []
    if report.windows:
        chart = columns_chart(window_bars(report.windows), "Events that must be flagged and verdicts over time")
        parts.append(f"<section><h2>Over time</h2>{legend}{chart}</section>")
    if report.stores:
        chart = rows_chart(store_bars(report.stores), "Events that must be flagged and verdicts per store")
        parts.append(f"<section><h2>Per store</h2>{legend}{chart}</section>")
    return "".join(parts)


def _difference_class(report: Report, found: DifferenceClass) -> str:
    head = ("event", "store", "window to", "where", "expected in", "seen in", "in the archive", "blobs")
    rows = (_difference(one, report.warehouse) for one in found.examples)
    more = f"The first {len(found.examples):,} of {found.count:,}." if found.count > len(found.examples) else ""
    return (
        f'<section><h2>{escape(TITLES[found.name])} <span class="count">{found.count:,}</span></h2>'
        f"<p>{escape(found.explanation)} {more}</p>{_table(head, rows)}</section>"
    )


def _difference(one: Difference, warehouse: str) -> Sequence[str]:
    place = f"{one.partition} #{one.sequence_number}" if one.partition else ""
    return (
        one.event_id or "(a malformed body)",
        one.store,
        _moment(one.window_end),
        ", ".join(one.where),
        _times(one.expected, one.window_end),
        _times(one.seen, one.window_end),
        place,
        _Markup(" ".join(_blob(path, warehouse) for path in one.blobs)),
    )


class _Markup(str):
    """A cell that is HTML already."""

    __slots__ = ()


def _blob(path: str, warehouse: str) -> str:
    name = escape(path.rpartition("/")[2])
    return f'<a href="{escape(warehouse)}/{escape(quote(path))}" title="{escape(path)}">{name}</a>'


def _times(moments: Sequence[datetime], beside: datetime) -> str:
    """Moments, without the day if it is that of the one beside them."""
    return ", ".join(f"{one:%H:%M}" if one.date() == beside.date() else _moment(one) for one in moments)


def _gaps(report: Report) -> str:
    if not report.gaps:
        return ""
    rows = (
        (
            gap.partition,
            f"up to {gap.last}" if gap.first is None else f"{gap.first} to {gap.last}",
            "unknown" if gap.first is None else f"{gap.count:,}",
            " and ".join(map(_moment, gap.between)),
        )
        for gap in report.gaps
    )
    head = ("partition", "sequence numbers", "events", "between the windows to")
    return (
        "<section><h2>Gaps in the archive</h2><p>A hub numbers its events without a gap: these were never captured, "
        f"or their blobs are gone.</p>{_table(head, rows)}</section>"
    )


def _unreadable(report: Report) -> str:
    if not report.unreadable:
        return ""
    rows = ((one.path, f"{one.offset:,}", one.reason) for one in report.unreadable)
    return (
        "<section><h2>Not readable</h2><p>The place is in bytes for the archive (.avro) and in lines for the rest. "
        f"Everything around it was counted.</p>{_table(('blob', 'at', 'why'), rows)}</section>"
    )


def _tables(report: Report) -> str:
    head = ("", "events", "must be flagged", "reported", "judged", "differences")
    busy = [row for row in report.windows if row.events or row.suspicious or row.analysed][:MAX_TABLE_ROWS]
    windows = _table(head, (_numbers(_moment(row.window_end), row) for row in busy))
    stores = _table(head, (_numbers(row.store, row) for row in report.stores[:MAX_TABLE_ROWS]))
    return (
        f"<section><details><summary>Numbers per window ({len(busy):,} with events)</summary>{windows}</details>"
        f"<details><summary>Numbers per store ({len(report.stores):,})</summary>{stores}</details></section>"
    )


def _numbers(name: str, row: TableRow) -> Sequence[str]:
    numbers = (row.events, row.expected, row.suspicious, row.analysed, differences_of(row))
    return (name, *(f"{number:,}" for number in numbers))


def _footer(report: Report) -> str:
    names = ["report.json", "report.md", *(path.rpartition("/")[2] for path in report.lists)]
    links = " · ".join(f'<a href="{escape(name)}">{escape(name)}</a>' for name in names)
    complete = f" The archive is complete until {_moment(report.complete_until)}." if report.complete_until else ""
    return (
        f"<footer><p>{links}</p><p>Read {report.archive_blobs:,} blobs of the archive, {report.archive_bytes:,} bytes."
        f"{complete} Started {_moment(report.started)} (UTC). {escape(report.id)}</p></footer>"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    titles = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="table"><table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table></div>'


def _cell(content: str) -> str:
    return content if isinstance(content, _Markup) else escape(content)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" + (f":{moment:%S}" if moment.second else "")
