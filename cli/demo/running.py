"""Run the demo: a stack of its own with a fresh state, a campaign, its verdicts, and the accounts of a reconciliation.

It keeps the accounts in `.local/demo/summary.json`, the report in `.local/demo/report.html`, and of an evening the
worst case in `case.html` and what was found of the fraud in `found.json`.
"""

import shutil
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from cli import campaigns, reconciliations, windows
from cli.accounts import CampaignAccounts
from cli.app_client import AppClient, local_key
from cli.campaign_tapes import hand_over
from cli.demo import showing
from cli.demo.evening import LULL, Evening, make_evening, next_cut
from cli.demo.finding import find
from cli.demo.laying import lay
from cli.demo.plan import DemoPlan
from cli.demo.worst_case import save_file, worst_case
from cli.screen import console, from_here, heading, progress, say_wrapped
from cli.stack_process import ROOT, Stack, forget_stack, running_stack
from fraud.campaigns import CampaignRequest
from fraud.load.report import IdVerdict
from reconciliation.messages import Outcome

FOLDER = ROOT / ".local" / "demo"
_WINDOW_SECONDS, _CAPTURE_SECONDS = 300, 300
_PATIENCE_SECONDS = 120.0
"""Real time that the last windows and Capture may take beyond what Azure's clock says they need. A message that was
locked by a host that was killed is delivered again after a minute."""


def run_demo(plan: DemoPlan) -> bool:
    """Run the demo; True if the accounts balance. Raises AppError and StackError if it cannot be run."""
    started = time.monotonic()
    # First what refuses while a stack runs: the results of the last demo stay until another one can begin.
    forget_stack(FOLDER / "state")
    shutil.rmtree(FOLDER, ignore_errors=True)
    heading(f"Azure on this machine, {plan.speed:g} times as fast")
    return _run_random(plan, started) if plan.is_random else _run_evening(plan, started)


def _run_random(plan: DemoPlan, started: float) -> bool:
    with running_stack(FOLDER / "state", plan.speed, console.print) as stack:
        app = AppClient(stack.url, local_key(stack.settings), patience=_PATIENCE_SECONDS)
        accounts, outcome = settle(app, plan, start(app, plan))
        reports = _save_reports(app, outcome)
    return _end(accounts, time.monotonic() - started, reports)


def _run_evening(plan: DemoPlan, started: float) -> bool:
    cut = next_cut(datetime.now(UTC))
    with ThreadPoolExecutor(1) as beside:
        # The parts of the stack wait for each other while they start: the world is made meanwhile.
        making = beside.submit(make_evening, plan.seed, cut)
        with running_stack(FOLDER / "state", plan.speed, console.print, not_before=cut + LULL) as stack:
            return _play(plan, started, stack, making)


def _play(plan: DemoPlan, started: float, stack: Stack, making: Future[Evening]) -> bool:
    app = AppClient(stack.url, local_key(stack.settings), patience=_PATIENCE_SECONDS)
    heading("A market of twelve stores: two days and until seven in the evening")
    with console.status("  its past is laid into the archives"):
        evening = making.result()
        laid = lay(evening.past, FOLDER / "past.ndjson", stack.settings)
    showing.show_laid(laid)
    campaign, tapes = evening.campaign(app.now())
    hand_over(app, tapes)
    campaign_id = campaigns.start(app, msgspec.to_builtins(campaign))
    accounts, outcome = settle(app, plan, campaign_id, evening)
    verdicts = app.get(f"api/campaigns/{campaign_id}/verdicts")["verdicts"]
    finding = find(evening.truth, msgspec.convert(verdicts, list[IdVerdict]))
    worst = worst_case(app)
    reports = _save_reports(app, outcome)
    (FOLDER / "found.json").write_bytes(msgspec.json.format(msgspec.json.encode(finding), indent=2) + b"\n")
    showing.show_finding(finding)
    if worst is not None:
        path = FOLDER / "case.html"
        save_file(app, worst, path)
        showing.show_worst(worst, evening.truth, from_here(path))
    return _end(accounts, time.monotonic() - started, reports)


def start(app: AppClient, plan: DemoPlan) -> str:
    """Start the campaign of a plan of random events; its instance id."""
    request = CampaignRequest(
        name="demo",
        batches=plan.batches,
        events_per_batch=plan.events,
        interval_seconds=plan.interval_seconds,
        seed=plan.seed,
    )
    return campaigns.start(app, request)


def settle(
    app: AppClient, plan: DemoPlan, campaign_id: str, evening: Evening | None = None
) -> tuple[CampaignAccounts, Outcome]:
    """Follow the plan's campaign, wait for its verdicts and reconcile; the accounts, and the reconciliation."""
    judging = windows.Judging(app)
    if evening is None:
        heading(f"Campaign: {plan.batches:,} batches of {plan.events:,} events, one every {plan.interval_seconds:g} s")
    else:
        heading("The evening: four hours in eight minutes of Azure's time")
    with progress() as display:
        events = len(evening.live) if evening else plan.batches * plan.events
        sent = display.add_task("events sent", total=events)
        judged = display.add_task("verdicts stored", total=None)

        def show(state: campaigns.CampaignState) -> None:
            display.update(sent, completed=state.totals.sent)
            display.update(judged, completed=judging.look()[0])

        campaign = campaigns.watch(app, campaign_id, show)
        expected = evening.must_be_flagged if evening else campaign.totals.expected_suspicious
        display.update(judged, total=expected)
        patience = _PATIENCE_SECONDS + _WINDOW_SECONDS / plan.speed
        windows.wait_until_judged(judging, expected, patience, lambda done: display.update(judged, completed=done))

    def accounts_of(outcome: Outcome) -> CampaignAccounts:
        accounts = CampaignAccounts.of(campaign, outcome)
        return (
            accounts
            if evening is None
            else accounts.of_world(
                ids=len(evening.truth), must_be_flagged=evening.must_be_flagged, reused=evening.reused
            )
        )

    heading("Reconciliation: the archives against each other")
    outcome = _reconcile(
        app, campaign, lambda now: accounts_of(now).balanced, _PATIENCE_SECONDS + _CAPTURE_SECONDS / plan.speed
    )
    return accounts_of(outcome), outcome


def _reconcile(
    app: AppClient, campaign: campaigns.CampaignState, balances: Callable[[Outcome], bool], patience: float
) -> Outcome:
    """Reconcile the campaign's time, again and again until it balances or patience ends.

    Nobody waits for a range's grace here: what Capture or the stream job write late looks lost until it is there.
    """
    assert campaign.started and campaign.updated  # noqa: S101, PT018 - it has ended
    end = time.monotonic() + patience
    with console.status("") as status:
        while True:
            run = reconciliations.start(app, campaign.started, campaign.updated)
            outcome = reconciliations.wait(app, run, lambda now: status.update(f"  {now.phase}"))
            if balances(outcome) or time.monotonic() > end:
                say_wrapped(outcome.sentence)
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


def _end(accounts: CampaignAccounts, seconds: float, reports: dict[str, Path]) -> bool:
    """Keep the accounts and show them; True if they balance."""
    content = {**msgspec.to_builtins(accounts), "seconds": round(seconds, 1), "balanced": accounts.balanced}
    text = msgspec.json.format(msgspec.json.encode(content), indent=2)
    (FOLDER / "summary.json").write_bytes(text + b"\n")
    files = {"Report": reports.get("html"), "Summary": FOLDER / "summary.json"}
    showing.show_accounts(accounts, seconds, {name: from_here(path) for name, path in files.items() if path})
    return accounts.balanced
