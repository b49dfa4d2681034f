"""Load-test campaigns: start one, watch it, stop it."""

import time
from collections.abc import Callable
from typing import Any

from rich.progress import TaskID

from cli.app_client import AppClient, AppError
from cli.screen import progress

_POLL_SECONDS = 0.25
_ENDED = ("completed", "stopped", "failed", "terminated")


def start(app: AppClient, request: dict[str, Any]) -> str:
    """Start a campaign; its instance id. Raises AppError, for example if one of that name is running."""
    return str(app.post("api/campaigns", request)["id"])


def watch(app: AppClient, campaign_id: str, seen: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Follow a campaign to its end; `seen` gets each status. Returns the last. Raises AppError if it failed."""
    while True:
        status: dict[str, Any] = app.get(f"api/campaigns/{campaign_id}")
        seen(status)
        if status["phase"] in _ENDED:
            if status["phase"] in ("failed", "terminated"):
                raise AppError(f"{campaign_id} {status['phase']}: {status.get('output')}")
            return status
        time.sleep(_POLL_SECONDS)


def watch_with_bar(app: AppClient, campaign_id: str) -> dict[str, Any]:
    """Follow a campaign with a progress bar; its last status."""
    with progress() as display:
        bar: TaskID = display.add_task("events sent", total=None)

        def show(status: dict[str, Any]) -> None:
            if "batches" not in status:
                return  # it waits to be started, and has no account of itself yet
            planned = status["batches"] * status["totals"]["sent"] / max(1, status["batches_sent"])
            display.update(bar, completed=status["totals"]["sent"], total=planned or None)

        return watch(app, campaign_id, show)
