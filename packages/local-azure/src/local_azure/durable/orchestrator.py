"""Work on an instance: take its messages, replay user code if it can go on, commit what follows."""

import asyncio
import logging
import time

import msgspec

from local_azure.durable.action_replay import ActionReplay
from local_azure.durable.actions import Answer, parse_answer, parse_failure
from local_azure.durable.conclusions import Conclusions
from local_azure.durable.context import HubContext
from local_azure.durable.episode import decision_event
from local_azure.durable.errors import SupersededError, UnusableActionError
from local_azure.durable.events import Event, EventType, decode, stamp
from local_azure.durable.inbox import PAGE, Batch, next_batch, order
from local_azure.durable.non_determinism import NonDeterminismError
from local_azure.durable.session import Session
from local_azure.durable.status import status_problem
from local_azure.durable.store import Instance
from local_azure.durable.tasks import Decision
from local_azure.durable.validation import missing_function
from local_azure.durable.versions import accepts
from local_azure.durable.worker import FunctionFailedError

log = logging.getLogger(__name__)

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
        self._conclusions = Conclusions(context)

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
            self._conclusions.finish(session, Batch(), [self._started(session)], "Failed", reason)
            return True
        messages = self._store.messages(session.instance.id, limit=PAGE)
        events = [decode(message.body) for message in messages]
        for event in events:
            if event.event_type is EventType.EXECUTION_TERMINATED:
                reason = event.input if isinstance(event.input, str) else None
                if not session.length:
                    self._conclusions.end_unbegun(session, Batch(messages, events), reason)
                    return True
                self._conclusions.finish(
                    session, Batch(messages, events), [self._started(session), *events], "Terminated", reason
                )
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
            self._conclusions.conclude(session, Batch(), [self._started(session)], decisions)

    async def _take(self, session: Session, batch: Batch) -> None:
        new = [self._started(session), *order(batch.events, session.replay)]
        if batch.continues:
            # DurableTask has begun the history of a later generation with an episode that ended at once.
            new.append(Event(event_type=EventType.ORCHESTRATOR_COMPLETED, timestamp=new[0].timestamp))
        _warn_of_early_events(session, new)
        if not self._worker.has_orchestrator(session.instance.name):
            missing = missing_function(self._worker, session.instance.name, "orchestrator")
            reason = f"Orchestrator function '{session.instance.name}' failed: {missing}"
            self._conclusions.finish(session, batch, new, "Failed", reason)
            return
        try:
            decisions = await self._decide(session, new)
        except UnusableActionError as error:
            self._conclusions.finish(session, batch, [self._started(session), *batch.events], "Failed", str(error))
            return
        except NonDeterminismError as error:
            _take_status(session)
            events = [decision_event(decision, session.instance, new[0].timestamp) for decision in error.decisions]
            new = [self._started(session), *batch.events, *events]
            self._conclusions.finish(session, batch, new, "Failed", str(error), decisions=error.decisions)
            return
        if batch.command is not None and batch.command.event_type is EventType.EXECUTION_TERMINATED:
            _take_status(session)
            reason = batch.command.input
            self._conclusions.finish(session, batch, new, "Terminated", reason if isinstance(reason, str) else None)
            return
        self._conclusions.conclude(session, batch, new, decisions)

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
            # The extension sets the status first, and comes to no action. Behind a failure it does not catch this one.
            answer = Answer(is_done=False, actions=(), error=problem, is_whole=answer.error is not None)
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


def _take_status(session: Session) -> None:
    """Show the custom status of the last replay, whatever becomes of its actions."""
    if session.answer is not None:
        status = session.answer.custom_status
        session.instance = msgspec.structs.replace(session.instance, custom_status=status)


def _warn_of_early_events(session: Session, new: list[Event]) -> None:
    """Say in the log which event the SDK is about to forget."""
    replay = session.replay
    names: set[str] = set()
    for event in new:
        if event.event_type is not EventType.EVENT_RAISED or (replay and replay.raised.waits_for(str(event.name))):
            continue
        again = str(event.name) in names or (replay is not None and replay.raised.has_early(str(event.name)))
        names.add(str(event.name))
        if again:
            log.warning(
                "%s: two events %r came before anybody waited for them: the SDK of 1.x gives the second one twice",
                session.instance.id,
                event.name,
            )
