"""Bring a failed instance back to before its failures.

The algorithm is that of the extension's Azure Storage provider: failed tasks are taken out of the history (an entry
that nobody replays stays in their place), failed sub-orchestrations are rewound themselves, and the instance is
replayed. Of a task with retries only the last attempt is taken out, so that all numbers stay as they are.
"""

import sqlite3

import msgspec

from local_azure.durable.events import Event, EventType, decode, encode, stamp
from local_azure.durable.store import Instance, MessageKind, Store, StoredMessage, put_instance, put_message

_SCHEDULING = {EventType.TASK_SCHEDULED, EventType.TIMER_CREATED}
_FAILURES = {EventType.TASK_FAILED, EventType.SUB_ORCHESTRATION_INSTANCE_FAILED}


class Rewindable(msgspec.Struct, frozen=True):
    """The failures for good: numbers of the last attempts, and of the timers after them."""

    attempts: list[int] = []
    timers: list[int] = []


def rewind(store: Store, instance: Instance, reason: str, now: float) -> list[str]:
    """Rewind an instance and the sub-orchestrations that failed it, in one transaction; gives who must go on."""
    with store.transaction() as database:
        return _rewind(store, database, instance, reason, now)


def _rewind(store: Store, database: sqlite3.Connection, instance: Instance, reason: str, now: float) -> list[str]:
    failed = msgspec.json.decode(instance.rewindable or "{}", type=Rewindable)
    woken: list[str] = []
    for seq, text in enumerate(store.history(instance.id)):
        event = decode(text)
        if event.event_type is EventType.SUB_ORCHESTRATION_INSTANCE_CREATED and event.event_id in failed.attempts:
            child = store.instance(str(event.instance_id))
            if child is not None and child.status == "Failed" and child.parent_execution == instance.execution:
                woken += _rewind(store, database, child, reason, now)
                continue
        if _is_part(event, failed):
            kept = _kept(event)
            database.execute(
                "UPDATE history SET event = ? WHERE instance = ? AND seq = ?", (encode(kept), instance.id, seq)
            )
    put_instance(
        database, msgspec.structs.replace(instance, status="Running", output=None, updated=now, rewindable=None)
    )
    if woken:
        # The rewound children will wake it.
        return woken
    note = Event(event_type=EventType.GENERIC_EVENT, timestamp=stamp(now), data=reason)
    put_message(database, StoredMessage(instance.id, MessageKind.EVENT, encode(note)))
    return [instance.id]


def _is_part(event: Event, failed: Rewindable) -> bool:
    if event.event_type is EventType.EXECUTION_COMPLETED:
        return True
    if event.event_type in _FAILURES:
        return event.task_scheduled_id in failed.attempts
    if event.event_type is EventType.TIMER_FIRED:
        return event.timer_id in failed.timers
    return event.event_type in _SCHEDULING and event.event_id in {*failed.attempts, *failed.timers}


def _kept(event: Event) -> Event:
    return Event(event_type=EventType.GENERIC_EVENT, event_id=event.event_id, timestamp=event.timestamp, data=None)
