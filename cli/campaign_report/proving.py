"""Prove a campaign: wait until everything about it is known, and put its report together."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from urllib.parse import quote

import msgspec

from cli import reconciliations
from cli.app_client import AppClient, AppError, read_as
from cli.campaign_report.labels import fraud_found
from cli.campaigns import PATIENCE_SECONDS, CampaignState
from fraud.load.assertions import Assertions
from fraud.load.latencies import Latencies
from fraud.load.report import (
    CampaignOutcome,
    CampaignReport,
    DifferenceCount,
    FraudFound,
    IdVerdict,
    Sending,
    checks_of,
)
from fraud.load.shapes import Tape, World
from reconciliation.comparing.classes import FAULT_HEADLINES
from reconciliation.comparing.summary import Summary
from reconciliation.reporting.report import DifferenceClass, Report

PATIENCE = timedelta(minutes=20)
"""Azure's time after the last event in which everything about it is known: a window, Capture, and two look-ups more."""
_REAL_SECONDS = 120.0
"""Real time that is waited in any case. Where Azure's time runs faster, locks still last a minute: what a host that was
killed had locked is judged after it."""
_BETWEEN_SECONDS = 2.0
_IDS = 10


def prove(
    app: AppClient,
    state: CampaignState,
    patience: timedelta,
    say: Callable[[str], None],
    worlds: Sequence[World] = (),
) -> CampaignReport:
    """The report of a campaign that has ended. `say` gets what it waits for. Raises AppError.

    `worlds` are the labelled worlds that it played; the verdicts are held against their labels.

    The campaign's time is reconciled again and again until it balances, or `patience` ends by Azure's time.
    """
    if state.started is None or state.updated is None:
        raise AppError(f"{state.id} has not sent anything")
    app = app.patient(PATIENCE_SECONDS)
    report = _reconciled(app, state, patience, say)
    address = f"api/campaigns/{quote(state.id, safe='')}"
    latencies = read_as(Latencies, app.get(f"{address}/latencies"), "the latencies")
    fraud = None
    if worlds:
        verdicts = read_as(list[IdVerdict], app.get(f"{address}/verdicts")["verdicts"], "the verdicts")
        fraud = fraud_found(worlds, verdicts)
    return report_of(state, report, latencies, fraud)


def _reconciled(app: AppClient, state: CampaignState, patience: timedelta, say: Callable[[str], None]) -> Report:
    assert state.started  # noqa: S101 - held by the caller
    assert state.updated  # noqa: S101
    last, real_end = state.updated + patience, time.monotonic() + _REAL_SECONDS
    while True:
        run = reconciliations.start(app, state.started, state.updated)
        outcome = reconciliations.wait(app, run, lambda _: None)
        is_settled = balances(outcome.accounts, state) and outcome.compared_until >= state.updated
        if is_settled or (app.now() > last and time.monotonic() > real_end):
            return read_as(Report, app.get(f"api/reports/{outcome.id}/report.json"), outcome.id)
        say(outcome.sentence)
        time.sleep(_BETWEEN_SECONDS)


def balances(accounts: Summary, state: CampaignState) -> bool:
    """True if nothing is out of balance but what the campaign does on purpose: it, or a tape, may use ids again."""
    tapes = [stage for stage in state.plan.stages if isinstance(stage, Tape)] if state.plan else []
    planted = {"id_reused"} if state.totals.reused_ids or any(tape.reused_ids for tape in tapes) else set[str]()
    return not {headline.name for headline in FAULT_HEADLINES if getattr(accounts, headline.name)} - planted


def report_of(
    state: CampaignState, report: Report, latencies: Latencies, fraud: FraudFound | None = None
) -> CampaignReport:
    """Put a report together from the campaign's last state, its reconciliation, and its latencies."""
    assert state.started  # noqa: S101 - it has ended
    assert state.updated  # noqa: S101
    sent = state.totals.sent
    sending = Sending(
        planned=state.events_planned or sent,
        due=state.due or sent,
        accepted=sent,
        retried=state.retried,
        throttled=state.throttled,
        most_behind_seconds=state.most_behind_seconds,
        totals=msgspec.to_builtins(state.totals),
    )
    outcome = _outcome(state, report)
    is_whole = report.verdict in ("balanced", "differences") and report.compared_until >= state.updated
    balanced = is_whole and balances(report.accounts, state)
    asserts = state.plan.asserts if state.plan else Assertions()
    checks = checks_of(asserts, sending, outcome, latencies, fraud)
    return CampaignReport(
        id=state.id,
        about=state.plan.about if state.plan else "",
        seed=state.seed or 0,
        phase=state.phase,
        started=state.started,
        ended=state.updated,
        sending=sending,
        outcome=outcome,
        latencies=latencies,
        checks=checks,
        balanced=balanced,
        held=balanced and all(check.holds for check in checks),
        fraud=fraud,
    )


def _outcome(state: CampaignState, report: Report) -> CampaignOutcome:
    accounts = report.accounts
    account = next((account for account in report.campaigns if account.run_id == state.id), None)
    return CampaignOutcome(
        captured=accounts.captured,
        archived=accounts.archived,
        quarantined=accounts.quarantined,
        expected=accounts.expected,
        flagged=accounts.suspicious,
        analysed=accounts.analysed,
        lost=(account.lost if account else accounts.lost) + accounts.sum_of("missing"),
        doubled=accounts.sum_of("repeated"),
        resent=accounts.resent,
        unresolved=accounts.unresolved,
        must_be_flagged=account.must_be_flagged if account else None,
        caught=account.found if account else None,
        judged=account.judged if account else None,
        correct=account.correct if account else None,
        differences=[
            *([DifferenceCount("lost", account.lost, account.lost_ids)] if account and account.lost else []),
            *map(_difference, report.differences),
        ],
        reconciliation=report.id,
        verdict=report.verdict,
        sentence=report.sentence,
    )


def _difference(difference: DifferenceClass) -> DifferenceCount:
    ids = [example.event_id for example in difference.examples[:_IDS]]
    return DifferenceCount(difference.name, difference.count, ids)
