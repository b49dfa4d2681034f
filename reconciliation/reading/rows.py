"""Rows: every source is reduced to one row of 48 bytes per sighting of an id, kept in buckets of ids.

A part is the rows of one unit of reading (some archive blobs, some outcome blobs, a slice of documents), sorted by
bucket, so that whoever compares a bucket reads one byte range of each part.
"""

import struct
from bisect import bisect_left
from collections.abc import Sequence
from enum import IntEnum, IntFlag
from operator import itemgetter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraud.quarantine_places import EventPlace
from fraud.suspicion import store_of
from reconciliation.reading.keys import NO_CONTENT, Keys, RunKeys

ROW = np.dtype(
    [
        ("upper", "<u8"),
        ("lower", "<u8"),
        ("content", "<u8"),
        ("sequence", "<i8"),
        ("store", "<i8"),
        ("window", "<i4"),
        ("stream", "<u2"),
        ("kind", "u1"),
        ("flags", "u1"),
    ]
)
"""`upper` and `lower` are the key of the id, `content` that of the content (see `keys`). `window` is a window number,
`stream` the position of the captured partition in the plan. `sequence` is that of a captured event; a document has both
as the archive has stamped them. For a verdict `sequence` says which of its fields differ from the verdict judged again
(`reading.verdicts`)."""

_OCTETS = np.dtype((np.void, ROW.itemsize))

Rows = NDArray[Any]
"""A one-dimensional array of ROW."""

RowValues = Sequence[int] | NDArray[Any] | int

NO_STORE = -(2**63)
NO_STREAM = 2**16 - 1
"""The stream of a document whose partition was not captured."""
ANY_STORE = NO_STORE + 1
"""The store of a content that the window of any store may find in quarantine."""


class Kind(IntEnum):
    """The place in which an id was seen."""

    CAPTURED = 0
    SUSPICIOUS = 1
    VERDICT = 2
    DOCUMENT = 3
    QUARANTINED = 4
    CASE = 5
    CASE_DUE = 6
    """The case that a blob of verdicts makes. Cases are known by their names, apart from ids."""
    PLACE = 7
    """A flagged event that was captured, at its place in the hub."""
    PLACE_VERDICT = 8
    """A verdict on an event in quarantine, at the place by which it was judged."""
    JUDGED_BY_PLACE = 9
    """The same verdict, at the id of its event: a window that names the id need not judge this content, too."""
    ALERT = 10
    """A window whose alert is missing, or is another one than its verdicts make; see `reading.alerts`."""
    FINDABLE = 11
    """A flagged content in a malformed body, at its id: a window that names the id may find it in quarantine."""
    NAMELESS = 12
    """The flagged events without a usable id in a malformed body, at its place; `store` is their number."""


class Flag(IntFlag):
    """The properties of a sighting."""

    FLAGGED = 1
    """The rule flags this captured event."""
    MALFORMED = 2
    """A captured body that is not a store event; its key stands for partition and sequence number."""
    AMBIGUOUS = 4
    """Only the second of its arrival is known, and a window ends within it: it belongs to `window` or to the next."""
    UNRESOLVED = 8
    """A verdict without its event."""
    EMBEDDED = 16
    """An event that the stream job reads out of a malformed body."""
    FURTHER = 32
    """A document under whose id another content is archived."""
    DIFFERS = 64
    """A verdict that is not what judging its event again gives, or that names several contents; see `sequence`. A
    document that somebody lets expire."""
    BY_PLACE = 128
    """A captured event that windows may not name: if it lies in quarantine, it is judged by its place."""


class PartError(ValueError):
    """Bytes that are not a part, or a damaged one."""


