"""A reconciliation's report on the screen, in 80 columns."""

from datetime import datetime, timedelta

import msgspec
from rich.markup import escape
from rich.padding import Padding

from cli.acknowledge import Acknowledgements
from cli.screen import console, plain
from reconciliation.comparing.classes import CLASSES
from reconciliation.comparing.definitions import NumberName
from reconciliation.comparing.differences import Difference
from reconciliation.comparing.summary import Summary
from reconciliation.reporting.gaps import Gap
from reconciliation.reporting.report import DifferenceClass, Report
from reconciliation.reporting.titles import percent

_EXAMPLES = 3
_MOMENT = timedelta(minutes=5)
"""The end of a range is rounded up to that of a window."""
_CAPTURE_IS_DONE = timedelta(minutes=30)
_ID_COLUMNS = 36
_MARKS = {"balanced": "[green]✔[/]", "empty": "[bold]○[/]", "incomplete": "[yellow]…[/]"}
"""A range without events is neither balanced nor at fault."""
_NOTES = {definition.name for definition in CLASSES if definition.weight == "note"}


def show_report(report: Report, base_url: str, now: datetime, acknowledged: Acknowledgements) -> None:
    """The verdict, the accounts, each class of differences with a few examples, and where the report is.

    As on the report's page, what was acknowledged is not red.
    """
    console.print()
    _paragraph(f"{_mark(report, acknowledged)} [bold]{escape(report.sentence)}[/]", 2)
    if acknowledged.is_all:
        _paragraph("All differences are acknowledged.", 4)
    _accounts(report.accounts, report.faults, "yellow" if acknowledged.is_all else "red")
    for campaign in report.campaigns:
        shares = f"found {percent(campaign.recall)}  correct {percent(campaign.precision)}"
        console.print(f"\n  {campaign.run_id[:70]}", markup=False)
        console.print(f"    must be flagged {campaign.must_be_flagged:,}  judged {campaign.judged:,}  {shares}")
    if report.campaigns_left_out:
        _paragraph(escape(f"Too large to be measured: {', '.join(report.campaigns_left_out)}"), 2)
    for difference_class in report.differences:
        name, count = difference_class.name, difference_class.count
        _difference_class(difference_class, "yellow" if name in _NOTES or acknowledged.covers(name, count) else "red")
    _places("Gaps in the archive", [_gap(gap) for gap in report.gaps], _colour("archive_gaps", report, acknowledged))
    unreadable = [f"{place.path} at {place.offset}: {place.reason}" for place in report.unreadable]
    _places("Not readable", unreadable, _colour("unreadable", report, acknowledged))
    if report.verdict == "incomplete":
        _paragraph(_what_is_awaited(report.end, now), 2)
    folder = f"{base_url}/api/reports/{report.id}"
    console.print("\n  Report", soft_wrap=True)
    for path in (*(path.rpartition("/")[2] for path in report.lists[:_EXAMPLES]), "report.html"):
        # One line, however long: it is there to be clicked on or copied.
        console.print(f"  {folder}/{path}", soft_wrap=True, markup=False)


def _mark(report: Report, acknowledged: Acknowledgements) -> str:
    """The mark of the verdict: green where the command exits with 0."""
    if acknowledged.is_all:
        return _MARKS["balanced" if report.is_whole else "incomplete"]
    return _MARKS.get(report.verdict, "[red]✘[/]")


def _colour(name: NumberName, report: Report, acknowledged: Acknowledgements) -> str:
    return "yellow" if acknowledged.covers(name, getattr(report.accounts, name)) else "red"


def _what_is_awaited(end: datetime, now: datetime) -> str:
    """The reason why a range is not complete, and what to do about it."""
    if end > now + _MOMENT:
        return f"The range ends at {end:%Y-%m-%d %H:%M}Z, which is to come: Azure's time is {now:%Y-%m-%d %H:%M}Z."
    if end < now - _CAPTURE_IS_DONE:
        return f"Azure's time is {now:%Y-%m-%d %H:%M}Z, so Capture has written what there was: waiting changes nothing."
    return "Capture writes every five minutes: --until-complete waits for it and reconciles again."


def _accounts(accounts: Summary, faults: list[str], colour: str) -> None:
    counts: dict[str, int] = msgspec.to_builtins(accounts)
    cells = [_cell(name, count, colour if name in faults else "bold") for name, count in counts.items()]
    console.print()
    for left, right in zip(cells[::2], [*cells[1::2], ""], strict=False):
        console.print(f"  {left}   {right}")


def _cell(name: str, count: int, colour: str) -> str:
    return f"{name.replace('_', ' '):<24}[{colour}]{count:>11,}[/]"


def _difference_class(differences: DifferenceClass, colour: str) -> None:
    console.print(f"\n  [{colour}]{differences.name.replace('_', ' ')}[/]  {differences.count:,}")
    _paragraph(escape(differences.explanation), 2)
    for example in differences.examples[:_EXAMPLES]:
        # Ids are texts of others: nothing in them may be taken for markup or leave the line.
        console.print(plain(_example(example)), markup=False, no_wrap=True, overflow="crop")
    if differences.count > _EXAMPLES:
        console.print(f"    and {differences.count - _EXAMPLES:,} more")


def _example(difference: Difference) -> str:
    name = difference.event_id or f"{difference.partition} #{difference.sequence_number}"
    short = name if len(name) <= _ID_COLUMNS else name[: _ID_COLUMNS - 1] + "…"
    fields = f"  in {', '.join(difference.fields)}" if difference.fields else ""
    store = f"store {difference.store or 'none':<6}"
    return f"    {short:<{_ID_COLUMNS}}  {store} to {difference.window_end:%Y-%m-%d %H:%M}{fields}"


def _places(title: str, lines: list[str], colour: str) -> None:
    if not lines:
        return
    console.print(f"\n  [{colour}]{title}[/]  {len(lines):,}")
    for line in lines[:_EXAMPLES]:
        _paragraph(escape(line), 4)


def _gap(gap: Gap) -> str:
    first, last = (None if number is None else f"{number:,}" for number in (gap.first, gap.last))
    if last is None:
        return f"{gap.partition}: {'unknown' if first is None else f'from {first}'}"
    return f"{gap.partition}: {'up to' if first is None else f'{first} to'} {last}"


def _paragraph(text: str, indent: int) -> None:
    console.print(Padding(text, (0, 0, 0, indent)))
