"""The decisions of an orchestration after its first activity, by the SDK alone."""

import json
from typing import Any

import azure.durable_functions as df
import msgspec

from function_app.registration import orchestrator
from orchestrations.contracts import Activity, Orchestration


def decisions_after(
    orchestration: Orchestration[Any, Any],
    generator: Any,
    argument: Any,
    activity: Activity[Any, Any],
    result: Any,
    *,
    now: str,
) -> list[Any]:
    """The decisions once the first activity, begun at 10:00, has given this result at `now`, `MM:SS` of ten o'clock."""
    first = {"EventId": -1, "IsPlayed": False, "Timestamp": "2026-01-02T10:00:00.000000Z"}
    later = {"EventId": -1, "IsPlayed": False, "Timestamp": f"2026-01-02T10:{now}.000000Z"}
    asked = json.dumps(argument)
    history = [
        {**first, "EventType": 12},
        {**first, "EventType": 0, "Name": orchestration.name, "Input": asked, "Version": ""},
        {**first, "EventType": 4, "EventId": 0, "Name": activity.name},
        {**first, "EventType": 13},
        {**later, "EventType": 12},
        {**later, "EventType": 5, "TaskScheduledId": 0, "Result": json.dumps(msgspec.to_builtins(result))},
    ]
    payload: dict[str, Any] = {
        "history": history, "input": asked, "instanceId": "campaign-x", "isReplaying": False,
        "parentInstanceId": None, "upperSchemaVersion": 2, "upperSchemaVersionNew": 2,
    }  # fmt: skip
    run = df.Orchestrator.create(orchestrator(orchestration, generator))  # pyright: ignore[reportUnknownMemberType]
    return json.loads(str(run(json.dumps(payload))))["actions"]
