"""One episode of an instance as one transaction: the messages taken in, the decisions, and the instance's new row."""

import logging
import sqlite3
from collections.abc import Sequence

import msgspec

from local_azure.durable.actions import to_json
from local_azure.durable.causes import child_failure
from local_azure.durable.creation import NewInstance, create, start_message
from local_azure.durable.entity_messages import EntityOperation, encode_operation
from local_azure.durable.errors import SupersededError
from local_azure.durable.events import Event, EventType, Parent, encode, stamp
from local_azure.durable.newtonsoft import compact
from local_azure.durable.settings import HubSettings
from local_azure.durable.store import (
    Instance,
    MessageKind,
    Store,
    StoredMessage,
    delete_messages,
    forget_work,
    put_instance,
    put_message,
    running_execution,
    stored_output,
)
from local_azure.durable.tasks import Decision, DecisionKind
from local_azure.durable.timers import due_time

log = logging.getLogger(__name__)


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """The changes of an episode. `events` are all that it adds to the history, those of its decisions included."""

    instance: Instance
    execution: str
    """The execution that it belongs to; if another one has taken its place, the episode is void."""
    length: int
    """The number of events that the history had before."""
    events: list[Event]
    taken: list[int]
    decisions: Sequence[Decision] = ()
    continues_as_new: bool = False
    carried: Sequence[Event] = ()
    """Events that were taken in and that the next generation gets, before those in its inbox."""
    parent: Parent | None = None
    """The parent that the next generation's start names."""


def commit(store: Store, episode: Episode, now: float, settings: HubSettings) -> list[str]:
    """Write an episode, all or nothing; gives the targets that have new messages.

    Raises SupersededError if the instance was replaced or deleted meanwhile.
    """
    instance = episode.instance
    woken: list[str] = []
    with store.transaction() as database:
        if running_execution(database, instance.id) != episode.execution:
            raise SupersededError(instance.id)
        delete_messages(database, episode.taken)
        _append_history(database, episode)
        if instance.is_finished:
            # What is decided at the end is carried out all the same.
            forget_work(database, instance.id)
        for decision in episode.decisions:
            if instance.is_finished and decision.kind is DecisionKind.TIMER:
                continue
            woken += _carry_out(database, instance, decision, now, settings)
        if episode.continues_as_new:
            forget_work(database, instance.id, keep_from_outside=True)
            database.execute("DELETE FROM history WHERE instance = ?", (instance.id,))
            _put_first(database, instance.id, episode.carried)
            put_message(database, start_message(instance, now, episode.parent, continues=True))
        elif instance.is_finished:
            woken += _tell_parent(database, instance, now)
            if instance.output is None:
                # An instance without a result still shows the last reason of a suspension.
                instance = msgspec.structs.replace(instance, output=stored_output(database, instance.id))
        put_instance(database, instance)
    return woken


def decision_event(decision: Decision, instance: Instance, timestamp: str) -> Event:
    """The history's event for something that was scheduled."""
    number = decision.number
    match decision.kind:
        case DecisionKind.ACTIVITY:
            return Event(
                event_type=EventType.TASK_SCHEDULED,
                event_id=number,
                timestamp=timestamp,
                name=decision.name,
                version="",
                input=decision.input,
            )
        case DecisionKind.SUB_ORCHESTRATION:
            return Event(
                event_type=EventType.SUB_ORCHESTRATION_INSTANCE_CREATED,
                event_id=number,
                timestamp=timestamp,
                name=decision.name,
                version=decision.version,
                instance_id=decision.instance_id,
                input=decision.input,
            )
        case DecisionKind.TIMER:
            fire_at = stamp(decision.fire_at)
            return Event(event_type=EventType.TIMER_CREATED, event_id=number, timestamp=timestamp, fire_at=fire_at)
        case DecisionKind.EVENT:
            return Event(
                event_type=EventType.EVENT_SENT,
                event_id=number,
                timestamp=timestamp,
                name="op",
                instance_id=decision.instance_id,
                input=encode_operation(_operation(decision, instance, timestamp)),
            )


