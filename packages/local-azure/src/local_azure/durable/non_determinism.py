"""An orchestrator whose code no longer leads to its history: what is said of it."""

from local_azure.durable.events import Event, EventType
from local_azure.durable.tasks import Decision

_SCHEDULED = {
    EventType.TASK_SCHEDULED: "an activity",
    EventType.SUB_ORCHESTRATION_INSTANCE_CREATED: "a sub-orchestration",
    EventType.TIMER_CREATED: "a timer",
    EventType.EVENT_SENT: "an entity message",
}


class NonDeterminismError(Exception):
    """The code no longer leads to the history of the instance."""

    @classmethod
    def missing(cls, event: Event) -> "NonDeterminismError":
        """The history has something that the code does not schedule."""
        return cls(f"{_past(event)}, but the current replay does not schedule it. {_QUESTION}")

    @classmethod
    def different(cls, event: Event, decision: Decision) -> "NonDeterminismError":
        """The code schedules something else under the same number."""
        named = f" {decision.name!r}" if decision.name else ""
        target = f" for {decision.instance_id!r}" if decision.instance_id else ""
        return cls(
            f"{_past(event)}, but the current replay schedules {decision.kind.value}{named}{target} there. {_QUESTION}"
        )


_QUESTION = "Was the orchestrator's code changed after this instance had started?"


def _past(event: Event) -> str:
    named = f" {event.name!r}" if isinstance(event.name, str) and event.name else ""
    target = f" for {event.instance_id!r}" if isinstance(event.instance_id, str) else ""
    return (
        f"Non-deterministic workflow detected: a previous execution scheduled {_SCHEDULED[event.event_type]}{named}"
        f"{target} with sequence number {event.event_id}"
    )
