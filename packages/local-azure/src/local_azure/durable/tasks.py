"""The tasks behind an orchestrator's actions, resolved as the SDK resolves them, and the decisions they lead to."""

import json
import uuid
from collections.abc import Iterator
from enum import Enum

import msgspec

from local_azure.durable.actions import Action, ActionType, RetryOptions
from local_azure.durable.errors import UnusableActionError
from local_azure.durable.events import LATEST, Event, seconds

HTTP_ACTIVITY = "BuiltIn::HttpActivity"


class DecisionKind(Enum):
    """The engine's work; each kind has its own event in the history. The text names it in messages."""

    ACTIVITY = "an activity"
    SUB_ORCHESTRATION = "a sub-orchestration"
    TIMER = "a timer"
    EVENT = "an entity message"


class Task:
    """One activity, sub-orchestration, timer, HTTP call, entity operation or external event."""

    __slots__ = ("_attempts", "action", "failed", "retry", "retry_timer", "root", "succeeded")

    def __init__(self, action: Action, root: int) -> None:
        self.action = action
        self.root = root
        self.retry: RetryOptions | None = action.retry_options
        self.succeeded = False
        self.failed = False
        self.retry_timer = -1
        self._attempts = 0

    def tasks(self) -> Iterator["Task"]:
        """Itself."""
        yield self

    @property
    def is_resolved(self) -> bool:
        """True if the SDK would go on from here."""
        return self.succeeded or self.failed

    @property
    def is_settled(self) -> bool:
        """True if the extension would go on from here."""
        return self.succeeded or self.failed or self.action.is_canceled

    @property
    def only_waits(self) -> bool:
        """True if it schedules nothing and has no number: it waits for an external event."""
        return self.action.action_type is ActionType.WAIT_FOR_EXTERNAL_EVENT

    @property
    def is_exhausted(self) -> bool:
        """True if no attempt is left."""
        return self.retry is not None and self._attempts >= self.retry.max_number_of_attempts

    @property
    def retry_interval(self) -> float:
        """Seconds between two attempts."""
        return self.retry.first_retry_interval_in_milliseconds / 1000 if self.retry else 0.0

    def start_attempt(self) -> None:
        """It was scheduled."""
        self._attempts += 1
        self.retry_timer = -1

    def wait_to_retry(self, timer: int) -> None:
        """It failed and waits for the timer of this number."""
        self.retry_timer = timer

    def succeed(self) -> None:
        """It has a result."""
        self.succeeded = True

    def fail(self) -> None:
        """It failed for good."""
        self.failed = True


class Group:
    """`task_all` or `task_any` over tasks and groups."""

    __slots__ = ("_any", "_children")

    def __init__(self, children: "list[Node]", *, any_of: bool) -> None:
        self._children = children
        self._any = any_of

    def tasks(self) -> Iterator[Task]:
        """All tasks in it, in the order in which the SDK numbers them."""
        for child in self._children:
            yield from child.tasks()

    @property
    def only_waits(self) -> bool:
        """True if it schedules nothing: all in it wait for external events."""
        return all(child.only_waits for child in self._children)

    @property
    def failed(self) -> bool:
        """A group of all fails with its first child; a group of any never fails."""
        return not self._any and any(child.failed for child in self._children)

    @property
    def is_resolved(self) -> bool:
        """True if the SDK would go on from here: it does not wait for the rest after a first failure."""
        if self._any:
            return not self._children or any(child.is_resolved for child in self._children)
        return self.failed or all(child.is_resolved for child in self._children)

    @property
    def is_settled(self) -> bool:
        """True if the extension would go on from here: .NET's WhenAll waits for the rest after a failure too."""
        if self._any:
            return not self._children or any(child.is_settled for child in self._children)
        return all(child.is_settled for child in self._children)


Node = Task | Group


def build_node(action: Action, root: int) -> Node:
    """The task or group of an action; `root` is its place among the actions."""
    if action.action_type in {ActionType.WHEN_ANY, ActionType.WHEN_ALL}:
        children = [build_node(child, root) for child in action.compound_actions]
        return Group(children, any_of=action.action_type is ActionType.WHEN_ANY)
    return Task(action, root)


class Decision(msgspec.Struct, frozen=True):
    """Something new to schedule, under the number that the SDK gave it. `fire_at` is in seconds since 1970."""

    number: int
    kind: DecisionKind
    name: str = ""
    input: str | None = None
    instance_id: str = ""
    version: str | None = None
    fire_at: float = 0.0
    is_cancelled: bool = False
    request_id: str = ""
    is_signal: bool = False
    attempts: int | None = None
    """The number of attempts that retry options allow."""
    sent_at: str = ""
    predecessor: str = ""
    clashes_with: str = ""
    """An entity with messages of this execution whose id differs in case only."""

    @classmethod
    def of(cls, task: Task, number: int, execution_id: str) -> "Decision":
        """The decision that starts a task, or its next attempt."""
        action = task.action
        attempts = task.retry.max_number_of_attempts if task.retry else None
        match action.action_type:
            case ActionType.CREATE_TIMER:
                fire_at = _fire_at(action)
                return cls(number, DecisionKind.TIMER, fire_at=fire_at, is_cancelled=action.is_canceled)
            case ActionType.CALL_SUB_ORCHESTRATOR | ActionType.CALL_SUB_ORCHESTRATOR_WITH_RETRY:
                return cls(
                    number,
                    DecisionKind.SUB_ORCHESTRATION,
                    action.function_name,
                    action.input,
                    instance_id=action.instance_id or f"{execution_id}:{number}",
                    version=action.version,
                    attempts=attempts,
                )
            case ActionType.CALL_ENTITY | ActionType.SIGNAL_ENTITY:
                return cls(
                    number,
                    DecisionKind.EVENT,
                    action.operation,
                    action.input,
                    instance_id=action.instance_id or "",
                    request_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{execution_id}:{number}")),
                    is_signal=action.action_type is ActionType.SIGNAL_ENTITY,
                )
            case ActionType.CALL_HTTP:
                return cls(number, DecisionKind.ACTIVITY, HTTP_ACTIVITY, json.dumps(action.http_request))
            case _:
                return cls(number, DecisionKind.ACTIVITY, action.function_name, action.input, attempts=attempts)

    @classmethod
    def retry_timer(cls, number: int, task: Task, fire_at: float) -> "Decision":
        """The timer between two attempts. The SDK waits for one even after the last attempt; that one is immediate."""
        return cls(number, DecisionKind.TIMER, fire_at=min(fire_at, LATEST), name=task.action.function_name)

    def matches(self, event: Event) -> bool:
        """True if this is what the history says was scheduled; names are what users change by mistake."""
        match self.kind:
            case DecisionKind.ACTIVITY | DecisionKind.SUB_ORCHESTRATION:
                return self.name.lower() == str(event.name).lower()
            case DecisionKind.EVENT:
                return self.instance_id == event.instance_id
            case DecisionKind.TIMER:
                return True


def _fire_at(action: Action) -> float:
    try:
        return seconds(action.fire_at)
    except (ValueError, OverflowError) as error:
        raise UnusableActionError(f"a timer cannot fire at {action.fire_at!r}") from error
