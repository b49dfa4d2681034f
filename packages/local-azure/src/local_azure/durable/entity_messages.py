"""Operations on entities, and the answers that orchestrations wait for."""

import json
from typing import Any

import msgspec

from local_azure.durable.actions import to_json
from local_azure.durable.errors import BadRequestError
from local_azure.durable.events import Event, EventType, encode, printable, stamp
from local_azure.durable.store import Message, MessageKind

_OPERATION_FAILED = "DurableTask.Core.Exceptions.TaskFailureException"


class Operation(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An operation on an entity, in the field names of the extension's RequestMessage.

    `input` is JSON text of JSON text: the SDK decodes it twice. `id` names the answer's event; a signal has none.
    """

    id: str
    op: str
    signal: bool
    input: str | None = None
    parent: str | None = None
    parent_execution: str | None = None


_decoder = msgspec.json.Decoder(Operation)


def encode_operation(operation: Operation) -> str:
    """An operation as JSON text."""
    return msgspec.json.encode(operation).decode()


def decode_operation(text: str) -> Operation:
    """The operation in a text that `encode_operation` wrote."""
    return _decoder.decode(text)


def scheduler_id(name: str, key: str) -> str:
    """The address of an entity: names do not depend on case, keys do. Raises BadRequestError for what is no name."""
    if not name or "@" in name:
        raise BadRequestError(f"{name!r} is no name of an entity.")
    return f"@{name.lower()}@{key}"


def split_scheduler_id(instance_id: str) -> tuple[str, str]:
    """Name and key of the entity behind an address. Raises BadRequestError if it is none."""
    at, _, rest = instance_id.partition("@")
    name, separator, key = rest.partition("@")
    if at or not separator or not name:
        raise BadRequestError(f"{instance_id!r} is no address of an entity.")
    return name, key


def answer_message(operation: Operation, result: str, *, failed: bool, now: float) -> Message:
    """The event that resolves a call: its name is the id of the request. `result` is JSON text."""
    response: dict[str, Any] = {"result": result}
    if failed:
        response["exceptionType"] = _OPERATION_FAILED
    event = Event(
        event_type=EventType.EVENT_RAISED, timestamp=stamp(now), name=operation.id, input=json.dumps(response)
    )
    return Message(operation.parent or "", MessageKind.EVENT, encode(event))


def failure_text(error: Exception) -> str:
    """The result of an operation whose entity could not be run."""
    return to_json(printable(str(error) or type(error).__name__))
