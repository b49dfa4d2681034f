"""The conclusion of an episode: what the replay has come to is committed, with the messages that it has taken."""

import logging
from collections.abc import Iterable, Sequence

import msgspec

from local_azure.durable.action_replay import events_after_continuation
from local_azure.durable.actions import to_json
from local_azure.durable.context import HubContext
from local_azure.durable.endings import completion, continuation, outcome
from local_azure.durable.episode import Episode, commit, decision_event
from local_azure.durable.events import Event, EventType, decode, next_execution, printable, stamp
from local_azure.durable.inbox import Batch
from local_azure.durable.session import Session
from local_azure.durable.store import Instance
from local_azure.durable.tasks import Decision
from local_azure.durable.validation import first_problem

log = logging.getLogger(__name__)

_STATUS_AFTER = {EventType.EXECUTION_SUSPENDED: "Suspended", EventType.EXECUTION_RESUMED: "Running"}


class Conclusions:
    """Concludes the episodes of all instances, one at a time."""

    def __init__(self, context: HubContext) -> None:
        self._store = context.store
        self._worker = context.worker
        self._clock = context.clock
        self._settings = context.settings
        self._listener = context.listener

    def conclude(self, session: Session, batch: Batch, new: list[Event], decisions: list[Decision]) -> None:
        """Commit what follows from a replay: decisions, and the end or the next generation if user code is there."""
        replay, answer = session.replay, session.answer
        if replay is None or answer is None:
            raise AssertionError("an episode concludes after a replay")
        if problem := first_problem(self._worker, session.instance, decisions):
            self.finish(session, batch, new, "Failed", problem)
            return
        now = max(self._clock.timestamp(), session.last_timestamp)
        timestamp = stamp(now)
        custom_status = answer.custom_status
        if custom_status is None and batch.continues:
            # The first episode of a later generation keeps the status of the one before, unless it is its last as well;
            # any other sets its own.
            custom_status = session.instance.custom_status
        instance = msgspec.structs.replace(
            session.instance, **_standing(session.instance, batch), updated=now, custom_status=custom_status
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
        if lost := [name for name in replay.raised.lost() if name not in names]:
            log.warning("%s continues as new without the events %s: nobody waited for them", session.instance.id, lost)
        return carried

    def end_unbegun(self, session: Session, batch: Batch, reason: str | None) -> None:
        """Terminate an instance that nobody has worked on: it has no history."""
        output = None if reason is None else printable(reason)
        now = self._clock.timestamp()
        instance = msgspec.structs.replace(session.instance, status="Terminated", output=output, updated=now)
        self._commit(session, instance, [], batch.taken)

    def finish(
        self,
        session: Session,
        batch: Batch,
        events: list[Event],
        status: str,
        reason: str | None,
        *,
        decisions: Sequence[Decision] = (),
    ) -> None:
        """End the instance with this status, whatever user code would do next."""
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


def _standing(instance: Instance, batch: Batch) -> dict[str, str | None]:
    """Status and output of an instance that goes on; a suspension's and a resumption's reason is left as output."""
    command = batch.command
    if command is not None and command.event_type in _STATUS_AFTER:
        reason = command.reason if isinstance(command.reason, str) else instance.output
        return {"status": _STATUS_AFTER[command.event_type], "output": reason}
    # One that was rewound is pending too, but does not begin.
    begins = any(event.event_type is EventType.EXECUTION_STARTED for event in batch.events)
    return {"status": "Running" if begins else instance.status}
