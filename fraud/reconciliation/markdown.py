"""The report as Markdown, short enough for a ticket."""

from fraud.reconciliation.differences import Difference
from fraud.reconciliation.report import Report
from fraud.reconciliation.titles import HEADLINES, TITLES, VERDICTS, percent

MAX_IDS = 10


def to_markdown(report: Report) -> str:
    """The verdict, the accounts, and the first ids of each class."""
    lines = [
        f"# {VERDICTS[report.verdict]}",
        "",
        report.sentence,
        "",
        f"Range: after {report.start:%Y-%m-%d %H:%M} up to {report.end:%Y-%m-%d %H:%M} UTC. `{report.id}`",
        "",
        "| account | number |",
        "|---|---:|",
        *(f"| {label} | {getattr(report.accounts, name):,} |" for name, label, _, _ in HEADLINES),
    ]
    if report.campaigns:
        lines += ["", "## Campaigns", "", "| campaign | sent | must be flagged | judged | recall | precision |"]
        lines += ["|---|---:|---:|---:|---:|---:|"]
        lines += [
            f"| {_code(one.run_id)} | {one.sent:,} | {one.must_be_flagged:,} | {one.judged:,} "
            f"| {percent(one.recall)} | {percent(one.precision)} |"
            for one in report.campaigns
        ]
    for found in report.differences:
        lines += ["", f"## {TITLES[found.name]}: {found.count:,}", "", found.explanation, ""]
        lines += [_line(one) for one in found.examples[:MAX_IDS]]
        if found.count > MAX_IDS:
            lines.append(f"- and {found.count - min(MAX_IDS, len(found.examples)):,} more")
    if report.gaps:
        lines += ["", "## Gaps in the archive", ""]
        lines += [
            f"- {_code(gap.partition)}: {'up to' if gap.first is None else f'{gap.first} to'} {gap.last}"
            for gap in report.gaps[:MAX_IDS]
        ]
    if report.unreadable:
        lines += ["", "## Not readable", ""]
        lines += [f"- {_code(one.path)} at {one.offset}: {_code(one.reason)}" for one in report.unreadable[:MAX_IDS]]
    return "\n".join(lines) + "\n"


def _line(one: Difference) -> str:
    where = f", {_code(one.partition)} #{one.sequence_number}" if one.partition else ""
    return f"- {_code(one.event_id or 'malformed body')}, window to {one.window_end:%Y-%m-%d %H:%M}{where}"


def _code(text: str) -> str:
    """A text of others as inline code: nothing in it can end the code or start a line."""
    return "`" + " ".join(text.replace("`", "'").split()) + "`"
