"""Work on an instance: take its messages, replay user code if it can go on, commit what follows."""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence

import msgspec

from local_azure.durable.action_replay import ActionReplay, events_after_continuation
from local_azure.durable.actions import Answer, parse_answer, parse_failure, to_json
from local_azure.durable.context import HubContext
from local_azure.durable.endings import completion, continuation, outcome
from local_azure.durable.episode import Episode, commit, decision_event
from local_azure.durable.errors import SupersededError, UnusableActionError
from local_azure.durable.events import Event, EventType, decode, next_execution, printable, stamp
from local_azure.durable.inbox import PAGE, Batch, next_batch, order
from local_azure.durable.non_determinism import NonDeterminismError
from local_azure.durable.session import Session
from local_azure.durable.status import status_problem
from local_azure.durable.store import Instance
from local_azure.durable.tasks import Decision
from local_azure.durable.validation import first_problem, missing_function
from local_azure.durable.versions import accepts
from local_azure.durable.worker import FunctionFailedError

log = logging.getLogger(__name__)

_STATUS_AFTER = {EventType.EXECUTION_SUSPENDED: "Suspended", EventType.EXECUTION_RESUMED: "Running"}
_SHORT = 64
"""Events. Over a shorter history user code is asked in every episode, as under the extension; that costs nothing."""
_QUIET = {
    EventType.ORCHESTRATOR_STARTED,
    EventType.TASK_COMPLETED,
    EventType.TASK_FAILED,
    EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED,
    EventType.SUB_ORCHESTRATION_INSTANCE_FAILED,
    EventType.TIMER_FIRED,
}
"""Events that come in numbers: user code is asked again only if they can make it run on. After others it always is."""


