"""Partition key values: taken from a document or from a header, in one canonical text.

The canonical text is a JSON list with one value for each path of the key, `["5"]`; a path that a document does not have
stands there as `{}`, as on the wire. A hierarchical key has two or three paths.
"""

import re
from collections.abc import Sequence
from typing import cast

import msgspec

from local_azure.cosmos.errors import PARTITION_KEY_MISMATCH, bad_request
from local_azure.cosmos.wire import JsonObject, JsonValue, decode

UNDEFINED_KEY = "[{}]"
MAX_KEY_BYTES = 2048
_PLAIN_TEXT = re.compile(r'\["[ !#-\[\]-~]{0,2048}"\]')
"""A text without anything to escape, the usual key: it is canonical as it stands."""


class KeyDefinition(msgspec.Struct, frozen=True):
    """The partition key of a container: for each path the property names from the outside in."""

    paths: tuple[tuple[str, ...], ...]
    version: int = 2

    @property
    def path(self) -> tuple[str, ...] | None:
        """The only path, or None for a hierarchical key."""
        return self.paths[0] if len(self.paths) == 1 else None

    def __str__(self) -> str:
        """The paths as a container's settings write them, such as `/store_id`."""
        return ", ".join("/" + "/".join(path) for path in self.paths)

    def of_document(self, document: JsonObject) -> str:
        """The canonical key of a document; an object or array in its place counts as absent, as in the SDKs."""
        if len(self.paths) == 1:
            value = _value(document, self.paths[0])
            if type(value) is str and _PLAIN_TEXT.fullmatch(text := f'["{value}"]'):
                return text
        return self._text([_value(document, path) for path in self.paths])

    def of_header(self, header: str | None) -> str | None:
        """The canonical key of `x-ms-documentdb-partitionkey`, or None where the request names none."""
        if header is not None and len(self.paths) == 1 and _PLAIN_TEXT.fullmatch(header):
            return header
        values = self._values(header)
        if values is None:
            return None
        if len(values) < len(self.paths) > 1:
            raise bad_request(
                f"PartitionKey has {len(values)} values, and the container's key has {len(self.paths)} paths. "
                "Partition key provided either doesn't correspond to definition in the collection or doesn't match "
                "partition key field values specified in the document.",
                PARTITION_KEY_MISMATCH,
            )
        return self._text(values or [{}])

    def prefix_of_header(self, header: str | None) -> str | None:
        """The first values of a hierarchical key that the header names; None if it names a whole key or none."""
        values = self._values(header)
        return self._text(values) if values and len(values) < len(self.paths) else None

    def check_matches(self, document: JsonObject, partition: str) -> None:
        """Refuse with 400, sub status 1001, a document that does not belong to the partition of its request."""
        if self.of_document(document) != partition:
            raise bad_request(
                "PartitionKey extracted from document doesn't match the one specified in the header.",
                PARTITION_KEY_MISMATCH,
            )

    def _values(self, header: str | None) -> list[JsonValue] | None:
        if header is None:
            return None
        values = decode(header.encode(), "The partition key header")
        if not isinstance(values, list) or len(values) > len(self.paths):
            raise bad_request(f"The partition key header must be a JSON list with at most {len(self.paths)} values.")
        return values

    def _text(self, values: Sequence[JsonValue]) -> str:
        size = 0
        for value in values:
            if isinstance(value, str):
                # An ASCII text, the usual one, has as many bytes as characters.
                size += len(value) if value.isascii() else len(value.encode())
        if size > MAX_KEY_BYTES:
            raise bad_request(f"A partition key value may have at most {MAX_KEY_BYTES} bytes, not {size}.")
        return canonical(*values)


def canonical(*values: JsonValue) -> str:
    """The canonical text of key values; 1 and 1.0 are the same key. Objects and arrays are refused with 400."""
    return msgspec.json.encode([_plain(value) for value in values]).decode()


def required(partition: str | None) -> str:
    """The key of an operation on one document, which must name it."""
    if partition is None:
        raise bad_request("PartitionKey value must be supplied for this operation.")
    return partition


def _plain(value: JsonValue) -> JsonValue:
    if type(value) is str:
        return value
    if type(value) in (int, float):
        # Keys are doubles: an integer beyond 2^53 is the same key as the double next to it.
        try:
            double = float(cast(float, value))
        except OverflowError:
            raise bad_request("A partition key value must be a number that a double holds.") from None
        return int(double) if double.is_integer() and abs(double) < 2**63 else double
    if isinstance(value, list) or (isinstance(value, dict) and value):
        raise bad_request("A partition key value must be a string, a number, a boolean or null.")
    return value


def _value(document: JsonObject, path: tuple[str, ...]) -> JsonValue:
    value: JsonValue = document
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return {}
        value = cast(JsonObject, value)[name]
    return {} if isinstance(value, list | dict) else value
