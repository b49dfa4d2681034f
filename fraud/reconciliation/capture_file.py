"""The container of Capture's Avro files, read block by block while it arrives.

A damaged block costs itself and no more: the reader reports where it lies and goes on after the next sync marker.
Source: the Apache Avro specification, "Object Container Files".
"""

import zlib
from collections.abc import Iterator

import msgspec

MAX_BLOCK_BYTES = 64 * 1024 * 1024
"""Of one block, packed or unpacked. Capture's blocks have some 10 KB to a few MB."""
_MAX_HEADER_BYTES = 1024 * 1024
_MAGIC = b"Obj\x01"
_SYNC_LENGTH = 16


class Block(msgspec.Struct, frozen=True):
    """Some records: their number, their bytes unpacked, and where the block starts in the file."""

    offset: int
    count: int
    data: bytes


class Damage(msgspec.Struct, frozen=True):
    """What could not be read, and where it starts in the file."""

    offset: int
    reason: str


class _NeedMoreError(Exception):
    """The value continues in bytes that have not arrived."""


class CaptureFile:
    """Feed it the chunks of one blob, then `finish`; either gives the blocks and damages met on the way."""

    def __init__(self) -> None:
        self.schema = b""
        self._codec = b"null"
        self._sync = b""
        self._buffer = bytearray()
        self._offset = 0
        self._lost = False
        self._unreadable = False

    def feed(self, chunk: bytes) -> Iterator[Block | Damage]:
        """Take the next bytes."""
        if self._unreadable:
            return
        self._buffer += chunk
        yield from self._drain()

    def finish(self) -> Iterator[Block | Damage]:
        """Say that nothing follows."""
        if self._unreadable:
            return
        if not self._sync:
            yield Damage(0, "the header is cut short" if self._buffer else "the file is empty")
            return
        while self._buffer and not self._lost:
            yield self._lose(f"the block is cut short after {len(self._buffer)} bytes")
            # Or only its length is damaged: then a sync marker follows before the file ends.
            yield from self._drain()

    def _drain(self) -> Iterator[Block | Damage]:
        try:
            if not self._sync:
                problem = self._read_header()
                if problem:
                    self._unreadable = True
                    self._buffer.clear()
                    yield Damage(0, problem)
                    return
            while self._buffer:
                if self._lost and not self._find_sync():
                    return
                yield from self._read_block()
        except _NeedMoreError:
            return

    def _read_header(self) -> str | None:
        data = self._buffer
        if not _MAGIC.startswith(bytes(data[:4])):
            return "not an Avro file"
        try:
            metadata, position = _read_metadata(data, 4)
            sync, position = _take(data, position, _SYNC_LENGTH)
        except _NeedMoreError:
            if len(data) > _MAX_HEADER_BYTES:
                return f"the header is longer than {_MAX_HEADER_BYTES} bytes"
            raise
        except ValueError as error:
            return f"damaged header: {error}"
        self.schema = metadata.get(b"avro.schema", b"")
        self._codec = metadata.get(b"avro.codec", b"null")
        if self._codec not in (b"null", b"deflate"):
            return f"the codec {self._codec[:20]!r} is none of Capture's"
        self._sync = sync
        self._drop(position)
        return None

    def _read_block(self) -> Iterator[Block | Damage]:
        start = self._offset
        try:
            count, position = read_long(self._buffer, 0)
            size, position = read_long(self._buffer, position)
        except ValueError as error:
            yield self._lose(f"damaged block: {error}")
            return
        if not 0 <= size <= MAX_BLOCK_BYTES or not 0 <= count <= size:
            yield self._lose(f"damaged block: {count} records in {size} bytes")
            return
        end = position + size
        if len(self._buffer) < end + _SYNC_LENGTH:
            raise _NeedMoreError
        if not self._buffer.startswith(self._sync, end):
            yield self._lose("the sync marker after the block is wrong")
            return
        try:
            data = self._unpack(bytes(memoryview(self._buffer)[position:end]))
        except (zlib.error, ValueError) as error:
            self._drop(end + _SYNC_LENGTH)
            yield Damage(start, f"damaged block of {count} records: {error}")
            return
        self._drop(end + _SYNC_LENGTH)
        yield Block(start, count, data)

    def _unpack(self, packed: bytes) -> bytes:
        if self._codec == b"null":
            return packed
        inflater = zlib.decompressobj(-15)
        data = inflater.decompress(packed, MAX_BLOCK_BYTES)
        if not inflater.eof:
            raise ValueError(f"it is cut short, or unpacks to more than {MAX_BLOCK_BYTES} bytes")
        return data

    def _lose(self, reason: str) -> Damage:
        self._lost = True
        return Damage(self._offset, reason)

    def _find_sync(self) -> bool:
        found = self._buffer.find(self._sync)
        if found < 0:
            self._drop(max(0, len(self._buffer) - _SYNC_LENGTH + 1))
            return False
        self._drop(found + _SYNC_LENGTH)
        self._lost = False
        return True

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._offset += count


def read_long(data: bytes | bytearray, position: int) -> tuple[int, int]:
    """A zigzag long, and the position after it. Raises ValueError if it has more than ten bytes."""
    value = shift = 0
    while True:
        if position >= len(data):
            raise _NeedMoreError
        octet = data[position]
        position += 1
        value |= (octet & 127) << shift
        if octet < 128:
            return (value >> 1) ^ -(value & 1), position
        shift += 7
        if shift > 63:
            raise ValueError("a number has more than ten bytes")


def _read_metadata(data: bytearray, position: int) -> tuple[dict[bytes, bytes], int]:
    metadata: dict[bytes, bytes] = {}
    while True:
        count, position = read_long(data, position)
        if count == 0:
            return metadata, position
        if count < 0:
            _, position = read_long(data, position)
        for _ in range(abs(count)):
            key, position = _read_bytes(data, position)
            metadata[key], position = _read_bytes(data, position)


def _read_bytes(data: bytearray, position: int) -> tuple[bytes, int]:
    length, position = read_long(data, position)
    if not 0 <= length <= _MAX_HEADER_BYTES:
        raise ValueError(f"a length of {length} bytes")
    return _take(data, position, length)


def _take(data: bytearray, position: int, length: int) -> tuple[bytes, int]:
    if len(data) < position + length:
        raise _NeedMoreError
    return bytes(data[position : position + length]), position + length
