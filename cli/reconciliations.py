"""Reconciliations: compare the archives over a range of time, and repair what a comparison found."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from cli.app_client import AppClient, Struct, read_as
from cli.failed_workflows import RUNNING, workflow_failed
from cli.screen import progress, said_at_ctrl_c
from reconciliation.messages import Outcome

_POLL_SECONDS = 0.3
_BETWEEN_RUNS_SECONDS = 5.0

_PATH = "api/reconciliations"


class Phase(msgspec.Struct, frozen=True):
    """A run's progress: the name of a phase and, in most of them, how many activities are `done` `of` how many."""

    phase: str = "starting"
    done: int = 0
    of: int = 0


class RunStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A reconciliation or a repair as the app tells of it. Until it has started, `progress` is None."""

    status: str
    progress: Phase | None = None
    output: Any = None


OnPhase = Callable[[Phase], None]
"""Gets each phase of a run, again and again."""


def start(app: AppClient, start: datetime | str, end: datetime | str, *, again: bool = False) -> str:
    """Start a reconciliation of (start, end]; its instance id. Raises AppError.

    With `again`, the archives are read anew, even if nothing in them has changed since the last report.
    """
    order = {"from": _text(start), "to": _text(end), "again": again}
    return str(app.post(_PATH, order, repeatable=True)["id"])


def wait(app: AppClient, run: str, seen: OnPhase) -> Outcome:
    """Follow a reconciliation to its end; its outcome. Raises AppError if it failed."""
    return wait_at(app, _PATH, run, Outcome, seen)


def wait_at(app: AppClient, path: str, run: str, kind: type[Struct], seen: OnPhase) -> Struct:
    """Follow what runs at a path to its end; its output. Raises AppError if it failed."""
    with said_at_ctrl_c(f"{run} goes on: the same range waits for it again, {app.base_url}/{path}/{run} shows it"):
        while True:
            answer = app.get(f"{path}/{run}")
            status = read_as(RunStatus, answer, run)
            if status.status == "Completed":
                return read_as(kind, status.output, run)
            if status.status not in RUNNING:
                raise workflow_failed(run, run, status.status, answer, output=status.output)
            seen(status.progress or Phase())
            time.sleep(_POLL_SECONDS)


def wait_with_bar(app: AppClient, run: str) -> Outcome:
    """Follow a reconciliation with a progress bar for its phase; its outcome."""
    return wait_with_bar_at(app, _PATH, run, Outcome)


def wait_with_bar_at(app: AppClient, path: str, run: str, kind: type[Struct]) -> Struct:
    """Follow what runs at a path with a progress bar for its phase; its output."""
    with progress() as display:
        bar = display.add_task("starting", total=None)

        def show(now: Phase) -> None:
            display.update(bar, description=now.phase[:18], completed=now.done, total=now.of or None)

        output = wait_at(app, path, run, kind, show)
        display.update(bar, description="done", completed=1, total=1)
        return output


def until_complete(run_once: Callable[[], Outcome], seconds: float, say: Callable[[str], None]) -> Outcome:
    """Reconcile again and again until the archive covers the range, for at most `seconds`; the last outcome.

    `say` gets what is still missing, once each time that it has changed.
    """
    end = time.monotonic() + seconds
    said = ""
    while True:
        outcome = run_once()
        left = end - time.monotonic()
        if outcome.is_complete or left <= 0:
            return outcome
        if outcome.sentence != said:
            said = outcome.sentence
            say(said)
        time.sleep(min(_BETWEEN_RUNS_SECONDS, left))


def _text(moment: datetime | str) -> str:
    return moment if isinstance(moment, str) else moment.isoformat()
