"""What every source is reduced to: one row a sighting of an id, 40 bytes each, kept in buckets of ids.

A part is the rows of one unit of reading (some archive blobs, some outcome blobs, a slice of documents), sorted by
bucket, so that whoever compares a bucket reads one byte range of each part.
"""

import struct
from collections.abc import Sequence
from enum import IntEnum, IntFlag
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraud.reconciliation.keys import keys_of

ROW = np.dtype(
    [
        ("upper", "<u8"),
        ("lower", "<u8"),
        ("sequence", "<i8"),
        ("store", "<i8"),
        ("window", "<i4"),
        ("stream", "<u2"),
        ("kind", "u1"),
        ("flags", "u1"),
    ]
)
"""`window` is a window number, `stream` the position of the captured partition in the plan."""

Rows = NDArray[Any]
"""A one-dimensional array of ROW."""

NO_STORE = -(2**63)
OTHER_STORE = NO_STORE + 1
"""A store id that is no integer of 62 bits: the producers have none, but a body may hold anything."""


class Kind(IntEnum):
    """Where an id was seen."""

    CAPTURED = 0
    SUSPICIOUS = 1
    VERDICT = 2
    DOCUMENT = 3
    QUARANTINED = 4


class Flag(IntFlag):
    """What is known of a sighting."""

    FLAGGED = 1
    """The rule flags this captured event."""
    MALFORMED = 2
    """A captured body that is no store event; its key stands for partition and sequence number."""
    AMBIGUOUS = 4
    """Only the second of its arrival is known, and a window ends within it: it belongs to `window` or to the next."""
    UNRESOLVED = 8
    """A verdict without its event."""
    EMBEDDED = 16
    """An event that the stream job reads out of a malformed body."""


class PartError(ValueError):
    """Bytes that are no part, or a damaged one."""


class RowWriter:
    """Collects the rows of one part. Memory grows with the part, about 40 bytes a row and the ids that are no UUIDs."""

    def __init__(self) -> None:
        self._chunks: list[Rows] = []
        self._names: dict[int, str] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(
        self,
        kind: Kind,
        ids: Sequence[str],
        windows: Sequence[int] | int,
        stores: Sequence[int] | int,
        *,
        flags: Sequence[int] | int = 0,
        sequences: Sequence[int] | int = -1,
        stream: int = 0,
    ) -> None:
        """Add sightings; a single value stands for all."""
        if not ids:
            return
        rows = np.zeros(len(ids), ROW)
        keys, names = keys_of(ids)
        rows["upper"], rows["lower"] = keys[:, 0], keys[:, 1]
        rows["window"], rows["store"], rows["flags"], rows["sequence"] = windows, stores, flags, sequences
        rows["stream"], rows["kind"] = stream, kind
        self._chunks.append(rows)
        self._names.update((self._count + position, name) for position, name in names.items())
        self._count += len(ids)

    def encode(self, bits: int) -> bytes:
        """The part, in 2 ** bits buckets."""
        rows = np.concatenate(self._chunks) if self._chunks else np.zeros(0, ROW)
        buckets = bucket_of(rows, bits)
        order = np.argsort(buckets, kind="stable")
        rows = rows[order]
        ends: NDArray[np.int64] = np.cumsum(np.bincount(buckets.astype(np.int64), minlength=2**bits))
        position_in_part = np.empty(len(order), np.int64)
        position_in_part[order] = np.arange(len(order))
        names: list[dict[int, str]] = [{} for _ in range(2**bits)]
        for position, name in self._names.items():
            bucket = int(buckets[position])
            start = int(ends[bucket - 1]) if bucket else 0
            names[bucket][int(position_in_part[position]) - start] = name
        segments: list[bytes] = []
        for bucket in range(2**bits):
            start = int(ends[bucket - 1]) if bucket else 0
            segments.append(msgspec.msgpack.encode((rows[start : int(ends[bucket])].tobytes(), names[bucket])))
        return _header(bits, [len(segment) for segment in segments]) + b"".join(segments)


def bucket_of(rows: Rows, bits: int) -> NDArray[np.uint64]:
    """The bucket of each row. The halves are mixed: ids may carry a time in front, or a machine behind."""
    if bits == 0:
        return np.zeros(len(rows), np.uint64)
    mixed = (rows["upper"] ^ rows["lower"]) * np.uint64(0x9E3779B97F4A7C15)
    return mixed >> np.uint64(64 - bits)


_MAGIC = b"ROWS0001"


def _header(bits: int, lengths: list[int]) -> bytes:
    offsets = np.cumsum([header_length(bits), *lengths], dtype="<u8")
    return _MAGIC + struct.pack("<II", bits, 0) + offsets.tobytes()


def header_length(bits: int) -> int:
    """Bytes in front of the first bucket."""
    return 16 + 8 * (2**bits + 1)


def segment_of(header: bytes, bucket: int) -> tuple[int, int]:
    """Where a bucket lies in a part, as offset and length in bytes. Raises PartError."""
    if header[:8] != _MAGIC or bucket >= 2 ** struct.unpack_from("<I", header, 8)[0]:
        raise PartError("not a part with this bucket")
    start, end = struct.unpack_from("<QQ", header, 16 + 8 * bucket)
    return start, end - start


def decode_segment(segment: bytes) -> tuple[Rows, dict[int, str]]:
    """The rows of a bucket, and the ids that are no UUIDs by row. Raises PartError."""
    try:
        data, names = msgspec.msgpack.decode(segment, type=tuple[bytes, dict[int, str]])
    except msgspec.DecodeError as error:
        raise PartError(f"damaged bucket: {error}") from error
    if len(data) % ROW.itemsize:
        raise PartError(f"damaged bucket: {len(data)} bytes are no whole rows")
    return np.frombuffer(data, ROW), names


def store_number(store_id: object) -> int:
    """A store id as a row holds it."""
    if store_id is None:
        return NO_STORE
    if isinstance(store_id, int) and not isinstance(store_id, bool) and abs(store_id) < 2**62:
        return store_id
    return OTHER_STORE


def store_name(number: int) -> str:
    """A store of a row as a report shows it."""
    return {NO_STORE: "none", OTHER_STORE: "other"}.get(number) or str(number)
