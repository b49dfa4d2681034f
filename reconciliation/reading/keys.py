"""Ids as 128-bit keys, so that millions of them can be compared as numbers. All 128 bits decide.

A UUID in its canonical form is its own key, so a key can be turned back. Any other id is hashed (BLAKE2b, 128 bits) and
its text is kept aside.
"""

import hashlib
from binascii import unhexlify
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_UUID_LENGTH = 36
_DASHES = [8, 13, 18, 23]
_DIGITS = [column for column in range(_UUID_LENGTH) if column not in _DASHES]
_NIBBLES = np.full(256, 255, np.uint8)
_NIBBLES[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16, dtype=np.uint8)

Keys = NDArray[Any]
"""Shape (n, 2), uint64: the upper and the lower half of each key."""


def keys_of(ids: Sequence[str]) -> tuple[Keys, dict[int, str]]:
    """The key of each id, and the ids that are not canonical UUIDs by their position."""
    if set(map(len, ids)) - {_UUID_LENGTH}:
        fitting = [identifier if len(identifier) == _UUID_LENGTH else "-" * _UUID_LENGTH for identifier in ids]
        return _with_names(ids, *_uuid_keys(fitting))
    if (octets := _canonical_octets("".join(ids))) is not None:
        return octets, {}
    return _with_names(ids, *_uuid_keys(ids))


def _with_names(ids: Sequence[str], keys: Keys, canonical: NDArray[np.bool_]) -> tuple[Keys, dict[int, str]]:
    odd: list[int] = np.flatnonzero(~canonical).tolist()
    named = {position: ids[position] for position in odd}
    for position, identifier in named.items():
        keys[position] = np.frombuffer(_digest(identifier), ">u8")
    return keys, named


def _canonical_octets(text: str) -> Keys | None:
    """The keys of ids of 36 characters that follow each other, if all are canonical UUIDs."""
    if not text.isascii():
        return None
    characters = text.encode()
    columns = np.frombuffer(characters, np.uint8).reshape(-1, _UUID_LENGTH)
    digits = characters.translate(None, b"-")
    if len(digits) != 32 * len(columns) or digits != digits.lower() or not (columns[:, _DASHES] == ord("-")).all():
        return None
    try:
        octets = unhexlify(digits)
    except ValueError:
        return None
    return np.frombuffer(octets, ">u8").reshape(-1, 2).astype(np.uint64)


def id_of(upper: int, lower: int) -> str:
    """The canonical UUID with this key."""
    text = f"{upper:016x}{lower:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _uuid_keys(ids: Sequence[str]) -> tuple[Keys, NDArray[np.bool_]]:
    # A character outside Latin-1 becomes one `?`, which is not a digit: every id keeps its 36 columns.
    text = np.frombuffer("".join(ids).encode("latin-1", "replace"), np.uint8).reshape(len(ids), _UUID_LENGTH)
    nibbles = _NIBBLES[text[:, _DIGITS]]
    canonical = (nibbles < 16).all(axis=1) & (text[:, _DASHES] == ord("-")).all(axis=1)
    octets = np.ascontiguousarray((nibbles[:, 0::2] << 4) | (nibbles[:, 1::2] & 15))
    return octets.view(">u8").astype(np.uint64), canonical


def _digest(identifier: str) -> bytes:
    return hashlib.blake2b(identifier.encode("utf-8", "surrogatepass"), digest_size=16).digest()
