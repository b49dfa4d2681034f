"""Waits until nothing moves in a pipeline any more.

A reconciliation before that is never exact, and takes from what is still to be judged the CPU that it needs.
"""

import time
from collections.abc import Iterator
from datetime import datetime

import msgspec

from cli.app_client import AppClient, AppError
from fraud.watching.health import Health

_BETWEEN_LOOKS_SECONDS = 5.0
_MOVING = ("archiver", "stream_job", "queue", "analysis")
"""The checks whose number is how long something has waited."""
_UNFINISHED = ("Running", "Pending")
_WORKFLOWS = ("window-", "quarantine-")


def wait_until_idle(app: AppClient, moment: datetime, patience: float) -> str:
    """Wait until Azure's time has passed a moment, and nothing waits or is being judged.

    Gives what still waits after `patience` seconds without any change of it; nothing if all is done.
    """
    last, changed = "", time.monotonic()
    while left := "; ".join(_waiting(app, moment)):
        if left != last:
            last, changed = left, time.monotonic()
        elif time.monotonic() > changed + patience:
            break
        time.sleep(_BETWEEN_LOOKS_SECONDS)
    return left


def _waiting(app: AppClient, moment: datetime) -> Iterator[str]:
    try:
        health = msgspec.convert(app.health(), Health)
        if app.now() < moment:
            yield f"it is {app.now():%H:%M:%S}"
        if health.problem or not health.pipeline:
            yield f"no look at the pipeline: {health.problem}"
        for check in health.pipeline:
            if check.name in _MOVING and check.value > 0:
                yield f"{check.name}: {check.detail}"
        for prefix in _WORKFLOWS:
            for status in _UNFINISHED:
                page = app.query("api/workflows", status=status, prefix=prefix, limit="100")
                if rows := page["items"]:
                    # A page tells by its latest change that something moves, although it stays full.
                    yield f"{len(rows)} of {prefix} {status.lower()}, changed {max(row['updated'] for row in rows)}"
    except AppError as error:
        yield f"no answer: {error}"
