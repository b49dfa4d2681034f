"""The demo on the screen, in at most 80 columns."""

import textwrap
from collections.abc import Mapping
from pathlib import Path

from rich.markup import escape

from cli.accounts import CampaignAccounts
from cli.demo.evening import IdTruth
from cli.demo.finding import FoundByScenario, ScenarioFound
from cli.demo.laying import LaidDays
from cli.screen import console, heading, plain
from fraud.desk.plurals import counted
from fraud.desk.rows import CaseDetails

_WIDTH = 78
_REASONS = 4


def show_laid(laid: LaidDays) -> None:
    """Say what lies in the archives now."""
    _line(f"{laid.events:,} events in Capture's archive, the last {laid.documents:,} of them in Cosmos")
    _line(f"profiles of {laid.days} days: {laid.customers:,} customers, {laid.skus:,} skus")


def show_finding(finding: FoundByScenario) -> None:
    """A line for each scenario of fraud, marked if a ring of it was missed; then how good the alarms were."""
    heading("Fraud: what was found of it, by labels that only this report knows")
    _line(f"{'':<21}{'rings':>6}{'found':>7}{'sales':>8}{'high':>6}{'medium':>8}{'low':>5}{'unflagged':>11}")
    for its in finding.scenarios:
        _scenario(its)
    innocent = finding.innocent
    numbers = f"{innocent.get('high', 0):>6}{innocent.get('medium', 0):>8}{innocent.get('low', 0):>5}"
    _line(f"{'innocent':<21}{'':>6}{'':>7}{sum(innocent.values()):>8}{numbers}")
    console.print()
    precision, recall = finding.share_of_fraud("high"), finding.share_found("high")
    _line(f"Of what is high, {_percent(precision)} is fraud (precision). Of the fraud that was flagged,")
    _line(f"{_percent(recall)} is high (recall), {_percent(finding.share_found('high', 'medium'))} high or medium.")
    blind = f"{finding.never_flagged} of {finding.fraud_sales}"
    _line(f"{blind} fraudulent sales lack what the query flags: no rule sees them.")


def _scenario(its: ScenarioFound) -> None:
    mark = "[green]✔[/]" if its.rings_found == its.rings else "[red]✘[/]"
    name = its.scenario.replace("_", " ")
    rings = f"{its.rings:>6}{its.rings_found:>7}"
    bands = f"{its.high:>6}{its.medium:>8}{its.low:>5}{its.never_flagged:>11}"
    console.print(f"  {mark} {name:<19}{rings}{its.sales:>8}{bands}")


def show_worst(worst: CaseDetails, truth: Mapping[str, IdTruth], file: Path) -> None:
    """The worst case: who did what, why its worst verdict is high, and what it is in truth."""
    heading("The worst case")
    for line in textwrap.wrap(plain(worst.linked.headline), _WIDTH):
        _line(line)
    verdict = worst.verdicts[0]
    reasons = sorted(verdict.reasons, key=lambda reason: -reason.weight)
    for reason in reasons[:_REASONS]:
        lines = textwrap.wrap(plain(reason.evidence), _WIDTH - 10)
        console.print(f"  [bold]{reason.weight:>+5}[/]   {escape(lines[0])}")
        for line in lines[1:]:
            console.print(f"          {escape(line)}")
    if others := reasons[_REASONS:]:
        points = sum(reason.weight for reason in others)
        console.print(f"  [bold]{points:>+5}[/]   {counted(len(others), 'more reason')}")
    named = {its.scenario for each in worst.verdicts if (its := truth.get(each.event_id)) and its.is_fraud}
    told = ", ".join(sorted(name.replace("_", " ") for name in named)) or "innocent"
    _line(f"{verdict.score:>5}   points in all; by its labels: {told}")
    _line(f"{'':>5}   {file}")


def show_accounts(accounts: CampaignAccounts, seconds: float, files: Mapping[str, Path]) -> None:
    """The accounts, each equation with a mark, and where the report lies."""
    heading("The accounts")
    rows = [
        ("sent", "captured", "archived", "quarantined"),
        ("expected", "suspicious", "analysed", "windows"),
        ("missing", "unexpected", "duplicates", "unresolved"),
    ]
    for row in rows:
        console.print("  " + "".join(f"{name:<12}[bold]{getattr(accounts, name):>6,}[/]  " for name in row))
    console.print()
    for words, holds in accounts.checks():
        console.print(f"  {'[green]✔[/]' if holds else '[red]✘[/]'} {words}")
    if accounts.resent:
        times = "1 event came" if accounts.resent == 1 else f"{accounts.resent:,} events came"
        console.print(f"    {times} twice, as producers send again; ids are counted here")
    word = "[green]Balanced[/]" if accounts.balanced else "[red]Not balanced[/]"
    console.print(f"\n  [bold]{word}[/] after {seconds:.0f} s")
    for label, path in files.items():
        console.print(f"  {label:<9}{path}")


def _line(text: str) -> None:
    console.print(f"  {escape(text)}")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
