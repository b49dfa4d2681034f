"""The report as Markdown, short enough for a ticket."""

from collections.abc import Iterator
from datetime import datetime

from reconciliation.comparing.classes import CLASS, FAULT_HEADLINES, NOTE_HEADLINES, NUMBER
from reconciliation.comparing.differences import Difference
from reconciliation.paths import report_folder
from reconciliation.reporting.report import DifferenceClass, Report
from reconciliation.reporting.titles import ARCHIVED, FLAGGED, VERDICTS, percent

MAX_IDS = 10
MAX_CAMPAIGNS = 10
MAX_TEXT = 100
"""Characters of a text of others; ids in full are in the lists."""


def to_markdown(report: Report) -> str:
    """The verdict, the accounts, and the first ids of each class."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield from (f"# {VERDICTS[report.verdict]}", "", _plain(report.sentence), "")
    yield f"Range: after {_moment(report.start)} up to {_moment(report.end)} UTC. The whole report is in the container"
    yield from (f"`reports`: `{report_folder(report.id)}/report.html`", "")
    yield from ("| account | number |", "|---|---:|")
    accounts = report.accounts
    shown = [
        *ARCHIVED,
        *FLAGGED,
        *(headline for headline in (*FAULT_HEADLINES, *NOTE_HEADLINES) if getattr(accounts, headline.name)),
    ]
    yield from (f"| {headline.label} | {getattr(accounts, headline.name):,} |" for headline in shown)
    yield from _campaigns(report)
    for of_class in report.differences:
        yield from _class(of_class)
    if report.gaps:
        yield from ("", f"## {NUMBER['archive_gaps'].title}", "")
        for gap in report.gaps[:MAX_IDS]:
            yield f"- {_code(gap.partition)}: {gap.numbers}"
        yield from _more(len(report.gaps))
    if report.unreadable:
        yield from ("", f"## {NUMBER['unreadable'].title}", "")
        for place in report.unreadable[:MAX_IDS]:
            yield f"- {_code(place.path)} at {place.offset}: {_code(place.reason)}"
        yield from _more(accounts.unreadable)


def _campaigns(report: Report) -> Iterator[str]:
    if report.campaigns_left_out:
        yield from ("", f"Campaigns too large to be measured: {_code(', '.join(report.campaigns_left_out))}")
    if not report.campaigns:
        return
    yield from ("", "## Campaigns", "", "| campaign | sent | must be flagged | judged | found | correct |")
    yield "|---|---:|---:|---:|---:|---:|"
    for campaign in report.campaigns[:MAX_CAMPAIGNS]:
        shares = f"{percent(campaign.recall)} | {percent(campaign.precision)}"
        numbers = f"{campaign.sent:,} | {campaign.must_be_flagged:,} | {campaign.judged:,}"
        yield f"| {_code(campaign.run_id)} | {numbers} | {shares} |"


def _class(of_class: DifferenceClass) -> Iterator[str]:
    definition = CLASS[of_class.name]
    yield from ("", f"## {definition.title}: {of_class.count:,}", "", f"{of_class.explanation} {definition.advice}", "")
    yield from map(_difference, of_class.examples[:MAX_IDS])
    yield from _more(of_class.count)


def _more(count: int) -> Iterator[str]:
    if count > MAX_IDS:
        yield f"- and {count - MAX_IDS:,} more"


def _difference(difference: Difference) -> str:
    words = [_code(difference.event_id or "malformed body"), f"window to {_moment(difference.window_end)}"]
    words += [f"store {_code(difference.store)}"] if difference.store else []
    words += [f"seen under {', '.join(map(_code, difference.seen_stores))}"] if difference.seen_stores else []
    words += [f"in {_code(', '.join(difference.fields))}"] if difference.fields else []
    # As code: elsewhere `#7` links to a ticket of that number.
    words += [_code(f"{difference.partition} #{difference.sequence_number}")] if difference.partition else []
    return f"- {', '.join(words)}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _code(text: str) -> str:
    """A text of others as inline code: nothing in it can end the code, a cell of a table, or start a line, and a
    terminal that shows it takes nothing in it for an order."""
    short = _printable(" ".join(text.replace("`", "'").replace("|", "¦").split()))
    return f"`{short if len(short) <= MAX_TEXT else short[:MAX_TEXT] + '…'}`"


def _printable(text: str) -> str:
    """A text without control characters and those that turn the direction of writing: each is a question mark."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _plain(text: str) -> str:
    """A sentence in which names of others may stand: no tag, no link, no code."""
    text = _printable(text)
    for character in "\\`*_<>[]|#@":
        text = text.replace(character, f"\\{character}" if character != "@" else "@\u200b")
    return text
