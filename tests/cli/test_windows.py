"""The status of window analyses, as the durable management API of either engine tells it."""

from typing import Any

import msgspec
import pytest

from cli.windows import WindowInstance

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
