"""Instances and histories as they are shown."""

from typing import Any

from local_azure.durable.events import Event, EventType, encode
from local_azure.durable.status import instance_status, readable_history
from local_azure.durable.store import Instance

EARLY, LATE = "2026-11-23T10:00:00.0000000Z", "2026-11-23T10:00:05.0000000Z"


def event(kind: EventType, timestamp: str = EARLY, **fields: Any) -> str:
    return encode(Event(event_type=kind, timestamp=timestamp, **fields))


HISTORY = [
    event(EventType.ORCHESTRATOR_STARTED),
    event(EventType.EXECUTION_STARTED, name="work", version=None, input='"secret"'),
    event(EventType.TASK_SCHEDULED, event_id=0, name="a", version="", input='"secret"'),
    event(EventType.SUB_ORCHESTRATION_INSTANCE_CREATED, event_id=1, name="child", instance_id="kid", input="1"),
    event(EventType.TIMER_CREATED, event_id=2, fire_at=LATE),
    event(EventType.TASK_SCHEDULED, event_id=3, name="still running", version="", input="1"),
    event(EventType.ORCHESTRATOR_COMPLETED),
    event(EventType.TASK_COMPLETED, LATE, task_scheduled_id=0, result='{"x": 1}'),
    event(EventType.SUB_ORCHESTRATION_INSTANCE_FAILED, LATE, task_scheduled_id=1, reason="no", details=""),
    event(EventType.TIMER_FIRED, LATE, timer_id=2, fire_at=LATE),
    event(EventType.EVENT_RAISED, LATE, name="go", input='"secret"'),
]


def test_a_history_joins_what_was_scheduled_with_what_came_of_it():
    shown = readable_history(HISTORY, show_input=True, show_output=True)

    assert [row["EventType"] for row in shown] == [
        "ExecutionStarted",
        "TimerCreated",
        "TaskScheduled",
        "TaskCompleted",
        "SubOrchestrationInstanceFailed",
        "TimerFired",
        "EventRaised",
    ]
    assert shown[0]["FunctionName"] == "work"
    assert shown[3] == {
        "EventType": "TaskCompleted",
        "Timestamp": LATE,
        "ScheduledTime": EARLY.replace("Z", "+00:00"),
        "FunctionName": "a",
        "Input": None,
        "Result": {"x": 1},
    }
    assert (shown[4]["FunctionName"], shown[4]["Reason"]) == ("child", "no")


def test_a_history_shows_no_inputs_and_results_only_on_demand():
    shown = str(readable_history(HISTORY, show_input=False, show_output=False))

    assert "secret" not in shown
    assert "Result" not in shown


def test_a_status_holds_values_and_whole_seconds():
    instance = Instance(
        id="i", execution="e", name="work", status="Failed", input='"{}"', output='"broken"', created=0.9, updated=61.2
    )

    assert instance_status(instance, show_input=False) == {
        "name": "work",
        "instanceId": "i",
        "runtimeStatus": "Failed",
        "input": None,
        "customStatus": None,
        "output": "broken",
        "createdTime": "1970-01-01T00:00:00Z",
        "lastUpdatedTime": "1970-01-01T00:01:01Z",
    }


def test_the_status_of_a_child_names_its_parent_and_that_of_no_other_does():
    child, alone = (
        Instance(id="kid", execution="e", name="work", created=0.0, updated=0.0, parent=parent)
        for parent in ("mother", None)
    )

    assert list(instance_status(child))[:3] == ["name", "instanceId", "parentInstanceId"]
    assert instance_status(child)["parentInstanceId"] == "mother"
    assert "parentInstanceId" not in instance_status(alone)