def _operation(decision: Decision, instance: Instance, timestamp: str) -> EntityOperation:
    return EntityOperation(
        id=decision.request_id,
        op=decision.name,
        signal=decision.is_signal,
        input=None if decision.input is None else compact(decision.input),
        parent=instance.id,
        parent_execution=instance.execution,
        timestamp=decision.sent_at,
        predecessor=decision.predecessor,
        request_time=timestamp.replace("Z", "+00:00"),
    )


def _append_history(database: sqlite3.Connection, episode: Episode) -> None:
    rows = [
        (episode.instance.id, episode.length + offset, encode(event)) for offset, event in enumerate(episode.events)
    ]
    database.executemany("INSERT INTO history VALUES (?, ?, ?)", rows)


def _put_first(database: sqlite3.Connection, instance_id: str, events: Sequence[Event]) -> None:
    """Put external events before all that is in the inbox: their numbers lie below all others."""
    if not events:
        return
    below = database.execute("SELECT MIN(0, COALESCE(MIN(id), 0)) FROM messages").fetchone()[0]
    rows = [
        (place, instance_id, int(MessageKind.EXTERNAL_EVENT), encode(event))
        for place, event in enumerate(events, below - len(events))
    ]
    database.executemany("INSERT INTO messages(id, target, kind, body) VALUES (?, ?, ?, ?)", rows)


def _carry_out(
    database: sqlite3.Connection, instance: Instance, decision: Decision, now: float, settings: HubSettings
) -> list[str]:
    match decision.kind:
        case DecisionKind.ACTIVITY:
            database.execute(
                "INSERT INTO activities(instance, task, name, input) VALUES (?, ?, ?, ?)",
                (instance.id, decision.number, decision.name, decision.input),
            )
            return []
        case DecisionKind.TIMER:
            due = due_time(decision.fire_at, now, early=settings.early_timers)
            database.execute(
                "INSERT INTO timers(due, instance, task, fire_at) VALUES (?, ?, ?, ?)",
                (due, instance.id, decision.number, decision.fire_at),
            )
            return []
        case DecisionKind.EVENT:
            body = encode_operation(_operation(decision, instance, stamp(now)))
            put_message(database, StoredMessage(decision.instance_id, MessageKind.OPERATION, body))
            return [decision.instance_id]
        case DecisionKind.SUB_ORCHESTRATION:
            return _start_child(database, instance, decision, now, settings.default_version)


def _start_child(
    database: sqlite3.Connection, parent: Instance, decision: Decision, now: float, default_version: str | None
) -> list[str]:
    child = decision.instance_id
    if running_execution(database, child):
        reason = f"An instance with the id '{child}' is already running."
        log.warning("%s: %s On Azure it would be replaced; who waits for it would wait for ever.", parent.id, reason)
        put_message(
            database, _failed_child(parent.id, decision.number, now, reason, child_failure(reason, decision.name))
        )
        return [parent.id]
    new = NewInstance(
        id=child,
        name=decision.name,
        input=None if decision.input is None else to_json(decision.input),
        version=decision.version or default_version,
        parent=parent,
        parent_task=decision.number,
    )
    create(database, new, now)
    return [child]


def _tell_parent(database: sqlite3.Connection, child: Instance, now: float) -> list[str]:
    parent, task = child.parent, child.parent_task
    if parent is None or task is None or running_execution(database, parent) != child.parent_execution:
        return []
    if child.status == "Completed":
        message = _completed_child(parent, task, now, child.output)
    elif child.status == "Terminated":
        message = _failed_child(parent, task, now, child.output, None)
    else:
        reason = child.output or ""
        message = _failed_child(parent, task, now, reason, child_failure(reason, child.name))
    put_message(database, message)
    return [parent]


def _completed_child(parent: str, task: int, now: float, result: str | None) -> StoredMessage:
    event = Event(
        event_type=EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED,
        timestamp=stamp(now),
        task_scheduled_id=task,
        result=result,
    )
    return StoredMessage(parent, MessageKind.EVENT, encode(event))


def _failed_child(parent: str, task: int, now: float, reason: str | None, details: str | None) -> StoredMessage:
    event = Event(
        event_type=EventType.SUB_ORCHESTRATION_INSTANCE_FAILED,
        timestamp=stamp(now),
        task_scheduled_id=task,
        reason=reason,
        details=details,
    )
    return StoredMessage(parent, MessageKind.EVENT, encode(event))
