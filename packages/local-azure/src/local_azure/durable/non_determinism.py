"""An orchestrator whose code no longer leads to its history, in the words of DurableTask.Core."""

from local_azure.durable.causes import NON_DETERMINISTIC
from local_azure.durable.events import Event, EventType
from local_azure.durable.tasks import Decision, DecisionKind

_TASKS = {
    EventType.TASK_SCHEDULED: "an activity",
    EventType.SUB_ORCHESTRATION_INSTANCE_CREATED: "a sub-orchestration",
    EventType.TIMER_CREATED: "a timer",
    EventType.EVENT_SENT: "a send event",
}
_ACTIONS = {
    DecisionKind.ACTIVITY: "ScheduleTaskOrchestratorAction",
    DecisionKind.SUB_ORCHESTRATION: "CreateSubOrchestrationAction",
    DecisionKind.TIMER: "CreateTimerOrchestratorAction",
    DecisionKind.EVENT: "SendEventOrchestratorAction",
}
_HEAD = f"{NON_DETERMINISTIC} A previous execution of this orchestration scheduled"
_QUESTION = "Was a change made to the orchestrator code after this instance had already started running?"


class NonDeterminismError(Exception):
    """The code no longer leads to the history of the instance.

    `decisions` are those that the code has come to in place of the history's; they end in the history as well.
    """

    def __init__(self, message: str, decisions: list[Decision]) -> None:
        super().__init__(message)
        self.decisions = decisions

    @classmethod
    def missing(cls, event: Event, decisions: list[Decision]) -> "NonDeterminismError":
        """The history has something that the code does not schedule."""
        kind = event.event_type
        named = f"ID {event.event_id}"
        if kind is EventType.TIMER_CREATED:
            named = f"number {event.event_id}"
        elif kind is EventType.TASK_SCHEDULED:
            named += f" and name '{event.name}' (version ''),"
        elif kind is EventType.SUB_ORCHESTRATION_INSTANCE_CREATED:
            named = _child(event)
        elif kind is EventType.EVENT_SENT:
            named += f", type 'EventSent' name '{event.name}', instance ID '{event.instance_id}',"
        return cls(
            f"{_HEAD} {_TASKS[kind]} task with sequence {named} but the current replay execution "
            f"hasn't (yet?) scheduled this task. {_QUESTION}",
            decisions,
        )

    @classmethod
    def different(
        cls, event: Event, decision: Decision, expected: DecisionKind, decisions: list[Decision]
    ) -> "NonDeterminismError":
        """The code schedules something else under the same number."""
        task = _TASKS[event.event_type]
        at = "with"
        named = f"number {event.event_id}"
        if event.event_type is EventType.SUB_ORCHESTRATION_INSTANCE_CREATED and decision.kind is not expected:
            named, at = _child(event), "at"
        else:
            named += " named" if event.event_type is EventType.TIMER_CREATED else f" named '{event.name}',"
        if decision.kind is expected:
            instead = f"scheduled {task} task named '{decision.name}' with this sequence number. "
        else:
            instead = f"produced a {_ACTIONS[decision.kind]} action {at} this sequence number."
        return cls(
            f"{_HEAD} {task} task with sequence {named} but the current orchestration replay "
            f"instead {instead} {_QUESTION}",
            decisions,
        )


def _child(event: Event) -> str:
    return f"ID {event.event_id} and name '{event.name}' (version '', instance ID '{event.instance_id}'),"
