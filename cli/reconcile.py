"""`detective reconcile`: compare the archives, show the accounts, and repair what can be repaired."""

import argparse
from datetime import datetime

import msgspec

from cli import reconciliations, repairs
from cli.acknowledge import NOTHING_ACKNOWLEDGED, Acknowledgements, of_report, show_acknowledged
from cli.app_client import AppClient, AppError, read_as
from cli.options import duration, number
from cli.report_screen import show_report
from cli.screen import console, say
from reconciliation.messages import Outcome
from reconciliation.repairing.messages import RepairOutcome
from reconciliation.reporting.report import Report

DEFAULT_PATIENCE_SECONDS = 900.0
"""Three intervals of Capture: what it has not written by then, it does not write."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    begin = parser.add_mutually_exclusive_group(required=True)
    begin.add_argument("--last", type=duration, metavar="LENGTH", help="of Azure's time before --to: 90m, 1h, 2d")
    begin.add_argument("--from", dest="start", metavar="TIME", help="ISO 8601 with a time zone")
    parser.add_argument("--to", dest="end", metavar="TIME", help="at most 7 days later (default: Azure's time now)")
    parser.add_argument("--repair", action="store_true", help="repair what can be repaired, and reconcile again")
    parser.add_argument("--dry-run", action="store_true", help="list the steps of the repair, and do none")
    parser.add_argument(
        "--again", action="store_true", help="read everything anew, even if nothing has changed since the last report"
    )
    parser.add_argument(
        "--until-complete",
        nargs="?",
        type=number(0, 86_400),
        const=DEFAULT_PATIENCE_SECONDS,
        default=0.0,
        metavar="SECONDS",
        help="repeat until the archive covers the range, for at most this long (0 to 86,400; without: %(const)g)",
    )


def reconcile(app: AppClient, options: argparse.Namespace) -> tuple["ReconcileAnswer", bool]:
    """Run the command; the output for a script, and True if the accounts balance. Raises AppError."""
    options.start, options.end = range_of(app, options)
    outcome = _reconcile(app, options, again=options.again)
    is_well = _tell(app, options, outcome)
    repair: RepairOutcome | None = None
    if (options.repair or options.dry_run) and not outcome.balanced:
        repair = _repair(app, options, outcome.id, dry_run=True)
        if not options.dry_run and sum(repair.parts.values()):
            repair = _repair(app, options, outcome.id, dry_run=False)
            outcome = _reconcile(app, options, again=False)
            is_well = _tell(app, options, outcome)
    return for_script(outcome, repair, app.base_url), is_well


def _tell(app: AppClient, options: argparse.Namespace, outcome: Outcome) -> bool:
    """Show the report to a person; True if the accounts balance, or all that does not is acknowledged."""
    is_well = outcome.verdict in ("balanced", "empty")
    acknowledged = NOTHING_ACKNOWLEDGED if is_well else of_report(app, outcome.id)
    if not options.json:
        _show(app, outcome, acknowledged)
    return is_well or (acknowledged.is_all and outcome.is_complete)


class ReconcileAnswer(Outcome, frozen=True, kw_only=True):
    """The output for a script: the outcome as the app gives it, with addresses of its reports, and the repair's."""

    repair: RepairOutcome | None = None


def for_script(outcome: Outcome, repair: RepairOutcome | None, base_url: str) -> ReconcileAnswer:
    """The output of the command for a script."""
    reports = {name: f"{base_url}/api/reports/{outcome.id}/report.{name}" for name in outcome.reports}
    told = msgspec.structs.replace(outcome, reports=reports)
    return ReconcileAnswer(**msgspec.structs.asdict(told), repair=repair)


def range_of(app: AppClient, options: argparse.Namespace) -> tuple[str, str]:
    """The range as two times, by Azure's clock where the options leave them open. Raises AppError."""
    end = options.end or app.now().isoformat()
    if options.last is None:
        return options.start, end
    try:
        return (datetime.fromisoformat(end) - options.last).isoformat(), end
    except (ValueError, OverflowError) as error:
        raise AppError("--to must be an ISO 8601 time such as 2026-01-02T10:00:00Z") from error


def _show(app: AppClient, outcome: Outcome, acknowledged: Acknowledgements) -> None:
    report = read_as(Report, app.get(f"api/reports/{outcome.id}/report.json"), f"the report of {outcome.id}")
    show_report(report, app.base_url, app.now(), acknowledged)
    if outcome.reused and outcome.read:
        console.print(f"\n  Nothing has changed since the archives were read, {outcome.read:%Y-%m-%dT%H:%M:%S}Z.")
        console.print("  --again reads them anew.")
    if acknowledged.acknowledgements:
        show_acknowledged(acknowledged)


def _repair(app: AppClient, options: argparse.Namespace, run: str, *, dry_run: bool) -> RepairOutcome:
    """Plan the repair and list its steps, or do them."""
    done = repairs.run(app, run, dry_run=dry_run, quiet=options.json)
    if dry_run and not options.json:
        repairs.show_steps(done, repairs.steps(app, done.id), app.base_url)
    return done


def _reconcile(app: AppClient, options: argparse.Namespace, *, again: bool) -> Outcome:
    def once() -> Outcome:
        run = reconciliations.start(app, options.start, options.end, again=again)
        if options.json:
            return reconciliations.wait(app, run, lambda _: None)
        return reconciliations.wait_with_bar(app, run)

    return reconciliations.until_complete(once, options.until_complete, (lambda _: None) if options.json else say)
