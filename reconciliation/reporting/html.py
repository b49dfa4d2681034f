"""The report as one HTML file for people: no script and no external resource, every text escaped."""

from collections.abc import Sequence
from html import escape
from importlib.resources import files

from reconciliation.comparing.classes import CLASS, FAULT_HEADLINES, NOTE_HEADLINES, NUMBER, Headline
from reconciliation.reporting.charts import (
    columns_chart,
    differences_of,
    period_name,
    rows_chart,
    store_bars,
    window_bars,
)
from reconciliation.reporting.html_tables import difference_table, moment_text, table, unreadable_table
from reconciliation.reporting.report import DifferenceClass, Report, TableRow
from reconciliation.reporting.titles import ARCHIVED, FLAGGED, VERDICTS, percent

MAX_TABLE_ROWS = 600
"""Lines of a table; the JSON report holds all windows."""


def to_html(report: Report) -> str:
    """The report as a page."""
    style = files("reconciliation.reporting").joinpath("report.css").read_text(encoding="utf-8")
    sections = [
        _header(report),
        _balance(report),
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
        f"<p class='range'>Events that arrived after {moment_text(report.start)} and up to {moment_text(report.end)} "
        "(UTC)</p></header>"
    )


def _balance(report: Report) -> str:
    """The accounts that do not balance, and those that are in order."""
    kinds = ((FAULT_HEADLINES, "wrong"), (NOTE_HEADLINES, "noted"))
    counted = {one: int(getattr(report.accounts, one.name)) for headlines, _ in kinds for one in headlines}
    tiles = "".join(_tile(report, one, kind) for headlines, kind in kinds for one in headlines if counted[one])
    zero = ", ".join(escape(one.label) for one in FAULT_HEADLINES if not counted[one])
    is_wrong = any(counted[one] for one in FAULT_HEADLINES)
    title = "What is out of balance" if is_wrong else "Nothing is out of balance" + " so far" * (not report.balanced)
    return (
        f"<section><h2>{title}</h2>"
        + (f'<div class="tiles">{tiles}</div>' if tiles else "")
        + (f'<p class="zero">Zero: {zero}.</p>' if zero else "")
        + "</section>"
    )


def _totals(report: Report) -> str:
    cosmos = "" if report.with_cosmos else "<p>Cosmos was left out of this run.</p>"
    return (
        f"<section><h2>Archived</h2>{cosmos}{_tiles(report, ARCHIVED)}</section>"
        f"<section><h2>Flagged</h2>{_tiles(report, FLAGGED)}</section>"
    )


def _tiles(report: Report, headlines: Sequence[Headline]) -> str:
    return f'<div class="tiles">{"".join(_tile(report, one, "") for one in headlines)}</div>'


def _tile(report: Report, headline: Headline, kind: str) -> str:
    """A number; it leads to what the page says of it, if anything."""
    names = [found.name for found in report.differences]
    names += ["archive_gaps"] * bool(report.gaps) + ["unreadable"] * bool(report.unreadable)
    target = next((name for name in names if name.startswith(headline.name)), "")
    tag, link = ("a", f' href="#{target}"') if target else ("div", "")
    return (
        f'<{tag}{link} class="tile {kind}" title="{escape(headline.explanation)}">'
        f"<b>{getattr(report.accounts, headline.name):,}</b><span>{escape(headline.label)}</span></{tag}>"
    )


def _campaigns(report: Report) -> str:
    if not report.campaigns and not report.campaigns_left_out:
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
        "<section><h2>Campaigns</h2><p>The events of these campaigns are made again from their seeds. Recall: of the "
        "events that had to be flagged, the share that was judged. Precision: of the judged, the share that had to be."
        f"</p>{table(head, rows)}{_left_out(report)}</section>"
    )


def _left_out(report: Report) -> str:
    if not report.campaigns_left_out:
        return ""
    return f"<p>Too large to be measured: {escape(', '.join(report.campaigns_left_out))}.</p>"


def _charts(report: Report) -> str:
    legend = (
        '<p class="legend"><span><i class="expected"></i>must be flagged</span> '
        '<span><i class="analysed"></i>judged</span> <span><i class="wrong"></i>differences</span></p>'
    )
    parts: list[str] = []
    if report.windows:
        name = period_name(report.windows)
        chart = columns_chart(window_bars(report.windows), f"Events that must be flagged and verdicts per {name}")
        parts.append(f"<section><h2>Per {name}</h2>{legend}{chart}</section>")
    if bars := store_bars(report.stores):
        chart = rows_chart(bars, "Events that must be flagged and verdicts per store")
        some = f"The {len(bars)} of {len(report.stores):,} stores with the most differences, then the most to flag."
        note = f"<p>{some}</p>" if len(bars) < len(report.stores) else ""
        parts.append(f"<section><h2>Per store</h2>{note}{legend}{chart}</section>")
    return "".join(parts)


def _difference_class(report: Report, found: DifferenceClass) -> str:
    more = f" The first {len(found.examples):,} of {found.count:,}." if found.count > len(found.examples) else ""
    definition = CLASS[found.name]
    kind = "noted" if definition.weight == "note" else ""
    return (
        f'<section id="{found.name}"><h2>{escape(definition.title)} '
        f'<span class="count {kind}">{found.count:,}</span></h2>'
        f"<p>{escape(found.explanation)} <em>{escape(definition.advice)}</em>{more}</p>"
        f"{difference_table(found.examples, report.warehouse)}</section>"
    )


def _gaps(report: Report) -> str:
    if not report.gaps:
        return ""
    rows = (
        (
            gap.partition,
            gap.numbers,
            "unknown" if gap.first is None or gap.last is None else f"{gap.count:,}",
            " and ".join(map(moment_text, gap.between)),
        )
        for gap in report.gaps
    )
    head = ("partition", "sequence numbers", "events", "between the windows to")
    return (
        f'<section id="archive_gaps"><h2>{escape(NUMBER["archive_gaps"].title)}</h2>'
        f"<p>{escape(NUMBER['archive_gaps'].explanation)}</p>{table(head, rows)}</section>"
    )


def _unreadable(report: Report) -> str:
    if not report.unreadable:
        return ""
    places = unreadable_table(report.unreadable, report.warehouse)
    return (
        f'<section id="unreadable"><h2>{escape(NUMBER["unreadable"].title)}</h2>'
        f"<p>{escape(NUMBER['unreadable'].explanation)}</p>{places}</section>"
    )


def _tables(report: Report) -> str:
    head = ("", "events", "must be flagged", "reported", "judged", "differences")
    busy = [row for row in report.windows if row.events or row.suspicious or row.analysed]
    windows = table(head, (_numbers(moment_text(row.window_end), row) for row in busy[:MAX_TABLE_ROWS]), "numbers")
    stores = table(head, (_numbers(row.store, row) for row in report.stores[:MAX_TABLE_ROWS]), "numbers")
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
    complete = f" The archive is complete until {moment_text(report.complete_until)}." if report.complete_until else ""
    blobs = " A link to a blob opens for those who may read the storage account." if report.warehouse else ""
    return (
        f"<footer><p>{links}</p><p>Read {report.archive_blobs:,} blobs of the archive, {report.archive_bytes:,} bytes."
        f"{complete}{blobs} Started {moment_text(report.started)} (UTC). {escape(report.id)}</p></footer>"
    )
