"""A campaign's report as files: JSON, HTML, Markdown, and JUnit XML for continuous integration."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import msgspec

from cli.campaign_report.rows import (
    BALANCE,
    account_rows,
    asked_rows,
    bill_rows,
    latency_rows,
    mix_rows,
    part_rows,
    share,
)
from cli.screen import plain
from fraud.load.latencies import Quantiles
from fraud.load.report import CampaignReport
from reconciliation.reporting.pages import templates_of

if TYPE_CHECKING:
    from jinja2 import Environment

FORMATS = ("json", "html", "md", "xml")
_CHART = 100
"""Height of a chart, in units of its drawing."""


def write_files(report: CampaignReport, folder: Path) -> dict[str, Path]:
    """Write the report in every format; the paths by format."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"json": to_json(report), "html": to_html(report), "md": to_markdown(report), "xml": to_junit(report)}
    for name, text in texts.items():
        (folder / f"report.{name}").write_text(text, encoding="utf-8")
    return {name: folder / f"report.{name}" for name in FORMATS}


def to_json(report: CampaignReport) -> str:
    """The report as a program reads it."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


def to_html(report: CampaignReport) -> str:
    """The report as a page: no script and no external resource, every text escaped."""
    page = _environment().get_template("report.html")
    return page.render(
        report=report,
        groups=account_rows(report),
        mix=mix_rows(report),
        latencies=latency_rows(report),
        charts=[
            ("Archived after, by minute", _bars(report, "send_to_archive")),
            ("Flagged events: their window analysed after, by minute", _bars(report, "send_to_window")),
            ("Verdicts after a window's end, by minute", _bars(report, "window_to_verdict")),
        ],
        balance=BALANCE,
        height=_CHART,
        parts=part_rows(report),
        asked=asked_rows(report),
        bill=bill_rows(report),
    )


def to_markdown(report: CampaignReport) -> str:
    """The report for a comment or a summary."""
    lines = [
        f"# {report.id}: {'held' if report.held else 'not held'}",
        "",
        _cell(report.outcome.sentence),
        "",
        "| | |",
        "|---|---:|",
        *(f"| {row.name} | {row.value} |" for group in account_rows(report) for row in group),
        *(f"| on purpose: {row.name} | {row.value} |" for row in mix_rows(report)),
        "",
        "| seconds | p50 | p95 | p99 | max | worst minute |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for row in latency_rows(report):
        if row.quantiles and row.worst:
            values = (row.quantiles.p50, row.quantiles.p95, row.quantiles.p99, row.quantiles.max)
            numbers = " | ".join(f"{value:,g}" for value in values)
            lines.append(f"| {row.name} | {numbers} | {row.worst:%Y-%m-%d %H:%M}Z |")
    lines.append("")
    for difference in report.outcome.differences:
        lines.append(f"- {difference.name}: {difference.count:,}, such as {_cell(', '.join(difference.ids[:3]))}")
    lines += _cost_lines(report)
    lines.append(f"- {'✔' if report.balanced else '✘'} {BALANCE}")
    lines += [f"- {'✔' if check.holds else '✘'} {check.sentence}" for check in report.checks]
    return "\n".join(lines) + "\n"


def _cost_lines(report: CampaignReport) -> list[str]:
    if report.cost is None:
        return []
    lines = ["", "| part | CPU s | for a million | memory MiB | peak | on disk MiB |", "|---|---:|---:|---:|---:|---:|"]
    lines += [
        f"| {row.name} | {row.cpu} | {row.per_million} | {row.memory} | {row.peak} | {row.kept} |"
        for row in part_rows(report)
    ]
    lines += ["", "| operations | |", "|---|---:|"]
    lines += [f"| {_cell(row.name)} | {row.value} |" for row in asked_rows(report)]
    lines += ["", f"| Azure's bill, size {report.cost.size} | USD |", "|---|---:|"]
    lines += [f"| {row.name} | {row.value} |" for row in bill_rows(report)]
    lines += [f"| **sum** | **{report.cost.usd:,.4f}** |", "", *report.cost.notes, ""]
    return lines


def to_junit(report: CampaignReport) -> str:
    """The assertions, and that the archives balance, as test cases."""
    cases = [("the archives balance", report.balanced, report.outcome.sentence)]
    cases += [(f"{check.name} holds", check.holds, check.sentence) for check in report.checks]
    failed = sum(not holds for _, holds, _ in cases)
    seconds = (report.ended - report.started).total_seconds()
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name={_attribute(report.id)} tests="{len(cases)}" failures="{failed}" time="{seconds:.3f}">',
    ]
    for name, holds, sentence in cases:
        case = f"  <testcase classname={_attribute(report.id)} name={_attribute(name)}"
        failure = f"><failure message={_attribute(sentence)}/></testcase>"
        lines.append(case + ("/>" if holds else failure))
    return "\n".join([*lines, "</testsuite>"]) + "\n"


def _attribute(text: str) -> str:
    return quoteattr(plain(text))


def _cell(text: str) -> str:
    """A text of others, without what Markdown would act upon."""
    return plain(text).replace("|", "\\|").replace("<", "&lt;").replace("`", "'")


class _Bar(msgspec.Struct, frozen=True):
    """A bar of a chart: the start of its minute, its p95 in seconds, its height, and what is told of it."""

    start: str
    p95: float
    height: float
    title: str
    is_worst: bool


def _bars(report: CampaignReport, name: str) -> list[_Bar]:
    quantiles: list[tuple[str, Quantiles | None]] = [
        (f"{minute.start:%H:%M}", getattr(minute, name)) for minute in report.latencies.minutes
    ]
    measured = [(start, value) for start, value in quantiles if value]
    most = max((value.p95 for _, value in measured), default=0.0)
    return [
        _Bar(
            start=start,
            p95=value.p95,
            height=round(_CHART * value.p95 / most, 1) if most else 0.0,
            title=f"{start}: p95 {value.p95:,g} s, highest {value.max:,g} s, of {value.count:,}",
            is_worst=value.p95 == most,
        )
        for start, value in measured
    ]


@cache
def _environment() -> "Environment":
    made = templates_of("cli.campaign_report")
    made.filters["share"] = share
    return made
