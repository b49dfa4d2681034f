"""`detective reconcile`: compare the archives, show the accounts, and repair what can be repaired."""

import argparse
from typing import Any

from cli import reconciliations, repairs
from cli.app_client import AppClient
from cli.report_screen import show_report
from cli.screen import console

DEFAULT_PATIENCE_SECONDS = 900.0
"""Three intervals of Capture: what it has not written by then, it does not write."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--from", dest="start", required=True, metavar="TIME", help="ISO 8601 with a time zone")
    parser.add_argument("--to", dest="end", required=True, metavar="TIME")
    parser.add_argument("--repair", action="store_true", help="repair what can be repaired, and reconcile again")
    parser.add_argument("--dry-run", action="store_true", help="list the steps of the repair, and do none")
    parser.add_argument(
        "--again", action="store_true", help="read everything anew, even if nothing has changed since the last report"
    )
    parser.add_argument(
        "--until-complete",
        nargs="?",
        type=float,
        const=DEFAULT_PATIENCE_SECONDS,
        default=0.0,
        metavar="SECONDS",
        help="repeat until the archive covers the range (default: for at most %(const)g s)",
    )


def reconcile(app: AppClient, options: argparse.Namespace) -> tuple[dict[str, Any], bool]:
    """Run the command; what a script gets to read, and whether the accounts balance. Raises AppError."""
    outcome = _reconcile(app, options, again=options.again)
    _show(app, options, outcome)
    repair: dict[str, Any] | None = None
    if (options.repair or options.dry_run) and not outcome["balanced"]:
        repair = _repair(app, options, outcome["id"], dry_run=True)
        if not options.dry_run and sum(repair["parts"].values()):
            repair = _repair(app, options, outcome["id"], dry_run=False)
            outcome = _reconcile(app, options, again=False)
            _show(app, options, outcome)
    report = {name: f"{app.base_url}/api/reports/{outcome['id']}/report.{name}" for name in outcome["reports"]}
    return {**outcome, "reports": report, "repair": repair}, outcome["verdict"] in ("balanced", "empty")


def _show(app: AppClient, options: argparse.Namespace, outcome: dict[str, Any]) -> None:
    if options.json:
        return
    show_report(app.get(f"api/reports/{outcome['id']}/report.json"), app.base_url)
    if outcome["reused"]:
        console.print(f"\n  Nothing has changed since the archives were read, {outcome['read'][:19]}Z.")
        console.print("  --again reads them anew.")


def _repair(app: AppClient, options: argparse.Namespace, run: str, *, dry_run: bool) -> dict[str, Any]:
    """Plan the repair and list its steps, or do them."""
    done = repairs.run(app, run, dry_run=dry_run, quiet=options.json)
    if dry_run and not options.json:
        repairs.show_steps(done, repairs.steps(app, done["id"]), app.base_url)
    return done


def _reconcile(app: AppClient, options: argparse.Namespace, *, again: bool) -> dict[str, Any]:
    def once() -> dict[str, Any]:
        run = reconciliations.start(app, options.start, options.end, again=again)
        if options.json:
            return reconciliations.wait(app, run, lambda _: None)
        return reconciliations.wait_with_bar(app, run)

    def say(text: str) -> None:
        if not options.json:
            console.print(f"  {text}")

    return reconciliations.until_complete(once, options.until_complete, say)
