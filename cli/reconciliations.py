"""Reconciliations: compare the archives over a range of time, and repair what a comparison found."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cli.app_client import AppClient, AppError
from cli.screen import progress

_POLL_SECONDS = 0.3
_RUNNING = ("Pending", "Running", "ContinuedAsNew", "Suspended")
_BETWEEN_RUNS_SECONDS = 5.0

Seen = Callable[[dict[str, Any]], None]
"""Gets each state of a run: `phase`, and in most phases the steps that are `done` and how many there are, `of`."""


def start(app: AppClient, start: datetime | str, end: datetime | str, *, again: bool = False) -> str:
    """Start a reconciliation of (start, end]; its instance id. Raises AppError.

    With `again`, the archives are read anew, even if nothing in them has changed since the last report.
    """
    order = {"from": _text(start), "to": _text(end), "again": again}
    return str(app.post("api/reconciliations", order, repeatable=True)["id"])


def wait(app: AppClient, run: str, seen: Seen, *, door: str = "api/reconciliations") -> dict[str, Any]:
    """Follow a run to its end; returns its output. Raises AppError if it failed."""
    while True:
        status: dict[str, Any] = app.get(f"{door}/{run}")
        if status["status"] == "Completed":
            return status["output"]
        if status["status"] not in _RUNNING:
            raise AppError(f"{run} {status['status'].lower()}: {status.get('output')}")
        seen({"phase": "starting"} | (status.get("progress") or {}))
        time.sleep(_POLL_SECONDS)


def wait_with_bar(app: AppClient, run: str, *, door: str = "api/reconciliations") -> dict[str, Any]:
    """Follow a run with a progress bar for its phase; its output."""
    with progress() as display:
        bar = display.add_task("starting", total=None)

        def show(state: dict[str, Any]) -> None:
            phase = str(state["phase"])
            display.update(bar, description=phase[:18], completed=state.get("done", 0), total=state.get("of") or None)

        outcome = wait(app, run, show, door=door)
        display.update(bar, description="done", completed=1, total=1)
        return outcome


def until_complete(
    run_once: Callable[[], dict[str, Any]], seconds: float, say: Callable[[str], None]
) -> dict[str, Any]:
    """Reconcile again and again until the archive covers the range, for at most `seconds`; the last outcome.

    `say` gets what is still missing, once each time that it has changed.
    """
    end = time.monotonic() + seconds
    said = ""
    while True:
        outcome = run_once()
        left = end - time.monotonic()
        if outcome["verdict"] != "incomplete" or left <= 0:
            return outcome
        if outcome["sentence"] != said:
            said = outcome["sentence"]
            say(said)
        time.sleep(min(_BETWEEN_RUNS_SECONDS, left))


def _text(moment: datetime | str) -> str:
    return moment if isinstance(moment, str) else moment.isoformat()
