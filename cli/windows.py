"""The number of events that window analyses have judged, as the durable management API tells it."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from cli.app_client import AppClient, read_as
from cli.failed_workflows import workflow_failed
from fraud.analysis import WindowSummary

_INSTANCES = "runtime/webhooks/durabletask/instances"
_PAGE = 100
_POLL_SECONDS = 0.3
_REST = 4
"""So many times as long as a look took passes before the next: to list thousands that wait takes the host time, in
which it judges none."""


class WindowStatus(msgspec.Struct, frozen=True):
    """The custom status of a window's orchestration, as far as it is counted: ids whose events it still waits for."""

    unresolved: int = 0


class WindowInstance(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The status of a window's orchestration. Until it has ended, its `output` is None."""

    instance_id: str
    runtime_status: str
    created_time: datetime
    last_updated_time: datetime
    custom_status: WindowStatus | None = None
    output: Any = None

    @property
    def unresolved(self) -> int:
        """The number of ids whose events it still waits for. An instance that is pending has no status of its own."""
        if self.output is not None or self.custom_status is None:
            return 0
        return self.custom_status.unresolved

    @property
    def summary(self) -> WindowSummary:
        """The output of one that is completed. Raises AppError."""
        return read_as(WindowSummary, self.output, self.instance_id)


class Judging:
    """The window analyses of an app, followed: those that have ended are not listed again."""

    def __init__(self, app: AppClient) -> None:
        self._app = app
        self._judged: dict[str, int] = {}
        self._since: datetime | None = None

    def look(self) -> tuple[int, int]:
        """Events that are judged, and orchestrations that still run. Raises AppError if an orchestration failed."""
        listed = instances(self._app, self._since)
        running: list[datetime] = []
        for instance in listed:
            status = instance.runtime_status
            if status == "Completed":
                self._judged[instance.instance_id] = instance.summary.suspicious
            elif status in ("Failed", "Terminated"):
                name, answer = instance.instance_id, msgspec.to_builtins(instance)
                advice = "let it begin again on the desk"
                raise workflow_failed(name, name, status, answer, output=instance.output, advice=advice)
            else:
                running.append(instance.created_time)
        # One that was created before others can be listed after them: where nothing runs, all are looked at again.
        self._since = min(running, default=None)
        return sum(self._judged.values()), len(running)


def wait_until_judged(judging: Judging, expected: int, seconds: float, seen: Callable[[int], None]) -> bool:
    """Wait until `expected` events are judged and nothing runs; False if `seconds` pass before."""
    end = time.monotonic() + seconds
    while (began := time.monotonic()) < end:
        done, running = judging.look()
        seen(done)
        if done >= expected and not running:
            return True
        time.sleep(max(_POLL_SECONDS, _REST * (time.monotonic() - began)))
    return False


def instances(app: AppClient, since: datetime | None = None) -> list[WindowInstance]:
    """The status of every window's orchestration, or of those that were created since a time. Raises AppError."""
    asked = {"instanceIdPrefix": "window-", "showInput": "false", "top": str(_PAGE)}
    if since:
        asked["createdTimeFrom"] = since.isoformat()
    every: list[WindowInstance] = []
    token: str | None = None
    while True:
        page, token = app.get_page(_INSTANCES, token, **asked)
        every += read_as(list[WindowInstance], page, "the list of windows")
        if not token:
            return every
