"""Delete what has ended, and what a client asks for beside it, in slices small enough that nobody waits for long."""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from local_azure.core.sqlite import give_back
from local_azure.durable.errors import NotFoundError, PreconditionError
from local_azure.durable.queries import InstanceFilter
from local_azure.durable.store import FINISHED, Store, forget_instance

log = logging.getLogger(__name__)

SLICE = 100
_ENDED = FINISHED | {"Canceled"}


def purge_one(store: Store, instance_id: str) -> int:
    """Delete an instance or an entity. Raises NotFoundError, or PreconditionError if it has not ended."""
    with store.transaction() as database:
        if database.execute("DELETE FROM entities WHERE id = ?", (instance_id,)).rowcount:
            return 1
        if instance_id.startswith("@"):
            return 0
        instance = store.instance(instance_id)
        if instance is None:
            raise NotFoundError(f"No instance with ID '{instance_id}' was found.")
        if not instance.is_finished:
            raise PreconditionError(
                "Only orchestrations in a terminal state can be purged, but the orchestration with instance ID "
                f"{instance_id} has status {instance.status}"
            )
        forget_instance(database, instance_id)
        return 1


async def purge_by(store: Store, conditions: InstanceFilter, forget: Callable[[str], None]) -> int:
    """Delete what meets the conditions; others get their turn between two slices. `forget` is told of each instance.

    Under the extension only the states of ended instances narrow it. Without one of them it deletes all that was
    created in the time: instances that run or wait, and entities, too. The log says so.
    """
    states = conditions.statuses & _ENDED
    conditions = msgspec.structs.replace(conditions, statuses=states)
    deleted = await _purge(store, "instances", conditions, forget)
    if not states:
        deleted += await _purge(store, "entities", conditions, forget)
    is_more = deleted > 0
    while is_more:
        is_more = give_back(store.database)
        await asyncio.sleep(0)
    return deleted


async def _purge(store: Store, table: str, conditions: InstanceFilter, forget: Callable[[str], None]) -> int:
    is_entity = table == "entities"
    where, values = conditions.where()
    columns = "id, NULL" if is_entity else "id, status"
    if is_entity:
        where = where.replace("created ", "COALESCE(created, updated) ")
    query = f"SELECT {columns} FROM {table} WHERE id > ? AND {where} ORDER BY id LIMIT {SLICE}"
    deleted, last, unfinished = 0, "", 0
    while rows := store.database.execute(query, (last, *values)).fetchall():
        with store.transaction() as database:
            for key, status in rows:
                unfinished += status not in FINISHED
                if is_entity:
                    database.execute("DELETE FROM entities WHERE id = ?", (key,))
                else:
                    forget_instance(database, key)
        for key, _ in rows:
            forget(key)
        deleted, last = deleted + len(rows), rows[-1][0]
        await asyncio.sleep(0)
    if unfinished:
        log.warning(
            "purged %d %s that had not ended: a purge that names no state of ended instances deletes all, as on Azure",
            unfinished,
            table,
        )
    return deleted
