"""How an instance looks to a client: its status, and its history as people read it."""

import json
from datetime import UTC, datetime
from typing import Any

from local_azure.durable.events import EventType
from local_azure.durable.store import Instance

_DOTNET_NAMES = {kind: "".join(word.capitalize() for word in kind.name.split("_")) for kind in EventType}
_COMPLETIONS = {
    EventType.TASK_COMPLETED,
    EventType.TASK_FAILED,
    EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED,
    EventType.SUB_ORCHESTRATION_INSTANCE_FAILED,
}
_SCHEDULED = {EventType.TASK_SCHEDULED, EventType.SUB_ORCHESTRATION_INSTANCE_CREATED}
_WITH_RESULT = {
    EventType.TASK_COMPLETED,
    EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED,
    EventType.EXECUTION_COMPLETED,
}
_HIDDEN = {"EventId", "IsPlayed", "Version", "Input", "TimerId", "TaskScheduledId"}
_SHOW_INPUT = {EventType.EVENT_SENT, EventType.GENERIC_EVENT}


def instance_status(
    instance: Instance, *, show_input: bool = True, history: list[str] | None = None, show_output: bool = False
) -> dict[str, Any]:
    """The status payload of the management API. `history` is event JSON; without it there is no `historyEvents`."""
    status: dict[str, Any] = {
        "name": instance.name,
        "instanceId": instance.id,
        "runtimeStatus": instance.status,
        "input": json_value(instance.input) if show_input else None,
        "customStatus": json_value(instance.custom_status),
        "output": json_value(instance.output),
        "createdTime": whole_seconds(instance.created),
        "lastUpdatedTime": whole_seconds(instance.updated),
    }
    if history is not None:
        status["historyEvents"] = readable_history(history, show_output=show_output)
    return status


def json_value(text: str | None) -> Any:
    """Stored JSON text as a value; text that is no JSON stands for itself, as the extension has it."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def whole_seconds(timestamp: float) -> str:
    """Seconds since 1970 in the management API's form: no fraction."""
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def readable_history(history: list[str], *, show_output: bool) -> list[dict[str, Any]]:
    """A history as the extension shows it.

    Types by name; a completion carries the name and time of what was scheduled, which then is not listed by itself;
    no episode marks, no inputs, and results only on demand.
    """
    events = [json.loads(text) for text in history]
    scheduled = {event["EventId"]: event for event in events if event["EventType"] in _SCHEDULED}
    done = {event.get("TaskScheduledId") for event in events if event["EventType"] in _COMPLETIONS}
    return [
        _readable(event, scheduled, show_output=show_output)
        for event in events
        if event["EventType"] not in {EventType.ORCHESTRATOR_STARTED, EventType.ORCHESTRATOR_COMPLETED}
        and not (event["EventType"] in _SCHEDULED and event["EventId"] in done)
    ]


def _readable(event: dict[str, Any], scheduled: dict[int, dict[str, Any]], *, show_output: bool) -> dict[str, Any]:
    kind = EventType(event["EventType"])
    hidden = _HIDDEN - {"Input"} if kind in _SHOW_INPUT else _HIDDEN
    shown = {key: value for key, value in event.items() if key not in hidden}
    shown["EventType"] = _DOTNET_NAMES[kind]
    if kind is EventType.EXECUTION_STARTED:
        shown["FunctionName"] = shown.pop("Name", None)
    if kind in _COMPLETIONS and (source := scheduled.get(event.get("TaskScheduledId", -1))):
        shown["ScheduledTime"] = source["Timestamp"]
        shown["FunctionName"] = source["Name"]
    if kind in _WITH_RESULT:
        if show_output:
            shown["Result"] = json_value(event.get("Result"))
        else:
            shown.pop("Result", None)
    return shown