class RowWriter:
    """Collects the rows of one part. Memory grows with the part, about 48 bytes per row, and with the non-UUID ids."""

    def __init__(self, keys: RunKeys) -> None:
        self.keys = keys
        self._chunks: list[Rows] = []
        self._names: dict[int, str] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(
        self,
        kind: Kind,
        ids: Sequence[str],
        windows: RowValues,
        stores: RowValues,
        *,
        contents: RowValues = NO_CONTENT,
        flags: RowValues = 0,
        sequences: RowValues = -1,
        stream: RowValues = 0,
    ) -> None:
        """Add sightings; a single value stands for all."""
        if not ids:
            return
        keys, names = self.keys.of_ids(ids)
        rows = self._add(kind, keys)
        rows["window"], rows["store"], rows["flags"], rows["sequence"] = windows, stores, flags, sequences
        rows["content"], rows["stream"] = contents, stream
        self._names.update((self._count - len(ids) + position, name) for position, name in names.items())

    def add_places(
        self,
        kind: Kind,
        partition_id: str,
        sequences: Sequence[int],
        windows: RowValues = -1,
        *,
        stores: RowValues = NO_STORE,
        contents: RowValues = NO_CONTENT,
        flags: RowValues = 0,
        stream: int = 0,
    ) -> None:
        """Add sightings that are known by their places: malformed bodies, and flagged events beside their ids."""
        if not sequences:
            return
        rows = self._add(kind, self.keys.of_places(partition_id, sequences))
        rows["window"], rows["store"], rows["flags"], rows["sequence"] = windows, stores, flags, sequences
        rows["content"], rows["stream"] = contents, stream

    def add_place_verdict(
        self, place: EventPlace, name: str, window: int, store: int, *, content: int, flags: int, fields: int
    ) -> None:
        """Add a verdict on an event that was judged by its place; `name` is the verdict's name of it."""
        rows = self._add(Kind.PLACE_VERDICT, self.keys.of_places(place.partition, [place.sequence_number]))
        rows["window"], rows["store"], rows["flags"], rows["sequence"] = window, store, flags, fields
        rows["content"] = content
        self._names[self._count - 1] = name

    def add_cases(
        self, kind: Kind, names: Sequence[str], windows: RowValues, stores: RowValues, contents: RowValues
    ) -> None:
        """Add cases by their names."""
        rows = self._add(kind, self.keys.of_cases(names))
        rows["window"], rows["store"], rows["content"], rows["sequence"] = windows, stores, contents, -1
        self._names.update(enumerate(names, self._count - len(names)))

    def add_alert(self, name: str, window: int, store: int, *, flags: int, fields: int) -> None:
        """Add a window whose alert is not the one that it must be."""
        rows = self._add(Kind.ALERT, self.keys.of_cases([name]))
        rows["window"], rows["store"], rows["flags"], rows["sequence"] = window, store, flags, fields
        self._names[self._count - 1] = name

    def _add(self, kind: Kind, keys: Keys) -> Rows:
        rows = np.zeros(len(keys), ROW)
        rows["upper"], rows["lower"], rows["kind"] = keys[:, 0], keys[:, 1], kind
        self._chunks.append(rows)
        self._count += len(rows)
        return rows

    def encode(self, bits: int) -> bytes:
        """The part, in 2 ** bits buckets. It consumes the rows: memory holds them twice at most."""
        rows = joined(self._chunks)
        names = self._names
        self._chunks, self._names, self._count = [], {}, 0
        counts = np.array([len(rows)])
        if bits:
            buckets = bucket_of(rows, bits)
            order = np.argsort(buckets, kind="stable")
            counts = np.bincount(buckets, minlength=2**bits)
            rows = np.take(rows, order)
            if names:
                places = np.empty(len(order), np.int64)
                places[order] = np.arange(len(order))
                names = {int(places[position]): name for position, name in names.items()}
        segments = _segments(rows, np.cumsum(counts).tolist(), sorted(names.items()))
        del rows
        return b"".join([_header(bits, [*map(len, segments)]), *segments])


def _segments(rows: Rows, ends: Sequence[int], names: Sequence[tuple[int, str]]) -> list[bytes]:
    """Rows in the order of their buckets, which end at `ends`, and the names in the order of the rows, by bucket."""
    segments: list[bytes] = []
    start = named = 0
    for end in ends:
        following = bisect_left(names, end, key=itemgetter(0))
        own = {position - start: name for position, name in names[named:following]}
        segments.append(msgspec.msgpack.encode((rows[start:end].data.cast("B"), own)))
        start, named = end, following
    return segments


