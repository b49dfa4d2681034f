"""The number of events that window analyses have judged, as the durable management API tells it."""

import time
from collections.abc import Callable
from typing import Any

from cli.app_client import AppClient, AppError

_INSTANCES = "runtime/webhooks/durabletask/instances"
_PAGE = 100
_POLL_SECONDS = 0.3


def judged(app: AppClient) -> tuple[int, int]:
    """Events that are judged, and orchestrations that still run. Raises AppError if an orchestration failed."""
    done = running = 0
    for instance in instances(app):
        status = instance["runtimeStatus"]
        if status == "Completed":
            done += int(instance["output"]["suspicious"])
        elif status in ("Failed", "Terminated"):
            raise AppError(f"{instance['instanceId']} {status.lower()}: {instance.get('output')}")
        else:
            running += 1
    return done, running


def wait_until_judged(app: AppClient, expected: int, seconds: float, seen: Callable[[int], None]) -> bool:
    """Wait until `expected` events are judged and nothing runs; False if `seconds` pass before."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, running = judged(app)
        seen(done)
        if done >= expected and not running:
            return True
        time.sleep(_POLL_SECONDS)
    return False


def instances(app: AppClient) -> list[dict[str, Any]]:
    """The status of every window's orchestration. Raises AppError."""
    found: list[dict[str, Any]] = []
    token: str | None = None
    while True:
        page, token = app.get_page(_INSTANCES, token, instanceIdPrefix="window-", showInput="false", top=str(_PAGE))
        found += page
        if not token:
            return found
