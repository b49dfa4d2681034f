"""Match the actions of an orchestrator with its history: which are new, under which number, and what is still open.

The SDK numbers everything that it schedules with one counter, and so must the engine, in the same order. The SDK gives
a number (a) to a retry timer and to a rescheduled attempt while it works through an event, and (b) to whatever user
code yields, in the order of the actions. An episode therefore puts the events that lead to (a) first (see
`allocates`); then the numbers of its actions follow those of its events, and no guess about user code is needed.
"""

from collections.abc import Iterable, Sequence

from local_azure.durable.actions import Action, ActionType
from local_azure.durable.events import Event, EventType, seconds
from local_azure.durable.non_determinism import NonDeterminismError
from local_azure.durable.raised_events import RaisedEvents
from local_azure.durable.sent_times import SentTimes
from local_azure.durable.tasks import Decision, DecisionKind, Node, Task, build_node

_DECISION_OF_EVENT = {
    EventType.TASK_SCHEDULED: DecisionKind.ACTIVITY,
    EventType.SUB_ORCHESTRATION_INSTANCE_CREATED: DecisionKind.SUB_ORCHESTRATION,
    EventType.TIMER_CREATED: DecisionKind.TIMER,
    EventType.EVENT_SENT: DecisionKind.EVENT,
}
_SUCCESS = {EventType.TASK_COMPLETED, EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED}
_FAILURE = {EventType.TASK_FAILED, EventType.SUB_ORCHESTRATION_INSTANCE_FAILED}
_HELD_BY_SUSPENSION = _SUCCESS | _FAILURE | {EventType.TIMER_FIRED, EventType.EVENT_RAISED}
_DEPENDS_ON_WHAT_COMES = {EventType.EVENT_RAISED, EventType.EXECUTION_SUSPENDED, EventType.EXECUTION_RESUMED}
"""Events that are matched with actions of later episodes too, so a state with one in it is built from the start."""