def bucket_of(rows: Rows, bits: int) -> NDArray[np.uint16]:
    """The bucket of each row. By a hash, because ids may begin with a time or end with a machine."""
    # Two bytes are sorted by radix.
    return (mixed(rows) >> np.uint64(64 - bits)).astype(np.uint16)


def mixed(rows: Rows) -> NDArray[np.uint64]:
    """A hash of each key, of which every bit depends on all lower ones of both halves."""
    product: NDArray[np.uint64] = rows["lower"] * np.uint64(0xC2B2AE3D27D4EB4F)
    product ^= rows["upper"]
    product *= np.uint64(0x9E3779B97F4A7C15)
    product ^= product >> np.uint64(29)
    product *= np.uint64(0xBF58476D1CE4E5B9)
    return product


_MAGIC = b"ROWS0002"


_HEAD_BYTES = 16


def _header(bits: int, lengths: list[int]) -> bytes:
    offsets = np.cumsum([header_length(bits), *lengths], dtype="<u8")
    return _MAGIC + struct.pack("<II", bits, 0) + offsets.tobytes()


def header_length(bits: int) -> int:
    """Bytes in front of the first bucket."""
    return _HEAD_BYTES + 8 * (2**bits + 1)


def segment_of(header: bytes, bucket: int) -> tuple[int, int]:
    """The place of a bucket in a part, as offset and length in bytes. Raises PartError."""
    if header[:8] != _MAGIC or bucket >= 2 ** struct.unpack_from("<I", header, 8)[0]:
        raise PartError("not a part with this bucket")
    start, end = struct.unpack_from("<QQ", header, _HEAD_BYTES + 8 * bucket)
    return start, end - start


def place_of_offsets(buckets: range) -> tuple[int, int]:
    """The place in a part of the offsets of neighbouring buckets, that of their end included, as offset and length."""
    return _HEAD_BYTES + 8 * buckets.start, 8 * (len(buckets) + 1)


def read_offsets(data: bytes) -> list[int]:
    """The offsets of buckets from these bytes of a part. Raises PartError."""
    offsets: list[int] = np.frombuffer(data, "<u8").tolist() if len(data) % 8 == 0 else []
    if len(offsets) < 2 or sorted(offsets) != offsets:
        raise PartError("these are not offsets of buckets")
    return offsets


def decode_segment(segment: bytes) -> tuple[Rows, dict[int, str]]:
    """The rows of a bucket, and the non-UUID ids by row. Raises PartError."""
    try:
        data, names = msgspec.msgpack.decode(segment, type=tuple[bytes, dict[int, str]])
    except msgspec.DecodeError as error:
        raise PartError(f"damaged bucket: {error}") from error
    if len(data) % ROW.itemsize:
        raise PartError(f"damaged bucket: {len(data)} bytes are not whole rows")
    return np.frombuffer(data, ROW), names


def all_rows(part: bytes) -> Rows:
    """The rows of a part, of all its buckets. Raises PartError."""
    bits: int = struct.unpack_from("<I", part, 8)[0]
    places = [segment_of(part, bucket) for bucket in range(2**bits)]
    return joined([decode_segment(part[offset : offset + length])[0] for offset, length in places])


def joined(parts: Sequence[Rows]) -> Rows:
    """Rows one after the other. As octets, since numpy takes ten times as long to copy each field of each row."""
    return np.concatenate([part.view(_OCTETS) for part in parts] or [np.zeros(0, _OCTETS)]).view(ROW)


def store_number(store_id: object) -> int:
    """A store id as a row holds it: in the normal form of the stream job; an odd one counts as no store."""
    store = store_of(store_id)
    return NO_STORE if store is None else store


def store_name(number: int) -> str:
    """A store of a row as a report shows it."""
    return "none" if number == NO_STORE else str(number)
