"""Bring a failed instance back to before its failures.

The algorithm is that of the extension's Azure Storage provider: all failures are taken out of the history with what was
scheduled for them (entries that nobody replays stay in their place), failed sub-orchestrations are rewound themselves,
and the instance is replayed. Until it ends, is resumed or continues as new its status is Pending, with the failure as
output. The timers of retries stay, so an instance that has tried something again fails anew: its
code no longer leads to them (azure-functions-durable-extension issue 617, durabletask issue 811).
"""

import sqlite3
from collections.abc import Container

import msgspec

from local_azure.durable.events import Event, EventType, decode, encode, stamp
from local_azure.durable.store import Instance, MessageKind, Store, StoredMessage, put_instance, put_message

_FAILURES = {EventType.TASK_FAILED, EventType.SUB_ORCHESTRATION_INSTANCE_FAILED}


def rewind(store: Store, instance: Instance, reason: str | None, now: float) -> list[str]:
    """Rewind an instance and the sub-orchestrations that failed it, in one transaction; gives who must go on."""
    with store.transaction() as database:
        return _rewind(store, database, instance, reason, now)


def _rewind(
    store: Store, database: sqlite3.Connection, instance: Instance, reason: str | None, now: float
) -> list[str]:
    history = [decode(text) for text in store.history(instance.id)]
    failed = {event.task_scheduled_id for event in history if event.event_type in _FAILURES}
    woken: list[str] = []
    for seq, event in enumerate(history):
        if event.event_type is EventType.SUB_ORCHESTRATION_INSTANCE_CREATED and event.event_id in failed:
            child = store.instance(str(event.instance_id))
            if child is not None and child.status == "Failed" and child.parent_execution == instance.execution:
                woken += _rewind(store, database, child, reason, now)
                continue
        if _is_part(event, failed):
            kept = _kept(event)
            database.execute(
                "UPDATE history SET event = ? WHERE instance = ? AND seq = ?", (encode(kept), instance.id, seq)
            )
    put_instance(database, msgspec.structs.replace(instance, status="Pending", updated=now))
    if woken:
        # The rewound children will wake it.
        return woken
    note = Event(event_type=EventType.GENERIC_EVENT, timestamp=stamp(now), data=reason)
    put_message(database, StoredMessage(instance.id, MessageKind.EVENT, encode(note)))
    return [instance.id]


def _is_part(event: Event, failed: Container[object]) -> bool:
    if event.event_type is EventType.TASK_SCHEDULED:
        return event.event_id in failed
    return event.event_type is EventType.EXECUTION_COMPLETED or event.event_type in _FAILURES


def _kept(event: Event) -> Event:
    return Event(event_type=EventType.GENERIC_EVENT, event_id=event.event_id, timestamp=event.timestamp, data=None)
