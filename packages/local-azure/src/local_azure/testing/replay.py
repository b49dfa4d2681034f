"""Replay recorded histories against today's code, as recorded and in other orders.

A recording is what `TaskHub.export_history(instance_id)` gives, as JSON:

    {"name": "analyze_window", "execution": "...", "status": "Completed", "output": "...",
     "payload": {"history": [...], "input": ..., "instanceId": ..., ...}}

Record one (`local_azure.testing.recording.record`), keep it beside the test, and hold the orchestrator to it:

    recording = Recording.load(Path(__file__).parent / "window.json")

    def test_a_recorded_window_replays_without_a_difference():
        assert_replays(analyze_window, recording)

    def test_the_order_of_completions_does_not_matter():
        assert_order_does_not_matter(analyze_window, recording)

An instance that continues as new keeps only its last execution, so record it while the one of interest runs.
"""

# The SDK's orchestrator wrapper is not typed.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import json
import random
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import azure.durable_functions as df
import msgspec

from local_azure.durable.action_replay import ActionReplay
from local_azure.durable.actions import Answer, parse_answer, parse_failure
from local_azure.durable.entity_messages import decode_operation
from local_azure.durable.episode import decision_event
from local_azure.durable.events import Event, EventType, decode, seconds, stamp
from local_azure.durable.inbox import order
from local_azure.durable.session import Session
from local_azure.durable.store import Instance
from local_azure.durable.tasks import Decision, DecisionKind
from local_azure.durable.worker import FunctionFailedError

Orchestrator = Callable[[Any], Any]

_SCHEDULING = {
    EventType.TASK_SCHEDULED,
    EventType.SUB_ORCHESTRATION_INSTANCE_CREATED,
    EventType.TIMER_CREATED,
    EventType.EVENT_SENT,
}
_OUTCOMES = {
    EventType.TASK_COMPLETED,
    EventType.TASK_FAILED,
    EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED,
    EventType.SUB_ORCHESTRATION_INSTANCE_FAILED,
}
_MOST_EPISODES = 10_000


class Recording(msgspec.Struct, frozen=True):
    """A recorded history. `output` is JSON text."""

    name: str
    execution: str
    status: str
    output: str | None
    payload: dict[str, Any]

    @classmethod
    def load(cls, path: Path) -> "Recording":
        """Read a recording from a file."""
        return msgspec.json.decode(path.read_bytes(), type=cls)

    @classmethod
    def of(cls, exported: dict[str, Any]) -> "Recording":
        """A recording from what the hub exports."""
        return msgspec.convert(exported, cls)

    def save(self, path: Path) -> None:
        """Write the recording to a file, as a person can read and compare it, free of the current folder's path."""
        text = msgspec.json.encode(self).replace(f"{Path.cwd()}/".encode(), b"")
        path.write_bytes(msgspec.json.format(text, indent=1) + b"\n")

    @property
    def events(self) -> list[Event]:
        """The history."""
        return [decode(json.dumps(event)) for event in self.payload["history"]]

    @property
    def instance(self) -> Instance:
        """The instance as it was."""
        started = seconds(self.events[0].timestamp)
        return Instance(
            id=self.payload["instanceId"],
            execution=self.execution,
            name=self.name,
            input=json.dumps(self.payload["input"]),
            parent=self.payload["parentInstanceId"],
            created=started,
            updated=started,
        )


def assert_replays(orchestrator: Orchestrator, recording: Recording) -> None:
    """Replay every episode: the code must schedule what the recording has, with the same inputs, and end the same.

    Raises AssertionError with the first difference, NonDeterminismError if the code cannot lead to the history.
    """
    session = Session(recording.instance, [])
    answer = Answer(is_done=False, actions=())
    for episode in _episodes(recording.events):
        taken = [event for event in episode if event.event_type not in _SCHEDULING]
        recorded = [event for event in episode if event.event_type in _SCHEDULING]
        answer, replay = _replay(orchestrator, session, taken)
        scheduled = [decision_event(d, session.instance, episode[0].timestamp) for d in replay.decide()]
        ours = [_essence(event, session.instance) for event in scheduled]
        theirs = [_essence(event, session.instance) for event in recorded]
        if [_as_told(our, their) for our, their in zip_longest(ours, theirs)] != theirs:
            raise AssertionError(f"{recording.name}: the code schedules {ours}, the recording has {theirs}")
        session.append(episode)
    _assert_ends_as_recorded(recording, answer)


def assert_order_does_not_matter(orchestrator: Orchestrator, recording: Recording, orders: int = 20) -> None:
    """Run the orchestrator with the recorded outcomes in other orders: it must end as recorded each time.

    Outcomes are found by name and input. Activities, sub-orchestrations and entities answer before any timer fires, and
    one to three at once. Raises AssertionError if the code asks for something that the recording has no outcome for.
    """
    for seed in range(orders):
        _assert_ends_as_recorded(recording, _run(orchestrator, recording, random.Random(seed)))


