"""A file of Capture: a head, then blocks of records. Source: Avro specification 1.11, "Object Container Files"."""

import zlib
from collections.abc import Iterable
from typing import IO, Any, cast

import fastavro

from local_azure.event_hubs.capture.records import SCHEMA
from local_azure.event_hubs.capture.settings import Codec

PARSED = cast("dict[str, Any]", fastavro.parse_schema(SCHEMA))
BLOCK_BYTES = 256 * 1_024
"""A block ends with the record that makes it so long."""


def write_container(file: IO[bytes], records: Iterable[bytes], codec: Codec, marker: bytes) -> None:
    """Write a file of encoded records; `marker` are the sixteen bytes between blocks. Raises OSError."""
    fastavro.writer(file, PARSED, (), codec, sync_marker=marker)  # pyright: ignore[reportUnknownMemberType]
    block: list[bytes] = []
    size = 0
    for record in records:
        block.append(record)
        size += len(record)
        if size >= BLOCK_BYTES:
            _write_block(file, block, codec, marker)
            block, size = [], 0
    if block:
        _write_block(file, block, codec, marker)


def _write_block(file: IO[bytes], records: list[bytes], codec: Codec, marker: bytes) -> None:
    content = b"".join(records)
    if codec == "deflate":
        content = zlib.compress(content, wbits=-zlib.MAX_WBITS)
    file.write(b"".join((long(len(records)), long(len(content)), content, marker)))


def long(number: int) -> bytes:
    """A long as Avro writes it: zigzag, seven bits in a byte, the lowest first."""
    rest = number << 1 if number >= 0 else ~(number << 1)
    encoded = bytearray()
    while rest > 0x7F:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)
