"""A campaign's report on the screen, in 80 columns."""

from rich.markup import escape

from cli.campaign_report.rows import BALANCE, account_rows, latency_rows, mix_rows, part_rows
from cli.screen import console, plain, say, say_wrapped
from fraud.load.report import CampaignReport

_CLASSES, _IDS = 8, 3
_LONG = 1_000_000


def show_report(report: CampaignReport) -> None:
    """Show the accounts, the latencies with the worst minute, the differences by id, and each assertion."""
    console.print()
    console.print(f"  {plain(report.id)} {report.phase}:", markup=False, soft_wrap=True)
    say_wrapped(report.outcome.sentence)
    console.print()
    for group in account_rows(report):
        console.print("  " + "".join(f"{row.name:<13}[bold]{row.value:>9}[/]  " for row in group).rstrip())
    if mixed := mix_rows(report):
        say_wrapped("on purpose: " + ", ".join(f"{row.value} {row.name}" for row in mixed), indent=4)
    _latencies(report)
    _cost(report)
    for difference in report.outcome.differences[:_CLASSES]:
        say(f"{difference.name.replace('_', ' ')}: {difference.count:,}")
        for event_id in difference.ids[:_IDS]:
            say(f"    {event_id[:70]}")
    console.print()
    console.print(f"  {_mark(holds=report.balanced)} {BALANCE}")
    for check in report.checks:
        console.print(f"  {_mark(holds=check.holds)} {escape(plain(check.sentence))}")
    console.print(f"\n  [bold]{'[green]Held[/]' if report.held else '[red]Not held[/]'}[/]")


def _latencies(report: CampaignReport) -> None:
    console.print()
    say(f"{'seconds':<18}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}   worst minute")
    for row in latency_rows(report):
        if row.quantiles is None:
            say(f"{row.name:<18}{'not measured':>20}")
            continue
        values = (row.quantiles.p50, row.quantiles.p95, row.quantiles.p99, row.quantiles.max)
        numbers = "".join(f"{value:>8,.0f}" if value < _LONG else f"{value:>8.2g}" for value in values)
        say(f"{row.name:<18}{numbers}   {row.worst:%Y-%m-%d %H:%M}Z")
    if report.latencies.sample < 1:
        say(f"of {report.latencies.sample:.2%} of the events")


def _cost(report: CampaignReport) -> None:
    cost = report.cost
    if cost is None:
        return
    console.print()
    if rows := part_rows(report):
        say(f"{'part':<18}{'CPU s':>8}{'a million':>11}{'memory MiB':>16}{'on disk MiB':>20}")
        for row in rows:
            say(f"{row.name:<18}{row.cpu:>8}{row.per_million:>11}{row.memory:>16}{row.kept:>20}")
    million = "" if cost.usd_per_million is None else f", {cost.usd_per_million:,.2f} for a million events"
    say(f"on Azure, size {cost.size}: {cost.usd:,.4f} USD{million}")
    if cost.request_units is not None:
        say(f"request units of Cosmos: {cost.request_units:,.0f}")


def _mark(*, holds: bool) -> str:
    return "[green]✔[/]" if holds else "[red]✘[/]"
