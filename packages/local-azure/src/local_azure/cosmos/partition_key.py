"""Partition key values: taken from a document or from a header, in one canonical text.

The canonical text is the JSON of a list with one value, `["5"]`; a document without the key has `[{}]`, as on the wire.
"""

from typing import cast

import msgspec

from local_azure.cosmos.errors import PARTITION_KEY_MISMATCH, bad_request
from local_azure.cosmos.wire import JsonObject, JsonValue, decode

UNDEFINED_KEY = "[{}]"
MAX_KEY_BYTES = 2048


def canonical(value: JsonValue) -> str:
    """The canonical text of one key value; 1 and 1.0 are the same key. Objects and arrays are refused with 400."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, list) or (isinstance(value, dict) and value):
        raise bad_request("A partition key value must be a string, a number, a boolean or null.")
    return msgspec.json.encode([value]).decode()


def from_header(header: str | None) -> str | None:
    """The canonical key of `x-ms-documentdb-partitionkey`, or None where the request names none."""
    if header is None:
        return None
    values = decode(header.encode(), "The partition key header")
    if not isinstance(values, list) or len(values) > 1:
        raise bad_request("The partition key header must be a JSON list with one value; hierarchical keys have more.")
    return _checked(canonical(values[0])) if values else UNDEFINED_KEY


def required(partition: str | None) -> str:
    """The key of an operation on one document, which must name it."""
    if partition is None:
        raise bad_request("PartitionKey value must be supplied for this operation.")
    return partition


def from_document(path: tuple[str, ...], document: JsonObject) -> str:
    """The canonical key of a document; an object or array in its place counts as no key, as in the SDKs."""
    value: JsonValue = document
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return UNDEFINED_KEY
        value = cast(JsonObject, value)[name]
    return UNDEFINED_KEY if isinstance(value, list | dict) else _checked(canonical(value))


def check_matches(path: tuple[str, ...], document: JsonObject, partition: str) -> None:
    """Refuse with 400, sub status 1001, a document that does not belong to the partition of its request."""
    if from_document(path, document) != partition:
        raise bad_request(
            "PartitionKey extracted from document doesn't match the one specified in the header.",
            PARTITION_KEY_MISMATCH,
        )


def _checked(key: str) -> str:
    if len(key) > MAX_KEY_BYTES:
        raise bad_request(f"A partition key value may have at most {MAX_KEY_BYTES} bytes.")
    return key
