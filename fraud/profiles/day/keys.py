"""Columns of customers and skus: short ones lie in a row of bytes each, so that no step is taken for each of them."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from fraud.context.event_facts import LONGEST_TEXT, key
from fraud.profiles.day.arrays import Bools

KeyColumn = NDArray[Any]
"""Keys, of which a missing one is empty: bytes of at most WIDEST if all are of ASCII, without line breaks and zeros;
texts as objects otherwise."""
WrittenKeys = bytes | list[str]

WIDEST = 24
_END = ord("\n")
_LOW = 256
"""Shards are told by the lowest byte of a checksum, of which they are a part."""


def keys_of(values: Sequence[Any]) -> KeyColumn:
    """A column of customers or skus from JSON values."""
    kinds = set(map(type, values))
    if kinds == {str}:
        texts: Sequence[str] = values
    elif kinds == {int} and min(values) > -(2**63) and max(values) < 2**63:
        texts = [*map(str, values)]
    else:
        texts = [key(value) or "" for value in values]
    joined = "".join(texts)
    if joined.isascii() and "\n" not in joined and "\0" not in joined:
        column = np.array(texts, np.bytes_)
        if column.itemsize <= WIDEST:
            return column
    return np.array([text[:LONGEST_TEXT] for text in texts], np.object_)


def joined_keys(columns: Sequence[KeyColumn]) -> KeyColumn:
    """Columns one after the other."""
    if all(column.dtype.kind == "S" for column in columns):
        return np.concatenate(columns)
    return np.array([text for column in columns for text in texts_of(column)], np.object_)


def texts_of(column: KeyColumn) -> list[str]:
    """Keys as texts."""
    return read_keys(write_keys(column, (0, len(column)))[0])


def has_key(column: KeyColumn) -> Bools:
    """The rows whose key is not missing."""
    return column != (b"" if column.dtype.kind == "S" else "")


def shards_of(column: KeyColumn, number: int) -> NDArray[np.uint8]:
    """The shard of each key: `crc32(key) % number`, where the number divides 256."""
    if column.dtype.kind != "S":
        return np.fromiter((crc32(key.encode()) % number for key in column.tolist()), np.uint8, len(column))
    octets = _octets(column)
    lengths = np.count_nonzero(octets, axis=1)
    low = np.empty(len(column), np.uint8)
    tables, starts = _tables()
    for length in np.flatnonzero(np.bincount(lengths)).tolist():
        rows = np.flatnonzero(lengths == length)
        own = octets[rows]
        sums = np.full(len(rows), starts[length], np.uint8)
        for place in range(length):
            sums ^= tables[length - 1 - place][own[:, place]]
        low[rows] = sums
    return low % number


@cache
def _tables() -> tuple[NDArray[np.uint8], list[int]]:
    """The lowest byte of a checksum, which is the exclusive or of what each byte adds by its place from the end.

    Gives what 256 bytes add at each place, and the checksum of so many zeros (CRC-32, RFC 1952, section 8).
    """
    zeros = [crc32(b"\0" * length) for length in range(WIDEST + 1)]
    added = [
        [(crc32(bytes([octet]) + b"\0" * place) ^ zeros[place + 1]) % _LOW for octet in range(256)]
        for place in range(WIDEST)
    ]
    return np.array(added, np.uint8), [own % _LOW for own in zeros]


def write_keys(column: KeyColumn, starts: Sequence[int]) -> list[WrittenKeys]:
    """Neighbouring parts of a column, from each start to the next, for `read_keys`."""
    if column.dtype.kind != "S":
        return [column[start:end].tolist() for start, end in pairwise(starts)]
    lines = np.full((len(column), column.itemsize + 1), _END, np.uint8)
    lines[:, :-1] = _octets(column)
    return [lines[start:end].tobytes() for start, end in pairwise(starts)]


def read_keys(written: WrittenKeys) -> list[str]:
    """The texts of a part of a column."""
    if isinstance(written, list):
        return written
    return written.translate(None, b"\0").decode("ascii").split("\n")[:-1]


def read_column(written: WrittenKeys, number: int) -> KeyColumn:
    """A part of a column, of so many keys; there is one at least."""
    if isinstance(written, list):
        return np.array(written, np.object_)
    octets = np.ascontiguousarray(np.frombuffer(written, np.uint8).reshape(number, -1)[:, :-1])
    return octets.view(f"S{octets.shape[1]}").reshape(number)


def _octets(column: KeyColumn) -> NDArray[np.uint8]:
    return np.ascontiguousarray(column).view(np.uint8).reshape(len(column), column.itemsize)