def _run(orchestrator: Orchestrator, recording: Recording, dice: random.Random) -> Answer:
    outcomes = _Outcomes(recording)
    session = Session(recording.instance, [])
    now = session.instance.created
    new = [event for event in recording.events if event.event_type is EventType.EXECUTION_STARTED]
    ready: list[Event] = []
    timers: list[Event] = []
    for _ in range(_MOST_EPISODES):
        started = Event(event_type=EventType.ORCHESTRATOR_STARTED, timestamp=stamp(now))
        answer, replay = _replay(orchestrator, session, [started, *new])
        decisions = replay.decide()
        cancelled = set(replay.cancelled_timers())
        if (answer.is_done or answer.error is not None) and not replay.has_open_tasks:
            return answer
        session.append([started, *new, *(decision_event(d, session.instance, stamp(now)) for d in decisions)])
        for decision in decisions:
            if outcome := outcomes.of(decision):
                (timers if decision.kind is DecisionKind.TIMER else ready).append(outcome)
        timers = [timer for timer in timers if timer.timer_id not in cancelled]
        ready += outcomes.external_events(replay)
        if not ready and timers:
            timers.sort(key=lambda timer: str(timer.fire_at))
            ready.append(timers.pop(0))
        if not ready:
            raise AssertionError(f"{recording.name}: the code waits for something that the recording does not have")
        dice.shuffle(ready)
        count = dice.randint(1, 3)
        new, ready = order(ready[:count], replay), ready[count:]
        now = max([now + 0.001, *(seconds(event.timestamp) for event in new)])
    raise AssertionError(f"{recording.name}: the orchestrator does not end")


class _Outcomes:
    """The outcomes of the recording's tasks, by task."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        scheduled = {event.event_id: event for event in recording.events if event.event_type in _SCHEDULING}
        self._by_task: dict[tuple[object, ...], list[Event]] = {}
        self._raised: list[Event] = []
        requests = {
            decode_operation(str(event.input)).id: event
            for event in scheduled.values()
            if event.event_type is EventType.EVENT_SENT
        }
        for event in recording.events:
            if event.event_type in _OUTCOMES and isinstance(event.task_scheduled_id, int):
                self._by_task.setdefault(_key(scheduled[event.task_scheduled_id]), []).append(event)
            elif event.event_type is EventType.EVENT_RAISED and event.name in requests:
                self._by_task.setdefault(_key(requests[str(event.name)]), []).append(event)
            elif event.event_type is EventType.EVENT_RAISED:
                self._raised.append(event)

    def of(self, decision: Decision) -> Event | None:
        """The outcome of a decision; None for a signal, and for a timer that was cancelled."""
        if decision.kind is DecisionKind.TIMER:
            fire_at = stamp(decision.fire_at)
            return (
                None
                if decision.is_cancelled
                else Event(
                    event_type=EventType.TIMER_FIRED, timestamp=fire_at, timer_id=decision.number, fire_at=fire_at
                )
            )
        if decision.is_signal:
            return None
        event = decision_event(decision, self._recording.instance, stamp(0))
        left = self._by_task.get(_key(event))
        if not left:
            raise AssertionError(f"the recording has no outcome for {decision.kind.value} {decision.name!r}")
        if decision.kind is DecisionKind.EVENT:
            return msgspec.structs.replace(left.pop(0), name=decision.request_id)
        return msgspec.structs.replace(left.pop(0), task_scheduled_id=decision.number)

    def external_events(self, replay: ActionReplay) -> list[Event]:
        """The recorded events that user code waits for now, in their order."""
        taken: set[str] = set()
        ready: list[Event] = []
        for event in list(self._raised):
            name = str(event.name)
            if name not in taken and replay.raised.waits_for(name):
                taken.add(name)
                ready.append(event)
                self._raised.remove(event)
        return ready


def _replay(orchestrator: Orchestrator, session: Session, new: list[Event]) -> tuple[Answer, ActionReplay]:
    try:
        answer = parse_answer(str(df.Orchestrator.create(orchestrator)(session.payload(new))))
    except FunctionFailedError:
        raise
    except Exception as error:  # noqa: BLE001 - the SDK raises what user code raises, with its actions in the message
        answer = parse_failure(FunctionFailedError(str(error)))
    replay = ActionReplay(answer.actions, session.instance.execution)
    for event in (*session.events, *new):
        replay.feed(event)
    return answer, replay


def _episodes(events: list[Event]) -> Iterator[list[Event]]:
    episode: list[Event] = []
    for event in events:
        if event.event_type is EventType.ORCHESTRATOR_STARTED and episode:
            yield episode
            episode = []
        episode.append(event)
    if episode:
        yield episode


def _key(event: Event) -> tuple[object, ...]:
    if event.event_type is EventType.EVENT_SENT:
        operation = decode_operation(str(event.input))
        return event.instance_id, operation.op, operation.input
    return event.event_type, str(event.name).lower(), event.input


class _Essence(NamedTuple):
    number: int
    kind: str
    name: object
    target: object
    given: object
    fire_at: float | None


def _essence(event: Event, instance: Instance) -> _Essence:
    """The parts of a decision that must not change; the engine chooses the ids of children that user code did not."""
    target = None if str(event.instance_id).startswith(f"{instance.execution}:") else event.instance_id
    given: object = event.input
    if event.event_type is EventType.EVENT_SENT:
        operation = decode_operation(str(event.input))
        given = (operation.op, operation.signal, operation.input)
    fire_at = seconds(event.fire_at) if isinstance(event.fire_at, str) else None
    return _Essence(event.event_id, event.event_type.name, event.name, target, given, fire_at)


def _as_told(our: _Essence | None, their: _Essence | None) -> _Essence | None:
    """Our decision without its input, where the recording does not tell it: Microsoft's extension leaves it out."""
    return our._replace(given=None) if our and their and their.given is None else our


def _assert_ends_as_recorded(recording: Recording, answer: Answer) -> None:
    if recording.status == "Completed":
        ours = json.loads(answer.output or "null")
        theirs = json.loads(recording.output or "null")
        if answer.error is not None or not answer.is_done or ours != theirs:
            raise AssertionError(f"{recording.name}: ends with {answer.error or ours!r}, the recording with {theirs!r}")
    elif recording.status == "Failed" and not (answer.error and answer.error in str(recording.output)):
        raise AssertionError(f"{recording.name}: fails with {answer.error!r}, the recording with {recording.output}")
