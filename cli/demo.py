"""`detective demo`: the whole pipeline once, from the first event to the reconciliation report.

Starts a stack of its own with a fresh state, runs a campaign, waits until the last window is judged, reconciles, and
keeps the accounts in `.local/demo/summary.json` and the report in `.local/demo/report.html`.
"""

import shutil
import time
from pathlib import Path

import msgspec

from cli import campaigns, reconciliations, windows
from cli.accounts import Accounts
from cli.app_client import AppClient, local_key
from cli.screen import console, heading, progress
from cli.stack_process import ROOT, running_stack
from reconciliation.messages import Outcome

FOLDER = ROOT / ".local" / "demo"
_WINDOW_SECONDS, _CAPTURE_SECONDS = 300, 300
_PATIENCE_SECONDS = 120.0
"""Real time that the last windows and Capture may take beyond what Azure's clock says they need. A message that was
locked by a host that was killed is delivered again after a minute."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The events that the demo sends, and the speed of its time."""

    batches: int = 100
    events: int = 30
    interval_seconds: float = 5
    seed: int = 42
    speed: float = 60


def run_demo(plan: Plan) -> bool:
    """Run the demo; True if the accounts balance. Raises AppError and StackError if it cannot be run."""
    started = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    heading(f"Azure on this machine, {plan.speed:g} times as fast")
    with running_stack(FOLDER / "state", plan.speed, console.print) as stack:
        app = AppClient(stack.url, local_key(stack.settings), patience=_PATIENCE_SECONDS)
        accounts, outcome = settle(app, plan, start(app, plan))
        reports = _save_reports(app, outcome)
    seconds = round(time.monotonic() - started, 1)
    _save_summary(accounts, seconds)
    _show(accounts, seconds, reports)
    return accounts.balanced


def start(app: AppClient, plan: Plan) -> str:
    """Start the plan's campaign; its instance id."""
    request = {
        "name": "demo",
        "batches": plan.batches,
        "events_per_batch": plan.events,
        "interval_seconds": plan.interval_seconds,
        "seed": plan.seed,
    }
    return campaigns.start(app, request)


def settle(app: AppClient, plan: Plan, campaign_id: str) -> tuple[Accounts, Outcome]:
    """Follow the plan's campaign, wait for its verdicts and reconcile; the accounts, and the reconciliation."""
    heading(f"Campaign: {plan.batches:,} batches of {plan.events:,} events, one every {plan.interval_seconds:g} s")
    with progress() as display:
        sent = display.add_task("events sent", total=plan.batches * plan.events)
        judged = display.add_task("verdicts stored", total=None)

        def show(state: campaigns.CampaignState) -> None:
            display.update(sent, completed=state.totals.sent)
            display.update(judged, completed=windows.judged(app)[0])

        campaign = campaigns.watch(app, campaign_id, show)
        expected = campaign.totals.expected_suspicious
        display.update(judged, total=expected)
        patience = _PATIENCE_SECONDS + _WINDOW_SECONDS / plan.speed
        windows.wait_until_judged(app, expected, patience, lambda done: display.update(judged, completed=done))

    heading("Reconciliation: the archives against each other")
    outcome = _reconcile(app, campaign, patience=_PATIENCE_SECONDS + _CAPTURE_SECONDS / plan.speed)
    return Accounts.of(campaign, outcome), outcome


def _reconcile(app: AppClient, campaign: campaigns.CampaignState, patience: float) -> Outcome:
    """Reconcile the campaign's time, again and again until it balances or patience ends.

    Nobody waits for a range's grace here: what Capture or the stream job write late looks lost until it is there.
    """
    assert campaign.started and campaign.updated  # noqa: S101, PT018 - it has ended
    end = time.monotonic() + patience
    with console.status("") as status:
        while True:
            run = reconciliations.start(app, campaign.started, campaign.updated)
            outcome = reconciliations.wait(app, run, lambda now: status.update(f"  {now.phase}"))
            if outcome.balanced or time.monotonic() > end:
                console.print(f"  {outcome.sentence}")
                return outcome
            status.update("  waiting for what is written late")
            time.sleep(1)


def _save_reports(app: AppClient, outcome: Outcome) -> dict[str, Path]:
    """Copy the report out of its container, a file for each format."""
    saved: dict[str, Path] = {}
    for name in outcome.reports:
        saved[name] = FOLDER / f"report.{name}"
        saved[name].write_bytes(app.get_bytes(f"api/reports/{outcome.id}/report.{name}"))
    return saved


def _save_summary(accounts: Accounts, seconds: float) -> None:
    content = {**msgspec.to_builtins(accounts), "seconds": seconds, "balanced": accounts.balanced}
    text = msgspec.json.format(msgspec.json.encode(content), indent=2)
    (FOLDER / "summary.json").write_bytes(text + b"\n")


def _show(accounts: Accounts, seconds: float, reports: dict[str, Path]) -> None:
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
    word = "[green]Balanced[/]" if accounts.balanced else "[red]Not balanced[/]"
    console.print(f"\n  [bold]{word}[/] after {seconds:.0f} s")
    for label, path in (("Report", reports.get("html")), ("Summary", FOLDER / "summary.json")):
        if path:
            console.print(f"  {label:<9}{path.relative_to(ROOT)}")
