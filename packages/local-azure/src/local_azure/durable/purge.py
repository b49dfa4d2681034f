"""Delete what has ended, in slices small enough that nobody waits for long."""

import asyncio

from local_azure.core.sqlite import give_back
from local_azure.durable.errors import NotFoundError, PreconditionError
from local_azure.durable.queries import InstanceFilter
from local_azure.durable.store import FINISHED, Store, forget_instance

SLICE = 100


def purge_one(store: Store, instance_id: str) -> int:
    """Delete an instance or an entity. Raises NotFoundError, or PreconditionError if it has not ended."""
    with store.transaction() as database:
        if database.execute("DELETE FROM entities WHERE id = ?", (instance_id,)).rowcount:
            return 1
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


async def purge_finished(store: Store, conditions: InstanceFilter) -> int:
    """Delete the ended instances that meet the conditions; others get their turn between two slices."""
    where, values = conditions.where()
    marks = ", ".join("?" * len(FINISHED))
    query = f"SELECT id FROM instances WHERE id > ? AND {where} AND status IN ({marks}) ORDER BY id LIMIT {SLICE}"
    deleted, last = 0, ""
    while ids := [row[0] for row in store.database.execute(query, (last, *values, *sorted(FINISHED)))]:
        with store.transaction() as database:
            for instance_id in ids:
                forget_instance(database, instance_id)
        deleted, last = deleted + len(ids), ids[-1]
        await asyncio.sleep(0)
    is_more = deleted > 0
    while is_more:
        is_more = give_back(store.database)
        await asyncio.sleep(0)
    return deleted
