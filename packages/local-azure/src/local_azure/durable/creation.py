"""Create an instance: its row and its first message, in the caller's transaction."""

import sqlite3

import msgspec

from local_azure.durable.errors import BadRequestError
from local_azure.durable.events import (
    Event,
    EventType,
    Execution,
    Parent,
    encode,
    new_execution,
    next_execution,
    printable,
    stamp,
)
from local_azure.durable.store import Instance, MessageKind, StoredMessage, forget_instance, put_instance, put_message

MAX_INSTANCE_ID = 1024
"""Half of what Azure Table storage takes for a row's key, in characters; the extension itself has no bound."""


class NewInstance(msgspec.Struct, frozen=True, kw_only=True):
    """An instance to be started; `input` is JSON text. The parent is that of a sub-orchestration."""

    id: str
    name: str
    input: str | None = None
    version: str | None = None
    parent: Instance | None = None
    parent_task: int | None = None
    restarts: bool = False
    """True if it repeats another instance."""


def check_instance_id(instance_id: str) -> None:
    """Raises BadRequestError for an empty id, one that is too long or not Unicode, and that of an entity."""
    if instance_id.startswith("@"):
        raise BadRequestError("Orchestration instance ids must not start with @.")
    if printable(instance_id) != instance_id or "\x00" in instance_id:
        raise BadRequestError("Orchestration instance ids must be valid Unicode without NUL.")
    if not 0 < len(instance_id) <= MAX_INSTANCE_ID:
        raise BadRequestError(f"Instance ID lengths must not exceed {MAX_INSTANCE_ID} characters.")


def create(database: sqlite3.Connection, new: NewInstance, now: float) -> Instance:
    """Write the instance as pending, in place of an older one of its id."""
    before = database.execute("SELECT COALESCE(generation, 0) FROM instances WHERE id = ?", (new.id,)).fetchone()
    starts = 0 if new.parent else 1
    generation = before[0] + starts if before else 0
    forget_instance(database, new.id)
    instance = Instance(
        id=new.id,
        execution=next_execution() if new.parent or new.restarts else new_execution(),
        name=new.name,
        version=new.version,
        input=new.input,
        created=now,
        updated=now,
        parent=new.parent.id if new.parent else None,
        parent_execution=new.parent.execution if new.parent else None,
        parent_task=new.parent_task,
        generation=generation,
    )
    put_instance(database, instance)
    parent = _parent(new.parent, new.parent_task) if new.parent else None
    put_message(database, start_message(instance, now, parent))
    return instance


def start_message(instance: Instance, now: float, parent: Parent | None, *, continues: bool = False) -> StoredMessage:
    """The message that makes an execution begin. Only what a client starts tells its generation."""
    event = Event(
        event_type=EventType.EXECUTION_STARTED,
        timestamp=stamp(now),
        name=instance.name,
        version=instance.version,
        input=instance.input,
        orchestration_instance=Execution(instance.id, instance.execution),
        parent_instance=parent,
        generation=None if parent or continues else instance.generation,
    )
    return StoredMessage(instance.id, MessageKind.CONTINUATION if continues else MessageKind.EVENT, encode(event))


def _parent(parent: Instance, task: int | None) -> Parent:
    execution = Execution(parent.id, parent.execution)
    return Parent(name=parent.name, orchestration_instance=execution, task_schedule_id=task)
