"""The effective partition key: the place of a partition key among the ranges of a container.

Each component is hashed with MurmurHash3 (128 bits), the two highest bits cleared; a hierarchical key is one hash after
the other. The SDKs compute the same (azure-cosmos, partition_key.py, hash version 2). In hexadecimal, upper case.
"""

import struct
from functools import lru_cache
from typing import Any

import msgspec

from local_azure.cosmos.wire import JsonValue

_MASK = 0xFFFFFFFFFFFFFFFF
_decode = msgspec.json.Decoder[list[Any]](list[Any]).decode
_C1, _C2 = 0x87C37B91114253D5, 0x4CF5AD432745937F


@lru_cache(maxsize=65_536)
def effective_key(canonical: str) -> str:
    """The effective partition key of a canonical key (see `partition_key`), whole or a prefix."""
    return "".join(_hashed(component) for component in _decode(canonical))


def _hashed(component: JsonValue) -> str:
    low, high = murmur3(_hashable(component))
    return f"{(high << 64 | low) & (2**126 - 1):032X}"


def _hashable(component: JsonValue) -> bytes:
    match component:
        case True:
            return b"\x03"
        case False:
            return b"\x02"
        case None:
            return b"\x01"
        case int() | float():
            return b"\x05" + struct.pack("<d", component)
        case str():
            return b"\x08" + component.encode() + b"\xff"
        case _:
            return b"\x00"


def murmur3(data: bytes) -> tuple[int, int]:
    """MurmurHash3 x64 of 128 bits with seed 0: the low and the high half."""
    low = high = 0
    whole = len(data) // 16 * 16
    for k1, k2 in struct.iter_unpack("<QQ", data[:whole]):
        low = (_rotated(low ^ _mixed(k1, _C1, 31, _C2), 27) + high) * 5 + 0x52DCE729 & _MASK
        high = (_rotated(high ^ _mixed(k2, _C2, 33, _C1), 31) + low) * 5 + 0x38495AB5 & _MASK
    k1, k2 = struct.unpack("<QQ", data[whole:].ljust(16, b"\0"))
    high ^= _mixed(k2, _C2, 33, _C1)
    low ^= _mixed(k1, _C1, 31, _C2)
    low, high = low ^ len(data), high ^ len(data)
    low = low + high & _MASK
    high = high + low & _MASK
    low, high = _final(low), _final(high)
    low = low + high & _MASK
    return low, high + low & _MASK


def _mixed(block: int, first: int, turn: int, second: int) -> int:
    return _rotated(block * first & _MASK, turn) * second & _MASK


def _rotated(value: int, turn: int) -> int:
    return (value << turn | value >> 64 - turn) & _MASK


def _final(value: int) -> int:
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & _MASK
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & _MASK
    return value ^ value >> 33