class Orchestrator:
    """Handles one instance at a time."""

    def __init__(self, context: HubContext) -> None:
        self._store = context.store
        self._sessions = context.sessions
        self._worker = context.worker
        self._clock = context.clock
        self._settings = context.settings
        self._listener = context.listener

    async def work(self, instance_id: str) -> None:
        """Work on the instance until its inbox holds nothing that it can take."""
        session = self._sessions.open(instance_id)
        if session is None:
            self._store.discard_messages(instance_id)
            return
        try:
            if not self._works_on(session) and not self._ends_unworked(session):
                log.warning("%s waits for another deployment: %s", instance_id, self._other_version(session.instance))
                self._sessions.drop(instance_id)
                return
            is_new_here = session.replay is None and session.events and not session.instance.is_finished
            if is_new_here and not self._is_rewound(instance_id):
                await self._warm_up(session)
            session.arrived = 0
            while not session.instance.is_finished and (batch := next_batch(self._store, instance_id)):
                await self._take(session, batch)
                # User code may never wait; others get their turn between two episodes.
                await asyncio.sleep(0)
        except SupersededError:
            self._sessions.drop(instance_id)
            self._listener.committed([instance_id])
            return
        except BaseException:
            # What is in memory may be ahead of the store; the store has the truth.
            self._sessions.drop(instance_id)
            raise
        if session.instance.is_finished:
            self._sessions.drop(instance_id)
            self._listener.finished(instance_id)
        else:
            self._sessions.rest(session)

    def _works_on(self, session: Session) -> bool:
        """True if the deployment works on instances of this version."""
        settings = self._settings
        return accepts(settings.version_match, settings.default_version, session.instance.version)

    def _ends_unworked(self, session: Session) -> bool:
        """End an instance of another version if it is to fail or was terminated; False if it waits for another."""
        if self._settings.fail_other_versions:
            reason = self._other_version(session.instance)
            self._finish(session, Batch(), [self._started(session)], "Failed", reason)
            return True
        messages = self._store.messages(session.instance.id, limit=PAGE)
        events = [decode(message.body) for message in messages]
        for event in events:
            if event.event_type is EventType.EXECUTION_TERMINATED:
                reason = event.input if isinstance(event.input, str) else None
                self._finish(session, Batch(messages, events), [self._started(session), *events], "Terminated", reason)
                return True
        return False

    def _other_version(self, instance: Instance) -> str:
        return f"version {instance.version!r} is not worked on by a deployment of {self._settings.default_version!r}"

    def _is_rewound(self, instance_id: str) -> bool:
        """True if a rewind waits: its episode replays the history anyway."""
        events = next_batch(self._store, instance_id).events
        return bool(events) and events[0].event_type is EventType.GENERIC_EVENT

    async def _warm_up(self, session: Session) -> None:
        """Replay a history that was read from the store, so that what comes in can be matched with the actions."""
        try:
            decisions = await self._replay(session, [])
        except (NonDeterminismError, UnusableActionError):
            # The episode that takes in what has come replays all of it, and fails.
            session.replay = session.answer = None
            return
        if decisions:
            # Changed code may ask for more than it did when the history was written.
            self._conclude(session, Batch(), [self._started(session)], decisions)

    async def _take(self, session: Session, batch: Batch) -> None:
        new = [self._started(session), *order(batch.events, session.replay)]
        if batch.continues:
            # DurableTask has begun the history of a later generation with an episode that ended at once.
            new.append(Event(event_type=EventType.ORCHESTRATOR_COMPLETED, timestamp=new[0].timestamp))
        _warn_of_early_events(session, new)
        if not self._worker.has_orchestrator(session.instance.name):
            missing = missing_function(self._worker, session.instance.name, "orchestrator")
            reason = f"Orchestrator function '{session.instance.name}' failed: {missing}"
            self._finish(session, batch, new, "Failed", reason)
            return
        try:
            decisions = await self._decide(session, new)
        except UnusableActionError as error:
            self._finish(session, batch, [self._started(session), *batch.events], "Failed", str(error))
            return
        except NonDeterminismError as error:
            _take_status(session)
            events = [decision_event(decision, session.instance, new[0].timestamp) for decision in error.decisions]
            new = [self._started(session), *batch.events, *events]
            self._finish(session, batch, new, "Failed", str(error), decisions=error.decisions)
            return
        if batch.command is not None and batch.command.event_type is EventType.EXECUTION_TERMINATED:
            _take_status(session)
            reason = batch.command.input
            self._finish(session, batch, new, "Terminated", reason if isinstance(reason, str) else None)
            return
        self._conclude(session, batch, new, decisions)

    def _started(self, session: Session) -> Event:
        now = max(self._clock.timestamp(), session.last_timestamp)
        return Event(event_type=EventType.ORCHESTRATOR_STARTED, timestamp=stamp(now))

    # --- replaying ---

    async def _decide(self, session: Session, new: list[Event]) -> list[Decision]:
        replay, answer = session.replay, session.answer
        if replay is None or answer is None:
            return await self._replay(session, new)
        for event in new:
            replay.feed(event)
        asks_again = session.length < _SHORT or any(event.event_type not in _QUIET for event in new)
        if not asks_again and (answer.is_done or answer.error is not None or not replay.may_run_on()):
            return replay.decide()
        return await self._replay(session, new)

    async def _replay(self, session: Session, new: list[Event]) -> list[Decision]:
        began = time.perf_counter()
        try:
            text = await self._worker.run_orchestrator(session.instance.name, session.payload(new))
            answer = parse_answer(text)
        except FunctionFailedError as error:
            answer = parse_failure(error)
        except Exception as error:
            log.exception("orchestrator %s could not be run", session.instance.name)
            answer = Answer(is_done=False, actions=(), error=f"{type(error).__name__}: {error}")
        if answer.custom_status is not None and (problem := status_problem(answer.custom_status)):
            # The extension sets the status first, and comes to no action.
            answer = Answer(is_done=False, actions=(), error=problem)
        before, replay = session.answer, session.replay
        session.answer = answer
        # A state that has taken in the new events goes on: else a chain would cost the square of its length here too.
        if replay is None or before is None or before.is_done or before.error or not replay.grow(answer.actions):
            session.replay = replay = ActionReplay(answer.actions, session.instance.execution)
            for event in (*session.events, *new):
                replay.feed(event)
        decisions = replay.decide()
        session.replay_seconds = time.perf_counter() - began
        return decisions

    # --- concluding ---

    def _conclude(self, session: Session, batch: Batch, new: list[Event], decisions: list[Decision]) -> None:
        replay, answer = session.replay, session.answer
        if replay is None or answer is None:
            raise AssertionError("an episode concludes after a replay")
        if problem := first_problem(self._worker, session.instance, decisions):
            self._finish(session, batch, new, "Failed", problem)
            return
        now = max(self._clock.timestamp(), session.last_timestamp)
        timestamp = stamp(now)
        custom_status = answer.custom_status
        if custom_status is None and batch.continues:
            # The first episode of a later generation keeps the status of the one before, unless it is its last as well;
            # any other sets its own.
            custom_status = session.instance.custom_status
        instance = msgspec.structs.replace(
            session.instance, **_standing(session.instance, batch.command), updated=now, custom_status=custom_status
        )
        replay.cancelled_timers()
        finished = (answer.is_done or answer.error is not None) and not replay.has_open_tasks
        # A suspended instance ends too, if nothing is open: what user code has cancelled holds it no longer.
        if finished and answer.error is None and (action := continuation(answer)) is not None:
            instance = msgspec.structs.replace(
                instance,
                execution=next_execution(),
                status="Running",
                input=to_json(action),
                output=session.instance.output,
                custom_status=answer.custom_status,
                created=now,
            )
            self._continue_as_new(session, batch, instance, new, decisions)
            return
        alone = len(new)
        new += [decision_event(decision, session.instance, timestamp) for decision in decisions]
        if finished:
            status, output = outcome(instance, answer)
            instance = msgspec.structs.replace(instance, status=status, output=output)
            new.append(completion(instance, timestamp, replay.next_number))
        if batch.continues:
            new[alone - 1] = msgspec.structs.replace(new[alone - 1], is_played=True)
        if not batch.continues or len(new) > alone:
            new.append(Event(event_type=EventType.ORCHESTRATOR_COMPLETED, timestamp=timestamp))
        self._commit(session, instance, new, batch.taken, decisions=decisions)

    def _continue_as_new(
        self, session: Session, batch: Batch, instance: Instance, new: list[Event], decisions: list[Decision]
    ) -> None:
        history = (*session.events, *new)
        started = next((event for event in history if event.event_type is EventType.EXECUTION_STARTED), None)
        episode = Episode(
            instance=instance,
            execution=session.instance.execution,
            length=session.length,
            events=[],
            taken=batch.taken,
            decisions=decisions,
            continues_as_new=True,
            carried=self._behind_continuation(session, batch, new),
            parent=(started.parent_instance or None) if started else None,
        )
        woken = commit(self._store, episode, instance.updated, self._settings)
        session.restart(instance)
        self._listener.committed([instance.id, *woken])

    def _behind_continuation(self, session: Session, batch: Batch, new: list[Event]) -> list[Event]:
        """The events that came behind the end of the generation: the next one gets them, and no other."""
        replay, answer = session.replay, session.answer
        if replay is None or answer is None:
            return []
        before, fresh = _raised(session.events), _raised(new)
        if not (before or fresh):
            return []
        count = events_after_continuation(answer.actions, session.instance.execution, session.events, new)
        if count > len(fresh):
            # The session keeps no payloads of what is in the history.
            before = _raised(map(decode, self._store.history(session.instance.id)))
        carried = [*before, *fresh][len(before) + len(fresh) - count :]
        names = {event.name for event in carried}
        if lost := [name for name in replay.lost_events() if name not in names]:
            log.warning("%s continues as new without the events %s: nobody waited for them", session.instance.id, lost)
        return carried

    def _finish(
        self,
        session: Session,
        batch: Batch,
        events: list[Event],
        status: str,
        reason: str | None,
        *,
        decisions: Sequence[Decision] = (),
    ) -> None:
        now = max(self._clock.timestamp(), session.last_timestamp)
        # A reason goes out as it came in: one that is JSON is shown as that value.
        output = session.instance.output if reason is None else printable(reason)
        instance = msgspec.structs.replace(session.instance, status=status, output=output, updated=now)
        events = [*events, completion(instance, stamp(now))]
        events.append(Event(event_type=EventType.ORCHESTRATOR_COMPLETED, timestamp=stamp(now)))
        self._commit(session, instance, events, batch.taken, decisions=decisions)

    def _commit(
        self,
        session: Session,
        instance: Instance,
        events: list[Event],
        taken: list[int],
        *,
        decisions: Sequence[Decision] = (),
    ) -> None:
        episode = Episode(
            instance=instance,
            execution=instance.execution,
            length=session.length,
            events=events,
            taken=taken,
            decisions=decisions,
        )
        woken = commit(self._store, episode, instance.updated, self._settings)
        session.append(events)
        session.instance = instance
        self._listener.committed(woken)


