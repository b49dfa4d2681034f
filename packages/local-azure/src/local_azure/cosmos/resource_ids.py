"""Resource ids (`_rid`), as the service makes them and as its SDKs take them apart.

Four bytes for the database, four for the container, eight for the document, in base64 with `-` for `/`. The first bit
of the second four says container (1) or user (0). The upper half of the last byte of the third eight says what
lies in the container: 0 is a document. The SDK for .NET reads both: src/Pagination/ResourceIdentifier.cs.
Container ids made by earlier versions lack the bit, and their documents' ids are big-endian; both stay as they are.
"""

import base64
import struct

_CONTAINER = 0x8000_0000


def of_database(number: int) -> str:
    """The `_rid` of a database."""
    return encode(struct.pack(">I", number))


def of_container(database: int, number: int) -> str:
    """The `_rid` of a container."""
    return encode(struct.pack(">II", database, number | _CONTAINER))


def of_document(container: bytes, row: int) -> str:
    """The `_rid` of a document; `container` is the decoded `_rid` of its container."""
    return encode(container + struct.pack(_order(container), row))


def of_range(container: str, place: int) -> str:
    """The `_rid` of a partition key range."""
    return encode(decode(container) + struct.pack("<Q", 5 << 60 | place + 1))


def of_offer(number: int) -> str:
    """The `_rid` of a throughput setting, whose `id` it is too."""
    return encode(struct.pack(">I", number)[1:])


def row_of(container: bytes, resource_id: str) -> int:
    """The row of the document with this `_rid`. ValueError if it cannot be one of this container."""
    raw = decode(resource_id)
    if len(raw) != len(container) + 8 or not raw.startswith(container):
        raise ValueError(resource_id)
    return struct.unpack(_order(container), raw[len(container) :])[0]


def encode(raw: bytes) -> str:
    """Bytes as they stand in a `_rid`."""
    return base64.b64encode(raw).decode().replace("/", "-")


def decode(resource_id: str) -> bytes:
    """The bytes of a `_rid`. ValueError if it is malformed."""
    return base64.b64decode(resource_id.replace("-", "/"), validate=True)


def _order(container: bytes) -> str:
    return "<Q" if container[4] & 0x80 else ">Q"
