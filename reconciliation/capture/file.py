"""The container of Capture's Avro files, read block by block while it arrives.

A damaged block loses only itself: the reader reports where it lies and goes on after the next sync marker. Source: the
Apache Avro specification, "Object Container Files".
"""

# pyright: reportUnknownMemberType=false
# isal's types leave the bytes open.

from collections.abc import Iterator
from typing import cast

import msgspec
from isal import isal_zlib

MAX_BLOCK_BYTES = 64 * 1024 * 1024
"""Of one block, packed or unpacked. Capture's blocks have some 10 KB to a few MB."""
_MAX_HEADER_BYTES = 1024 * 1024
_MAGIC = b"Obj\x01"
_SYNC_LENGTH = 16
_INFLATE_ERROR = cast("type[Exception]", isal_zlib.error)


class Block(msgspec.Struct, frozen=True):
    """Some records: their number, their bytes, unpacked, in data[start:end], and where the block lies in the file."""

    offset: int
    count: int
    data: bytes
    start: int
    end: int


class Damage(msgspec.Struct, frozen=True):
    """A stretch that could not be read, and where it starts in the file."""

    offset: int
    reason: str


class _NeedMoreError(Exception):
    """The value continues in bytes that have not arrived."""


class CaptureFile:
    """Feed it the chunks of one blob, then `finish`; either gives the blocks and damages met on the way."""

    def __init__(self) -> None:
        self.schema = b""
        self.codec = b"null"
        self._sync = b""
        # What has arrived and is not read yet is data[position:]; data begins at `base` in the file.
        self._data = b""
        self._position = 0
        self._base = 0
        self._lost = False
        self._unreadable = False

    def feed(self, chunk: bytes) -> Iterator[Block | Damage]:
        """Take the next bytes."""
        if self._unreadable:
            return
        rest = self._data[self._position :]
        self._base += self._position
        self._data, self._position = (rest + chunk if rest else chunk), 0
        yield from self._drain()

    def finish(self) -> Iterator[Block | Damage]:
        """Say that nothing follows."""
        if self._unreadable:
            return
        if not self._sync:
            yield Damage(0, "the header is cut short" if self._left else "the file is empty")
            return
        while self._left and not self._lost:
            yield self._lose(f"the block is cut short after {self._left} bytes")
            # Or only its length is damaged: then a sync marker follows before the file ends.
            yield from self._drain()

    @property
    def _left(self) -> int:
        return len(self._data) - self._position

    def _drain(self) -> Iterator[Block | Damage]:
        try:
            if not self._sync:
                problem = self._read_header()
                if problem:
                    self._unreadable = True
                    yield Damage(0, problem)
                    return
            while self._left:
                if self._lost and not self._find_sync():
                    return
                if self._left:
                    yield self._read_block()
        except _NeedMoreError:
            return

    def _read_header(self) -> str | None:
        data = self._data
        if not _MAGIC.startswith(data[:4]):
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
        self.codec = metadata.get(b"avro.codec", b"null")
        if self.codec not in (b"null", b"deflate"):
            return f"the codec {self.codec[:20]!r} is not one of Capture's"
        self._sync = sync
        self._position = position
        return None

    def _read_block(self) -> Block | Damage:
        data = self._data
        offset = self._base + self._position
        try:
            count, start = read_long(data, self._position)
            size, start = read_long(data, start)
        except ValueError as error:
            return self._lose(f"damaged block: {error}")
        if not 0 <= size <= MAX_BLOCK_BYTES or not 0 <= count <= size:
            return self._lose(f"damaged block: {count} records in {size} bytes")
        end = start + size
        if len(data) < end + _SYNC_LENGTH:
            raise _NeedMoreError
        if not data.startswith(self._sync, end):
            return self._lose("the sync marker after the block is wrong")
        self._position = end + _SYNC_LENGTH
        if self.codec == b"null":
            return Block(offset, count, data, start, end)
        try:
            unpacked = _inflate(memoryview(data)[start:end])
        except (_INFLATE_ERROR, ValueError) as error:
            return Damage(offset, f"damaged block of {count} records: {error}")
        return Block(offset, count, unpacked, 0, len(unpacked))

    def _lose(self, reason: str) -> Damage:
        self._lost = True
        return Damage(self._base + self._position, reason)

    def _find_sync(self) -> bool:
        place = self._data.find(self._sync, self._position)
        if place < 0:
            # A marker may have begun in the last bytes.
            self._position = max(self._position, len(self._data) - _SYNC_LENGTH + 1)
            return False
        self._position = place + _SYNC_LENGTH
        self._lost = False
        return True


def _inflate(packed: memoryview) -> bytes:
    inflater = isal_zlib.decompressobj(-15)
    data = inflater.decompress(packed, MAX_BLOCK_BYTES)
    if not inflater.eof:
        raise ValueError(f"it is cut short, or unpacks to more than {MAX_BLOCK_BYTES} bytes")
    return data


def read_long(data: bytes, position: int) -> tuple[int, int]:
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


def _read_metadata(data: bytes, position: int) -> tuple[dict[bytes, bytes], int]:
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


def _read_bytes(data: bytes, position: int) -> tuple[bytes, int]:
    length, position = read_long(data, position)
    if not 0 <= length <= _MAX_HEADER_BYTES:
        raise ValueError(f"a length of {length} bytes")
    return _take(data, position, length)


def _take(data: bytes, position: int, length: int) -> tuple[bytes, int]:
    if len(data) < position + length:
        raise _NeedMoreError
    return data[position : position + length], position + length