def _raised(events: Iterable[Event]) -> list[Event]:
    return [event for event in events if event.event_type is EventType.EVENT_RAISED]


def _take_status(session: Session) -> None:
    """Show the custom status of the last replay, whatever becomes of its actions."""
    if session.answer is not None:
        status = session.answer.custom_status
        session.instance = msgspec.structs.replace(session.instance, custom_status=status)


def _standing(instance: Instance, command: Event | None) -> dict[str, str | None]:
    """Status and output of an instance that goes on; suspending and resuming leave their reason as output."""
    if command is not None and command.event_type in _STATUS_AFTER:
        reason = command.reason if isinstance(command.reason, str) else None
        return {"status": _STATUS_AFTER[command.event_type], "output": reason}
    return {"status": "Running" if instance.status == "Pending" else instance.status}


def _warn_of_early_events(session: Session, new: list[Event]) -> None:
    """Say in the log which event the SDK is about to forget."""
    replay = session.replay
    names: set[str] = set()
    for event in new:
        if event.event_type is not EventType.EVENT_RAISED or (replay and replay.waits_for(str(event.name))):
            continue
        again = str(event.name) in names or (replay is not None and replay.has_early(str(event.name)))
        names.add(str(event.name))
        if again:
            log.warning(
                "%s: two events %r came before anybody waited for them: the SDK of 1.x gives the second one twice",
                session.instance.id,
                event.name,
            )
