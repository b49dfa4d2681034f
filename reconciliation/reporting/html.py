"""The report as one HTML file for people: no script and no external resource, every text escaped.

`templates/report.html` is the page. This module computes what the page shows and the report does not hold ready.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from reconciliation.comparing.classes import CLASS, FAULT_HEADLINES, NOTE_HEADLINES, NUMBER
from reconciliation.comparing.definitions import ClassDefinition, Headline
from reconciliation.reporting.acknowledgements import Acknowledgement, open_in_numbers, standing
from reconciliation.reporting.charts import differences_of, period_name, store_bars, window_bars
from reconciliation.reporting.html_tables import Table, difference_table, moment_text, table, unreadable_table
from reconciliation.reporting.pages import templates_of
from reconciliation.reporting.report import DifferenceClass, Report, TableRow
from reconciliation.reporting.titles import ARCHIVED, FLAGGED, VERDICTS, percent

if TYPE_CHECKING:
    from jinja2 import Environment

MAX_TABLE_ROWS = 600
"""Lines of a table; the JSON report holds all windows."""


class Tile(msgspec.Struct, frozen=True):
    """A number at the top; it leads to `target`, the section that says more of it, if that is not empty."""

    label: str
    explanation: str
    count: int
    target: str
    kind: str


class Section(msgspec.Struct, frozen=True):
    """A class of differences: `count` ids, of which the table has `shown`."""

    definition: ClassDefinition
    explanation: str
    count: int
    shown: int
    kind: str
    table: Table


@cache
def environment() -> "Environment":
    """The templates with their filters."""
    made = templates_of("reconciliation.reporting")
    made.filters.update(number="{:,}".format, moment=moment_text)
    return made


def to_html(
    report: Report, acknowledgements: Sequence[Acknowledgement] = (), acknowledged: Mapping[str, int] | None = None
) -> str:
    """The report as a page, with what was acknowledged of it; `acknowledged` has the number of differences by class."""
    faults, notes = _counted(report, FAULT_HEADLINES), _counted(report, NOTE_HEADLINES)
    numbers = acknowledged or {}
    left = open_in_numbers(report, numbers)
    busy = [row for row in report.windows if row.events or row.suspicious or row.analysed]
    return (
        environment()
        .get_template("report.html")
        .render(
            report=report,
            verdict=VERDICTS[report.verdict],
            is_wrong=bool(faults),
            standing=standing(report, left),
            open=left,
            acknowledged=sum(numbers.values()),
            acknowledgements=_acknowledgements(acknowledgements),
            counted=[*_tiles(report, faults, "wrong" if left else "noted"), *_tiles(report, notes, "noted")],
            zero=[headline.label for headline in FAULT_HEADLINES if headline not in faults],
            archived=_tiles(report, ARCHIVED),
            flagged=_tiles(report, FLAGGED),
            campaigns=_campaigns(report),
            period=period_name(report.windows),
            window_bars=window_bars(report.windows),
            store_bars=store_bars(report.stores),
            differences=_sections(report, numbers),
            numbers=NUMBER,
            gaps=_gaps(report),
            unreadable=unreadable_table(report.unreadable),
            busy=len(busy),
            windows=_numbers((moment_text(row.window_end), row) for row in busy[:MAX_TABLE_ROWS]),
            stores=_numbers((row.store, row) for row in report.stores[:MAX_TABLE_ROWS]),
            files=["report.json", "report.md", *(path.rpartition("/")[2] for path in report.lists)],
        )
    )


def _counted(report: Report, headlines: Iterable[Headline]) -> list[Headline]:
    return [headline for headline in headlines if getattr(report.accounts, headline.name)]


def _tiles(report: Report, headlines: Iterable[Headline], kind: str = "") -> list[Tile]:
    names = [difference_class.name for difference_class in report.differences]
    names += ["archive_gaps"] * bool(report.gaps) + ["unreadable"] * bool(report.unreadable)

    def tile(headline: Headline) -> Tile:
        target = next((name for name in names if name.startswith(headline.name)), "")
        return Tile(headline.label, headline.explanation, getattr(report.accounts, headline.name), target, kind)

    return list(map(tile, headlines))


def _campaigns(report: Report) -> Table:
    rows = (
        (
            campaign.run_id,
            *map(
                "{:,}".format,
                (campaign.sent, campaign.lost, campaign.must_be_flagged, campaign.found, campaign.judged),
            ),
            percent(campaign.recall),
            percent(campaign.precision),
        )
        for campaign in report.campaigns
    )
    return table(("campaign", "sent", "lost", "must be flagged", "of these judged", "judged", "found", "correct"), rows)


def _sections(report: Report, acknowledged: Mapping[str, int]) -> list[Section]:
    return [
        Section(
            definition=CLASS[difference_class.name],
            explanation=difference_class.explanation,
            count=difference_class.count,
            shown=len(difference_class.examples),
            kind="noted" if _is_noted(difference_class, acknowledged) else "",
            table=difference_table(difference_class.examples),
        )
        for difference_class in report.differences
    ]


def _is_noted(of_class: DifferenceClass, acknowledged: Mapping[str, int]) -> bool:
    return CLASS[of_class.name].weight == "note" or acknowledged.get(of_class.name, 0) >= of_class.count


def _acknowledgements(acknowledgements: Sequence[Acknowledgement]) -> Table:
    rows = (
        (given.name.replace("_", " "), given.key, given.who, moment_text(given.when), given.why)
        for given in acknowledgements[:MAX_TABLE_ROWS]
    )
    return table(("class", "key", "who", "when", "why"), rows, "differences")


def _gaps(report: Report) -> Table:
    rows = (
        (
            gap.partition,
            gap.numbers,
            "unknown" if gap.first is None or gap.last is None else f"{gap.count:,}",
            " and ".join(map(moment_text, gap.between)),
        )
        for gap in report.gaps
    )
    return table(("partition", "sequence numbers", "events", "between the windows to"), rows)


def _numbers(rows: Iterable[tuple[str, TableRow]]) -> Table:
    head = ("", "events", "must be flagged", "reported", "judged", "differences")
    numbers = (
        (name, *map("{:,}".format, (row.events, row.expected, row.suspicious, row.analysed, differences_of(row))))
        for name, row in rows
    )
    return table(head, numbers, "numbers")
