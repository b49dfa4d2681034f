"""An instance as a client sees it: its status, and its history as people read it."""

import json
from datetime import UTC, datetime
from typing import Any

from local_azure.durable.causes import STATUS_TOO_LARGE
from local_azure.durable.events import Event, EventType, encode, stamp
from local_azure.durable.newtonsoft import compact, first_value
from local_azure.durable.queries import EntityRow
from local_azure.durable.store import Instance

_DOTNET_NAMES = {kind: "".join(word.capitalize() for word in kind.name.split("_")) for kind in EventType}
_MAX_STATUS_KB = 16
_COMPLETIONS = {
    EventType.TASK_COMPLETED: EventType.TASK_SCHEDULED,
    EventType.TASK_FAILED: EventType.TASK_SCHEDULED,
    EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED: EventType.SUB_ORCHESTRATION_INSTANCE_CREATED,
    EventType.SUB_ORCHESTRATION_INSTANCE_FAILED: EventType.SUB_ORCHESTRATION_INSTANCE_CREATED,
}
"""The kinds of events that begin something, by the kinds that end it."""
_SCHEDULED = set(_COMPLETIONS.values())
_Place = tuple[int | None, int | None]
_WITH_RESULT = {
    EventType.TASK_COMPLETED,
    EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED,
    EventType.EXECUTION_COMPLETED,
}
_HIDDEN = {"EventId", "IsPlayed", "Version", "TimerId", "TaskScheduledId", "OrchestrationInstance", "ParentInstance"}


def instance_status(
    instance: Instance, *, show_input: bool = True, history: list[str] | None = None, show_output: bool = False
) -> dict[str, Any]:
    """The status payload of the management API. `history` is event JSON; a pending instance shows none."""
    status: dict[str, Any] = {
        "name": instance.name,
        **({"version": instance.version} if instance.version else {}),
        "instanceId": instance.id,
        **({"parentInstanceId": instance.parent} if instance.parent is not None else {}),
        "runtimeStatus": instance.status,
        "input": json_value(instance.input) if show_input else None,
        "customStatus": json_value(instance.custom_status),
        "output": json_value(instance.output),
        "createdTime": whole_seconds(instance.created),
        "lastUpdatedTime": whole_seconds(instance.updated),
    }
    if history is not None and instance.status != "Pending":
        status["historyEvents"] = readable_history(history, show_input=show_input, show_output=show_output)
    return status


def entity_status(entity: EntityRow, *, show_input: bool = True, show_history: bool = False) -> dict[str, Any]:
    """The status payload of an entity, which to the extension is an orchestration that runs for ever.

    The extension's `sorter` orders the messages of each sender; here they come in order, so it is empty. Its history is
    that of a generation that has just begun.
    """
    holds: dict[str, Any] = {"exists": True, "state": entity.state, "sorter": {}}
    status: dict[str, Any] = {
        "name": entity.id,
        "instanceId": entity.id,
        "runtimeStatus": "Running",
        "input": holds if show_input else None,
        "customStatus": {"entityExists": True},
        "output": None,
        "createdTime": whole_seconds(entity.created),
        "lastUpdatedTime": whole_seconds(entity.updated),
    }
    if show_history:
        input = compact(holds)
        started = Event(
            event_type=EventType.EXECUTION_STARTED,
            timestamp=stamp(entity.updated),
            name=entity.id,
            input=input,
            generation=None,
        )
        status["historyEvents"] = readable_history([encode(started)], show_input=show_input, show_output=False)
    return status


def status_problem(custom_status: str) -> str | None:
    """The extension's words for a custom status that is too large; it counts whole KB of UTF-16."""
    size = len(custom_status.encode("utf-16-le")) // 1024
    if size <= _MAX_STATUS_KB:
        return None
    return f"{STATUS_TOO_LARGE} {_MAX_STATUS_KB} KB. The current payload size is {size} KB."


def json_value(text: str | None) -> Any:
    """Stored JSON text as a value; of any other text what the extension makes of it."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return first_value(text)


def whole_seconds(timestamp: float) -> str:
    """Seconds since 1970 in the management API's form: no fraction."""
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def readable_history(history: list[str], *, show_input: bool, show_output: bool) -> list[dict[str, Any]]:
    """A history as the extension shows it.

    Types by name; a completion carries the name and time of what was scheduled, which then is not listed by itself;
    no episode marks, and inputs and results only on demand. What was given to an activity or a child is not kept.
    """
    events = [json.loads(text) for text in history]
    scheduled = {(event["EventType"], event["EventId"]): event for event in events if event["EventType"] in _SCHEDULED}
    done = {_completed(event) for event in events}
    return [
        _readable(event, scheduled, show_input=show_input, show_output=show_output)
        for event in events
        if event["EventType"] not in {EventType.ORCHESTRATOR_STARTED, EventType.ORCHESTRATOR_COMPLETED}
        and (event["EventType"], event["EventId"]) not in done
    ]


def _completed(event: dict[str, Any]) -> _Place:
    """The kind and number of what an event completes; None if it completes nothing."""
    return _COMPLETIONS.get(event["EventType"]), event.get("TaskScheduledId")


def _readable(
    event: dict[str, Any], scheduled: dict[_Place, dict[str, Any]], *, show_input: bool, show_output: bool
) -> dict[str, Any]:
    kind = EventType(event["EventType"])
    shown = {key: value for key, value in event.items() if key not in _HIDDEN}
    shown["EventType"] = _DOTNET_NAMES[kind]
    if kind is EventType.EXECUTION_STARTED:
        shown.pop("Tags", None)
        shown["FunctionName"] = shown.pop("Name", None)
    if kind in _SCHEDULED:
        shown["Input"] = None
    if source := scheduled.get(_completed(event)):
        shown["ScheduledTime"] = source["Timestamp"].replace("Z", "+00:00")
        shown["FunctionName"] = source["Name"]
        shown["Input"] = None
        if "InstanceId" in source:
            shown["InstanceId"] = source["InstanceId"]
    if kind in _WITH_RESULT:
        if show_output:
            shown["Result"] = json_value(event.get("Result"))
        else:
            shown.pop("Result", None)
    if not show_input:
        shown.pop("Input", None)
    return shown
