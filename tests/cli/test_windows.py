"""The status of window analyses, as the durable management API of either engine tells it."""

from typing import Any, cast

import msgspec
import pytest

from cli.app_client import AppClient
from cli.windows import Judging, WindowInstance

STATUS = {
    "instanceId": "window-x",
    "createdTime": "2026-01-02T09:59:00Z",
    "lastUpdatedTime": "2026-01-02T10:00:00Z",
}


@pytest.mark.parametrize(
    ("status", "unresolved"),
    [
        ({"runtimeStatus": "Pending"}, 0),
        ({"runtimeStatus": "Running", "customStatus": None, "output": None}, 0),
        (
            {"runtimeStatus": "Running", "customStatus": {"phase": "verdicts stored", "unresolved": 3}, "output": None},
            3,
        ),
        ({"runtimeStatus": "Completed", "customStatus": {"unresolved": 3}, "output": {"suspicious": 7}}, 0),
    ],
)
def test_a_window_waits_for_as_many_events_as_it_says(status: dict[str, Any], unresolved: int):
    assert msgspec.convert(STATUS | status, WindowInstance).unresolved == unresolved


class Engine:
    """The list of instances, by the time of their creation."""

    def __init__(self) -> None:
        self.instances: list[dict[str, Any]] = []

    def completed(self, name: str, created: str, suspicious: int) -> None:
        times = {"window_start": created, "window_end": created}
        told_of: dict[str, Any] = {"store_id": 7, "bands": {}, "max_score": 0, "verdicts_blob": ""}
        output: dict[str, Any] = {"name": name, "suspicious": suspicious} | times | told_of
        told: dict[str, Any] = {
            "instanceId": name,
            "createdTime": created,
            "runtimeStatus": "Completed",
            "output": output,
        }
        self.instances.append(STATUS | told)

    def get_page(self, path: str, token: str | None, **asked: str) -> tuple[list[dict[str, Any]], None]:
        """Those that were created since the time that is asked for."""
        since = asked.get("createdTimeFrom", "").replace("+00:00", "Z")
        return [instance for instance in self.instances if instance["createdTime"] >= since], None


def test_an_analysis_that_is_listed_after_younger_ones_is_counted():
    """Its creation was stamped before theirs and written after it: at 60 times the speed, milliseconds are seconds."""
    engine = Engine()
    judging = Judging(cast(AppClient, engine))
    engine.completed("window-b", "2026-01-02T10:00:04Z", 2)
    assert judging.look() == (2, 0)

    engine.completed("window-a", "2026-01-02T10:00:03Z", 5)

    assert judging.look() == (7, 0)
