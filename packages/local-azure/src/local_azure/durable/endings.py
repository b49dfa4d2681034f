"""The end of an execution."""

from local_azure.durable.actions import ActionType, Answer
from local_azure.durable.events import Event, EventType, printable
from local_azure.durable.store import Instance


def continuation(answer: Answer) -> str | None:
    """The input with which user code continues as new, as JSON text; None if it does not."""
    for action in answer.actions:
        if action.action_type is ActionType.CONTINUE_AS_NEW:
            return action.input or "null"
    return None


def outcome(instance: Instance, answer: Answer) -> tuple[str, str | None]:
    """Status and output of an instance whose user code has returned or raised; a failure is plain text."""
    if answer.error is None:
        return "Completed", answer.output
    told = answer.error if answer.is_whole else f"Orchestrator function '{instance.name}' failed: {answer.error}"
    return "Failed", printable(told)


def completion(instance: Instance, timestamp: str, number: int = -1) -> Event:
    """The last event of a history, under the number that the engine would give next."""
    return Event(
        event_type=EventType.EXECUTION_COMPLETED,
        event_id=number,
        timestamp=timestamp,
        orchestration_status=instance.status,
        result=instance.output,
    )
