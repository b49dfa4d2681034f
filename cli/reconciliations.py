"""Reconciliations: compare the archives over a range of time."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cli.app_client import AppClient, AppError

_POLL_SECONDS = 0.3
_RUNNING = ("Pending", "Running", "ContinuedAsNew", "Suspended")


def start(app: AppClient, start: datetime | str, end: datetime | str) -> str:
    """Start a reconciliation of (start, end]; its instance id. Raises AppError."""
    order = {"from": _text(start), "to": _text(end)}
    return str(app.post("api/reconciliations", order, repeatable=True)["id"])


def wait(app: AppClient, run: str, seen: Callable[[str], None]) -> dict[str, Any]:
    """Follow a reconciliation to its end; `seen` gets each phase. Returns its output. Raises AppError if it failed."""
    while True:
        status: dict[str, Any] = app.get(f"api/reconciliations/{run}")
        if status["status"] == "Completed":
            return status["output"]
        if status["status"] not in _RUNNING:
            raise AppError(f"{run} {status['status'].lower()}: {status.get('output')}")
        progress: dict[str, Any] = status.get("progress") or {}
        seen(str(progress.get("phase", "starting")))
        time.sleep(_POLL_SECONDS)


def _text(moment: datetime | str) -> str:
    return moment if isinstance(moment, str) else moment.isoformat()
