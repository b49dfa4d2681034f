"""Run operations on entities: one batch of one entity at a time, its effects in one transaction."""

import logging
import sqlite3
import uuid

import msgspec

from local_azure.durable.actions import to_json
from local_azure.durable.context import HubContext
from local_azure.durable.entity_messages import (
    EntityOperation,
    answer_message,
    decode_operation,
    encode_operation,
    failure_text,
    scheduler_id,
    split_scheduler_id,
)
from local_azure.durable.errors import BadRequestError
from local_azure.durable.store import MessageKind, StoredMessage, delete_messages, put_message, running_execution
from local_azure.durable.worker import FunctionFailedError

log = logging.getLogger(__name__)


class OperationResult(msgspec.Struct, rename="camel"):
    """The SDK's result of one operation; `result` is JSON text."""

    is_error: bool
    result: str


class SignalTarget(msgspec.Struct):
    """The entity that an entity signals."""

    name: str
    key: str


class Signal(msgspec.Struct):
    """A signal from an entity, in the shape of the SDKs that can send one (Python's 1.x cannot)."""

    target: SignalTarget
    name: str
    input: str | None = None


class EntityAnswer(msgspec.Struct, rename="camel"):
    """The SDK's answer for a batch; the state is JSON text."""

    entity_exists: bool
    entity_state: str | None
    results: list[OperationResult]
    signals: list[Signal] = []


_decoder = msgspec.json.Decoder(EntityAnswer)


class EntityRunner:
    """Handles one entity at a time."""

    def __init__(self, context: HubContext) -> None:
        self._store = context.store
        self._worker = context.worker
        self._clock = context.clock
        self._max_batch = context.settings.max_entity_batch
        self._committed = context.listener.committed

    async def work(self, entity_id: str) -> None:
        """Run the operations that wait for the entity."""
        while messages := self._store.messages(entity_id, limit=self._max_batch):
            operations = [decode_operation(message.body) for message in messages]
            name, key = split_scheduler_id(entity_id)
            state = self._store.entity_state(entity_id)
            payload = to_json(
                {
                    "self": {"name": name, "key": key},
                    "exists": state is not None,
                    "state": state,
                    "batch": [
                        {"name": op.op, "input": op.input, "isSignal": op.signal, "id": op.id} for op in operations
                    ],
                }
            )
            answer = await self._run(name, payload, len(operations))
            self._commit(entity_id, messages, operations, answer)

    async def _run(self, name: str, payload: str, size: int) -> EntityAnswer | str:
        """The answer, or the failure as JSON text: then every operation failed, and the state stays."""
        try:
            answer = _decoder.decode(await self._worker.run_entity(name, payload))
        except FunctionFailedError as error:
            log.warning("entity %s failed as a whole: on Azure who calls it would wait for ever", name)
            return failure_text(error)
        except msgspec.DecodeError as error:
            return failure_text(ValueError(f"the entity's answer cannot be used: {error}"))
        except Exception as error:
            log.exception("entity %s could not be run", name)
            return failure_text(error)
        if len(answer.results) != size:
            return failure_text(ValueError(f"{len(answer.results)} results for {size} operations"))
        return answer

    def _commit(
        self,
        entity_id: str,
        messages: list[StoredMessage],
        operations: list[EntityOperation],
        answer: EntityAnswer | str,
    ) -> None:
        now = self._clock.timestamp()
        woken: list[str] = []
        with self._store.transaction() as database:
            delete_messages(database, [message.id for message in messages])
            if isinstance(answer, EntityAnswer):
                _put_state(database, entity_id, answer, now)
                woken += _send_signals(database, answer.signals)
            for number, operation in enumerate(operations):
                if isinstance(answer, EntityAnswer):
                    result, failed = answer.results[number].result, answer.results[number].is_error
                else:
                    result, failed = answer, True
                if failed:
                    log.warning("operation %r of %s failed: %s", operation.op, entity_id, result)
                woken += _answer(database, operation, result, failed=failed, now=now)
        self._committed(woken)


def _put_state(database: sqlite3.Connection, entity_id: str, answer: EntityAnswer, now: float) -> None:
    # The SDK of 1.x writes the state `null` for an entity that it has deleted, and to the extension that is a state.
    query = (
        "INSERT INTO entities(id, state, updated, created) VALUES (?, ?, ?, ?) "
        "ON CONFLICT(id) DO UPDATE SET state = excluded.state, updated = excluded.updated"
    )
    database.execute(query, (entity_id, answer.entity_state or "null", now, now))


def _answer(
    database: sqlite3.Connection, operation: EntityOperation, result: str, *, failed: bool, now: float
) -> list[str]:
    caller = operation.parent
    if operation.signal or caller is None or running_execution(database, caller) != operation.parent_execution:
        return []
    put_message(database, answer_message(operation, result, failed=failed, now=now))
    return [caller]


def _send_signals(database: sqlite3.Connection, signals: list[Signal]) -> list[str]:
    woken: list[str] = []
    for signal in signals:
        try:
            target = scheduler_id(signal.target.name, signal.target.key)
        except BadRequestError as error:
            log.warning("a signal from an entity was dropped: %s", error)
            continue
        operation = EntityOperation(id=str(uuid.uuid4()), op=signal.name, signal=True, input=signal.input)
        put_message(database, StoredMessage(target, MessageKind.OPERATION, encode_operation(operation)))
        woken.append(target)
    return woken
