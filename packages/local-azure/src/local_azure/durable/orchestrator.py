"""Work on an instance: take its messages, replay user code if it can go on, commit what follows."""

import asyncio
import logging
import time
import uuid
from collections.abc import Sequence

import msgspec

from local_azure.durable.action_replay import ActionReplay
from local_azure.durable.actions import Answer, parse_answer, parse_failure, to_json
from local_azure.durable.context import HubContext
from local_azure.durable.endings import completion, continuation, outcome, rewindable
from local_azure.durable.episode import Episode, commit, decision_event
from local_azure.durable.errors import SupersededError, UnusableActionError
from local_azure.durable.events import Event, EventType, printable, stamp
from local_azure.durable.inbox import Batch, next_batch, order, release_external_events
from local_azure.durable.non_determinism import NonDeterminismError
from local_azure.durable.session import Session
from local_azure.durable.store import Instance
from local_azure.durable.tasks import Decision
from local_azure.durable.validation import first_problem
from local_azure.durable.versions import accepts
from local_azure.durable.worker import FunctionFailedError

log = logging.getLogger(__name__)

_CONTROL_STATUS = {EventType.EXECUTION_SUSPENDED: "Suspended", EventType.EXECUTION_RESUMED: "Running"}


class Orchestrator:
    """Handles one instance at a time."""

    def __init__(self, context: HubContext) -> None:
        self._store = context.store
        self._sessions = context.sessions
        self._worker = context.worker
        self._clock = context.clock
        self._settings = context.settings
        self._default_version = context.settings.default_version
        self._listener = context.listener

    async def work(self, instance_id: str) -> None:
        """Work on the instance until its inbox holds nothing that it can take."""
        session = self._sessions.open(instance_id)
        if session is None:
            self._store.discard_messages(instance_id)
            return
        try:
            if not self._works_on(session):
                return
            if session.replay is None and session.events and not session.instance.is_finished:
                await self._warm_up(session)
            while not session.instance.is_finished and (
                batch := next_batch(self._store, session) or release_external_events(self._store, session)
            ):
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
        """Whether the deployment works on instances of this version; if not, they fail or are left to another one."""
        instance, settings = session.instance, self._settings
        if accepts(settings.version_match, settings.default_version, instance.version):
            return True
        reason = f"version {instance.version!r} is not worked on by a deployment of {settings.default_version!r}"
        if settings.fail_other_versions:
            self._finish(session, Batch([], []), [self._started(session)], "Failed", reason)
            return True
        log.warning("%s waits for another deployment: %s", instance.id, reason)
        self._sessions.drop(instance.id)
        return False

    async def _warm_up(self, session: Session) -> None:
        """Replay a history that was read from the store, so that what comes in can be matched with the actions."""
        nothing = Batch([], [])
        started = self._started(session)
        try:
            decisions = await self._replay(session, [])
        except (NonDeterminismError, UnusableActionError) as error:
            self._finish(session, nothing, [started], "Failed", str(error))
            return
        if decisions:
            # Changed code may ask for more than it did when the history was written.
            self._conclude(session, nothing, [started], decisions)

    async def _take(self, session: Session, batch: Batch) -> None:
        if batch.control is not None:
            self._obey(session, batch, batch.control)
            return
        try:
            events = order(batch.events, session.replay)
            new = [self._started(session), *events]
            decisions = await self._decide(session, new)
        except (NonDeterminismError, UnusableActionError) as error:
            events = [self._started(session), *batch.events]
            self._finish(session, batch, events, "Failed", str(error))
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
        if answer.is_done or answer.error is not None or not replay.may_run_on():
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
        session.answer = answer
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
        new += [decision_event(decision, session.instance, timestamp) for decision in decisions]
        # A status stays until user code sets another, also across continue-as-new.
        custom_status = answer.custom_status or session.instance.custom_status
        status = "Running" if session.instance.status == "Pending" else session.instance.status
        instance = msgspec.structs.replace(session.instance, status=status, updated=now, custom_status=custom_status)
        cancelled = replay.cancelled_timers()
        ended = (answer.is_done or answer.error is not None) and not replay.has_open_tasks
        if ended and answer.error is None and (action := continuation(answer)) is not None:
            self._continue_as_new(session, batch, instance, decisions, to_json(action))
            return
        if ended:
            status, output = outcome(instance, answer)
            failures = rewindable(replay) if status == "Failed" else None
            instance = msgspec.structs.replace(instance, status=status, output=output, rewindable=failures)
            new.append(completion(instance, timestamp))
        new.append(Event(event_type=EventType.ORCHESTRATOR_COMPLETED, timestamp=timestamp))
        self._commit(session, instance, new, batch.taken, decisions=decisions, cancelled=cancelled)

    def _continue_as_new(
        self, session: Session, batch: Batch, instance: Instance, decisions: list[Decision], new_input: str
    ) -> None:
        instance = msgspec.structs.replace(instance, execution=uuid.uuid4().hex, input=new_input)
        episode = Episode(
            instance=instance,
            execution=session.instance.execution,
            length=session.length,
            events=[],
            taken=batch.taken,
            decisions=decisions,
            continues_as_new=True,
        )
        woken = commit(self._store, episode, instance.updated, self._default_version)
        session.restart(instance)
        self._listener.committed([instance.id, *woken])

    def _finish(self, session: Session, batch: Batch, events: list[Event], status: str, reason: str) -> None:
        now = max(self._clock.timestamp(), session.last_timestamp)
        instance = msgspec.structs.replace(
            session.instance, status=status, output=to_json(printable(reason)), updated=now
        )
        events = [*events, completion(instance, stamp(now))]
        events.append(Event(event_type=EventType.ORCHESTRATOR_COMPLETED, timestamp=stamp(now)))
        self._commit(session, instance, events, batch.taken)

    def _obey(self, session: Session, batch: Batch, command: Event) -> None:
        events = [self._started(session), command]
        if command.event_type is EventType.EXECUTION_TERMINATED:
            self._finish(session, batch, events, "Terminated", str(command.input or ""))
            return
        events.append(Event(event_type=EventType.ORCHESTRATOR_COMPLETED, timestamp=events[0].timestamp))
        instance = msgspec.structs.replace(
            session.instance, status=_CONTROL_STATUS[command.event_type], updated=self._clock.timestamp()
        )
        self._commit(session, instance, events, batch.taken)

    def _commit(
        self,
        session: Session,
        instance: Instance,
        events: list[Event],
        taken: list[int],
        *,
        decisions: Sequence[Decision] = (),
        cancelled: Sequence[int] = (),
    ) -> None:
        episode = Episode(
            instance=instance,
            execution=instance.execution,
            length=session.length,
            events=events,
            taken=taken,
            decisions=decisions,
            cancelled=cancelled,
        )
        woken = commit(self._store, episode, instance.updated, self._default_version)
        session.append(events)
        session.instance = instance
        self._listener.committed(woken)