class ActionReplay:
    """The state of one execution: fed with its whole history once, then with each new event."""

    def __init__(self, actions: Iterable[Action], execution_id: str) -> None:
        self._execution_id = execution_id
        self._actions = tuple(actions)
        self._can_grow = True
        self._roots: list[Node] = [build_node(action, number) for number, action in enumerate(self._actions)]
        self._invoked = 0
        self._settled = 0
        """The number of roots from the first on that the extension has done with."""
        self._next_id = 0
        self._now = 0.0
        self._pending: dict[int, Decision] = {}
        self._open: dict[int, Task] = {}
        self._cancelled: dict[int, Task] = {}
        """Timers that nobody waits for and that fire all the same."""
        self._calls: dict[str, Task] = {}
        self.raised = RaisedEvents()
        self._sent = SentTimes()
        self._while_suspended: list[Event] | None = None
        self._touched: set[int] = set()

    # --- events ---

    def feed(self, event: Event) -> None:
        """Take in the next event of the history. Raises NonDeterminismError if the actions do not lead to it."""
        kind = event.event_type
        if kind in _DEPENDS_ON_WHAT_COMES:
            self._can_grow = False
        if self._while_suspended is not None and kind in _HELD_BY_SUSPENSION:
            self._while_suspended.append(event)
        elif kind is EventType.EXECUTION_SUSPENDED:
            self._while_suspended = self._while_suspended or []
        elif kind is EventType.EXECUTION_RESUMED:
            held, self._while_suspended = self._while_suspended or [], None
            for each in held:
                self.feed(each)
        elif kind is EventType.ORCHESTRATOR_STARTED:
            self._begin_episode(seconds(event.timestamp))
        elif kind in _DECISION_OF_EVENT:
            self._confirm(event, _DECISION_OF_EVENT[kind])
        elif kind in _SUCCESS:
            self._finish(_number(event.task_scheduled_id), failed=False)
        elif kind in _FAILURE:
            self._finish(_number(event.task_scheduled_id), failed=True)
        elif kind is EventType.TIMER_FIRED:
            self._fire(_number(event.timer_id))
        elif kind is EventType.EVENT_RAISED:
            self._raise(str(event.name))
        if kind is not EventType.ORCHESTRATOR_STARTED:
            # A group with a cancelled timer in it is done at once: what follows has its numbers before a retry in it.
            self._invoke_settled()

    def _begin_episode(self, now: float) -> None:
        self._now = max(self._now, now)
        if self._invoked == len(self._roots) and self._all_settled():
            # A replay of all carries out the next action in an episode of before: it is earlier, and its number may be
            # that of a retry of now.
            self._can_grow = False

    def _confirm(self, event: Event, kind: DecisionKind) -> None:
        self._invoke_settled()
        number = event.event_id
        undone = None if number in self._pending else self._undone()
        while number not in self._pending:
            # Histories of before have what follows a group that failed and had not ended.
            if self._invoked == len(self._roots) or number < self._next_id:
                raise NonDeterminismError.missing(event, undone or [])
            self._invoke_next()
        decision = self._pending.pop(number)
        if decision.kind is not kind or not decision.matches(event):
            if undone is not None:
                raise NonDeterminismError.missing(event, undone)
            raise NonDeterminismError.different(event, decision, kind, [decision, *self._undone()])

    def _undone(self) -> list[Decision]:
        return [self._pending[number] for number in sorted(self._pending)]

    def _finish(self, number: int, *, failed: bool) -> None:
        task = self._open.pop(number, None)
        if task is None:
            return
        self._touched.add(task.root)
        if not failed:
            task.succeed()
        elif task.retry is None:
            task.fail()
        else:
            timer = self._allocate(task)
            task.wait_to_retry(timer)
            fire_at = self._now if task.is_exhausted else self._now + task.retry_interval
            self._decide(Decision.retry_timer(timer, task, fire_at))

    def _fire(self, number: int) -> None:
        task = self._open.pop(number, None) or self._cancelled.pop(number, None)
        if task is None:
            return
        self._touched.add(task.root)
        if task.retry_timer != number:
            task.succeed()
        elif task.is_exhausted:
            task.fail()
        else:
            attempt = self._allocate(task)
            task.start_attempt()
            self._decide(Decision.of(task, attempt, self._execution_id))

    def _raise(self, name: str) -> None:
        task = self._calls.pop(name, None)
        if task is None:
            # Waiting takes no number, so nothing in the history tells that user code had come this far.
            self._invoke_waits()
            task = self.raised.receiver(name)
            if task is None:
                return
        self._touched.add(task.root)
        task.succeed()

    # --- actions ---

    def decide(self) -> list[Decision]:
        """Number the actions whose turn it is, and give everything that the history does not have, in order.

        The extension carries out one action after the other. So what user code asks for once a `task_all` has failed
        comes when the rest of that group has ended as well. While the instance is suspended nothing is given: what user
        code has come to waits for the end of the suspension, or is lost if the instance ends before.
        """
        while self._invoked < len(self._roots) and (self._roots[self._invoked].only_waits or self._all_settled()):
            self._invoke_next()
        if self.is_suspended:
            return []
        decisions = [self._pending[number] for number in sorted(self._pending)]
        self._pending.clear()
        self._touched.clear()
        return decisions

    def grow(self, actions: tuple[Action, ...]) -> bool:
        """Go on with the actions of the next replay, if they are those of before and more behind them.

        Gives False and does nothing if the state must be built from the start. If it gives True, the state is the one
        that would be built: each event was fed once all actions of its time had their numbers.
        """
        place = len(self._actions)
        if not self._can_grow or self._invoked < place or actions[:place] != self._actions:
            return False
        self._roots += [build_node(action, number) for number, action in enumerate(actions[place:], place)]
        self._actions = actions
        return True

    def cancelled_timers(self) -> list[int]:
        """Timers that user code has cancelled; they no longer count as open.

        The storage provider cannot take a timer back, so they fire if the instance is still there when they are due.
        """
        cancelled = [number for number, task in self._open.items() if task.action.is_canceled]
        for number in cancelled:
            self._cancelled[number] = self._open.pop(number)
        return cancelled

    def _all_settled(self) -> bool:
        """True if every action that was carried out has ended."""
        while self._settled < self._invoked and self._roots[self._settled].is_settled:
            self._settled += 1
        return self._settled == self._invoked

    def _invoke_settled(self) -> None:
        while self._invoked < len(self._roots) and self._all_settled():
            self._invoke_next()

    def _invoke_waits(self) -> None:
        while self._invoked < len(self._roots) and self._roots[self._invoked].only_waits:
            self._invoke_next()

    def _invoke_next(self) -> None:
        root = self._roots[self._invoked]
        self._invoked += 1
        for task in root.tasks():
            self._invoke(task)

    def _invoke(self, task: Task) -> None:
        match task.action.action_type:
            case ActionType.WAIT_FOR_EXTERNAL_EVENT:
                self.raised.wait(task)
            case ActionType.CONTINUE_AS_NEW:
                task.succeed()
            case ActionType.SIGNAL_ENTITY | ActionType.CALL_ENTITY:
                decision = Decision.of(task, self._next_id, self._execution_id)
                self._next_id += 1
                self._decide(self._sent.stamped(decision, self._now))
                if task.action.action_type is ActionType.SIGNAL_ENTITY:
                    task.succeed()
                else:
                    self._calls[decision.request_id] = task
            case _:
                number = self._allocate(task)
                task.start_attempt()
                self._decide(Decision.of(task, number, self._execution_id))

    def _allocate(self, task: Task) -> int:
        number = self._next_id
        self._next_id += 1
        self._open[number] = task
        return number

    def _decide(self, decision: Decision) -> None:
        self._pending[decision.number] = decision

    # --- questions ---

    @property
    def has_open_tasks(self) -> bool:
        """True while something is to be carried out or has not ended; until then no instance ends."""
        return bool(self._open) or self._invoked < len(self._roots) or not self._all_settled()

    @property
    def open_tasks(self) -> int:
        """The number of activities, timers and sub-orchestrations that have not ended."""
        return len(self._open)

    def is_open(self, number: int) -> bool:
        """True if a completion of this number is awaited; any other is a duplicate or came too late."""
        return number in self._open or number in self._cancelled

    def allocates(self, event: Event) -> bool:
        """True if this event makes the SDK give a number before user code runs on."""
        if event.event_type in _FAILURE:
            task = self._open.get(_number(event.task_scheduled_id))
            return task is not None and task.retry is not None
        if event.event_type is EventType.TIMER_FIRED:
            number = _number(event.timer_id)
            task = self._open.get(number)
            return task is not None and task.retry_timer == number and not task.is_exhausted
        return False

    @property
    def next_number(self) -> int:
        """The number that is given next."""
        return self._next_id

    @property
    def is_suspended(self) -> bool:
        """True between a suspension and the resumption after it: events are held, and so is what is decided."""
        return self._while_suspended is not None

    def release(self) -> list[Event]:
        """Take out the events that a suspension holds."""
        held, self._while_suspended = self._while_suspended or [], []
        return held

    def continues_as_new(self) -> bool:
        """True once everything before the action that continues as new is resolved."""
        for place, root in enumerate(self._roots):
            if isinstance(root, Task) and root.action.action_type is ActionType.CONTINUE_AS_NEW:
                return True
            if place >= self._invoked and root.only_waits:
                self._invoke_waits()
            if not root.is_settled and not _is_signal(root):
                return False
        return False

    def may_run_on(self) -> bool:
        """True if the events fed since the last `decide` can make user code run on.

        They cannot if user code is blocked on its last action, that action is not resolved, and every event was for
        it. A task outside of it may be part of what user code yielded again, and a long timer adds its chunks as
        actions of their own, so both count as progress.
        """
        if not self._roots:
            return True
        last = len(self._roots) - 1
        root = self._roots[last]
        if isinstance(root, Task) and root.action.action_type is ActionType.CREATE_TIMER:
            return True
        return bool(self._touched - {last}) or root.is_resolved


def _number(value: object) -> int:
    return value if isinstance(value, int) else -1


def _is_signal(node: Node) -> bool:
    return isinstance(node, Task) and node.action.action_type is ActionType.SIGNAL_ENTITY


def events_after_continuation(
    actions: Iterable[Action], execution_id: str, history: Sequence[Event], new: Sequence[Event]
) -> int:
    """The number of events, answers of entities among them, that come behind the end of an execution.

    They are the last ones of all that was raised. The execution ends where everything before the action that continues
    as new is done: that may be long before user code comes to it, as a group with a cancelled timer is done at once.
    """
    replay = ActionReplay(actions, execution_id)
    behind = 0
    for event in (*history, *new):
        held = replay.release() if event.event_type is EventType.EXECUTION_RESUMED else []
        for each in (event, *held):
            if each.event_type is EventType.EVENT_RAISED and not replay.is_suspended and replay.continues_as_new():
                behind += 1
            else:
                replay.feed(each)
    return behind
