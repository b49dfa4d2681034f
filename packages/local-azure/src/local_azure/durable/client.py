"""A client's operations on instances and entities. Each is one transaction, then the engine is told."""

import uuid
from typing import Any

from local_azure.durable.context import HubContext
from local_azure.durable.creation import NewInstance, check_instance_id, create
from local_azure.durable.entity_messages import EntityOperation, encode_operation, scheduler_id
from local_azure.durable.errors import (
    AlreadyExistsError,
    BadRequestError,
    InvalidStateError,
    NotFoundError,
    PreconditionError,
    WrongStateError,
)
from local_azure.durable.events import Event, EventType, encode, printable, stamp
from local_azure.durable.purge import purge_by, purge_one
from local_azure.durable.queries import EntityRow, InstanceFilter, list_entities, list_instances
from local_azure.durable.rewind import rewind
from local_azure.durable.store import Instance, MessageKind, StoredMessage, put_message
from local_azure.durable.validation import missing_function


class HubClient:
    """The client's operations. They raise a ClientError of the kind that says what is wrong."""

    def __init__(self, context: HubContext) -> None:
        self._store = context.store
        self._worker = context.worker
        self._clock = context.clock
        self._settings = context.settings
        self._committed = context.listener.committed
        self._forget = context.sessions.drop

    # --- orchestrations ---

    def start(
        self, name: str, input_json: str | None = None, instance_id: str | None = None, version: str | None = None
    ) -> str:
        """Start an orchestrator; gives the instance's id. `input_json` is JSON text.

        An instance of an orchestrator that the app does not have is started, and fails. Raises BadRequestError for an
        id that is not allowed, and AlreadyExistsError if an instance of the id has not ended (unless the settings let
        it be replaced).
        """
        version = self._settings.default_version if version is None else version
        return self._begin(
            NewInstance(id=instance_id or uuid.uuid4().hex, name=name, input=input_json, version=version)
        )

    def restart(self, instance_id: str, *, new_id: bool = True) -> str:
        """Start an instance's orchestrator again with its input, under a new id or its own."""
        instance = self._store.instance(instance_id)
        if instance is None:
            raise BadRequestError(f"No instance with ID '{instance_id}' was found. (Parameter 'instanceId')")
        chosen, version = uuid.uuid4().hex if new_id else instance_id, self._settings.default_version
        return self._begin(
            # What was started without an input is started again with null.
            NewInstance(id=chosen, name=instance.name, input=instance.input or "null", version=version, restarts=True)
        )

    def status(self, instance_id: str) -> Instance:
        """The row of an instance."""
        instance = self._store.instance(instance_id)
        if instance is None:
            raise NotFoundError(f"No instance with ID '{instance_id}' was found.")
        return instance

    def history(self, instance_id: str) -> list[str]:
        """The history of an instance as event JSON."""
        return self._store.history(instance_id)

    def instances(
        self, conditions: InstanceFilter, top: int, continuation: str | None
    ) -> tuple[list[Instance | EntityRow], str | None]:
        """A page of instances and entities, and the token of the next."""
        return list_instances(self._store, conditions, top, continuation)

    def check_runs(self, instance_id: str) -> None:
        """Raises NotFoundError for an unknown instance, WrongStateError for one that has ended."""
        self._running(instance_id)

    def raise_event(self, instance_id: str, name: str, data_json: str) -> None:
        """Send an event to a running instance, whose history takes it in whether user code waits for it or not."""
        self._running(instance_id)
        event = self._event(EventType.EVENT_RAISED, name=printable(name), input=data_json)
        self._send(StoredMessage(instance_id, MessageKind.EXTERNAL_EVENT, encode(event)))

    def terminate(self, instance_id: str, reason: str | None) -> None:
        """End an instance. What it has called runs on, as under the extension; nobody waits for it any more."""
        self._running(instance_id)
        self._control(instance_id, self._event(EventType.EXECUTION_TERMINATED, input=_said(reason)))

    def suspend(self, instance_id: str, reason: str | None) -> None:
        """Let an instance decide nothing until it is resumed. Raises InvalidStateError if it is suspended."""
        instance = self._running(instance_id)
        if instance.status == "Suspended":
            raise InvalidStateError(
                f"Cannot suspend the orchestration instance {instance_id} because instance is in the Suspended state."
            )
        self._control(instance_id, self._event(EventType.EXECUTION_SUSPENDED, reason=_said(reason)))

    def resume(self, instance_id: str, reason: str | None) -> None:
        """Let a suspended instance go on. Raises InvalidStateError if it is not suspended."""
        instance = self._running(instance_id)
        if instance.status != "Suspended":
            raise InvalidStateError(
                f"Cannot resume the orchestration instance {instance_id} because instance is in the "
                f"{instance.status} state."
            )
        self._control(instance_id, self._event(EventType.EXECUTION_RESUMED, reason=_said(reason)))

    def rewind(self, instance_id: str, reason: str | None) -> None:
        """Bring a failed instance back to before its failures and let it try again."""
        instance = self._store.instance(instance_id)
        if instance is None:
            raise NotFoundError(f'No orchestration with instance ID "${instance_id}" found.', told=True)
        if instance.status != "Failed":
            raise PreconditionError(
                f'This orchestration has status {instance.status}, but only orchestrations in the "Failed" state can '
                "be rewound."
            )
        self._committed(rewind(self._store, instance, _said(reason), self._clock.timestamp()))

    def purge(self, instance_id: str) -> int:
        """Delete an instance that has ended, or an entity; gives how many: 1, or 0 without the entity."""
        deleted = purge_one(self._store, instance_id)
        self._forget(instance_id)
        return deleted

    async def purge_by(self, conditions: InstanceFilter) -> int:
        """Delete the instances that meet the conditions, a slice at a time; gives how many.

        Only states of ended instances narrow it; without any, instances that run and entities are deleted as well.
        """
        return await purge_by(self._store, conditions, self._forget)

    # --- entities ---

    def signal_entity(self, name: str, key: str, operation: str, input_json: str | None) -> None:
        """Send an operation to an entity; nobody waits for its result. `input_json` is the operation's JSON text."""
        self._known_entity(name)
        signal = EntityOperation(id=str(uuid.uuid4()), op=printable(operation), signal=True, input=input_json)
        self._send(StoredMessage(scheduler_id(name, key), MessageKind.OPERATION, encode_operation(signal)))

    def entity_state(self, name: str, key: str) -> str:
        """The state of an entity as JSON text. Raises NotFoundError if it does not exist."""
        state = self._store.entity_state(scheduler_id(name, key))
        if state is None:
            raise NotFoundError(f"The entity {name}@{key} does not exist.")
        return state

    def entity(self, entity_id: str) -> EntityRow:
        """The row of an entity by its address (`@name@key`). Raises NotFoundError if it does not exist."""
        row = self._store.entity(entity_id)
        if row is None:
            raise NotFoundError(f"The entity {entity_id} does not exist.")
        return EntityRow(*row)

    def entities(
        self, name: str, updated: tuple[float | None, float | None], top: int, continuation: str | None
    ) -> tuple[list[EntityRow], str | None]:
        """A page of entities of one name, or of all, and the token of the next."""
        return list_entities(self._store, f"@{name.lower()}@" if name else "@", updated, top, continuation)

    # --- inside ---

    def _begin(self, new: NewInstance) -> str:
        check_instance_id(new.id)
        existing = self._store.instance(new.id)
        if existing and not existing.is_finished and not self._settings.replace_running:
            raise AlreadyExistsError(f"An Orchestration instance with the status {existing.status} already exists.")
        self._forget(new.id)
        with self._store.transaction() as database:
            create(database, new, self._clock.timestamp())
        self._committed([new.id])
        return new.id

    def _running(self, instance_id: str) -> Instance:
        instance = self.status(instance_id)
        if instance.is_finished:
            raise WrongStateError(f"The instance '{instance_id}' has ended: {instance.status}.")
        return instance

    def _control(self, instance_id: str, command: Event) -> None:
        self._send(StoredMessage(instance_id, MessageKind.CONTROL, encode(command)))

    def _known_entity(self, name: str) -> None:
        if not self._worker.has_entity(name):
            raise BadRequestError(missing_function(self._worker, name, "entity"))

    def _send(self, message: StoredMessage) -> None:
        with self._store.transaction() as database:
            put_message(database, message)
        self._committed([message.target])

    def _event(self, kind: EventType, **fields: Any) -> Event:
        return Event(event_type=kind, timestamp=stamp(self._clock.timestamp()), **fields)


def _said(reason: str | None) -> str | None:
    return None if reason is None else printable(reason)
