"""Operations on entities, and the answers that orchestrations wait for."""

from typing import Any

import msgspec

from local_azure.durable.actions import to_json
from local_azure.durable.errors import BadRequestError
from local_azure.durable.events import Event, EventType, encode, printable, stamp
from local_azure.durable.newtonsoft import compact
from local_azure.durable.store import MessageKind, StoredMessage

_ASSEMBLY = "Microsoft.Azure.WebJobs.Extensions.DurableTask"


class EntityOperation(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    rename={
        "type": "$type",
        "parent_execution": "parentExecution",
        "timestamp": "Timestamp",
        "predecessor": "Predecessor",
        "request_time": "requestTime",
    },
):
    """An operation on an entity, in the field names of the extension's RequestMessage.

    `input` is JSON text of JSON text: the SDK decodes it twice. `id` names the answer's event. `timestamp` and
    `predecessor` order the messages of one orchestration.
    """

    type: str = ""
    op: str
    signal: bool = False
    input: str | None = None
    id: str
    parent: str | None = None
    parent_execution: str | None = None
    timestamp: str = ""
    predecessor: str = ""
    request_time: str = ""


_decoder = msgspec.json.Decoder(EntityOperation)


def encode_operation(operation: EntityOperation) -> str:
    """An operation as JSON text."""
    named = msgspec.structs.replace(operation, type=f"{_ASSEMBLY}.RequestMessage, {_ASSEMBLY}")
    return msgspec.json.encode(named).decode()


def decode_operation(text: str) -> EntityOperation:
    """The operation in a text that `encode_operation` wrote."""
    return _decoder.decode(text)


def scheduler_id(name: str, key: str) -> str:
    """The address of an entity: names do not depend on case, keys do. Raises BadRequestError for any other name."""
    if not name or "@" in name:
        raise BadRequestError(f"{name!r} is not the name of an entity.")
    return f"@{name.lower()}@{key}"


def split_scheduler_id(instance_id: str) -> tuple[str, str]:
    """Name and key of the entity behind an address. Raises BadRequestError for any other text."""
    at, _, rest = instance_id.partition("@")
    name, separator, key = rest.partition("@")
    if at or not separator or not name:
        raise BadRequestError(f"{instance_id!r} is not the address of an entity.")
    return name, key


def answer_message(operation: EntityOperation, result: str, *, failed: bool, now: float) -> StoredMessage:
    """The event that resolves a call: its name is the id of the request. `result` is JSON text."""
    response: dict[str, Any] = {"$type": f"{_ASSEMBLY}.ResponseMessage, {_ASSEMBLY}", "result": result}
    if failed:
        response["exceptionType"] = "Error"
    event = Event(event_type=EventType.EVENT_RAISED, timestamp=stamp(now), name=operation.id, input=compact(response))
    return StoredMessage(operation.parent or "", MessageKind.EVENT, encode(event))


def failure_text(error: Exception) -> str:
    """The result of an operation whose entity could not be run."""
    return to_json(printable(str(error) or type(error).__name__))
