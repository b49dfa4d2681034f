"""The partition that a key belongs to: Jenkins' lookup3 over its UTF-8, folded to 16 bits, as the service does.

The service is .NET: its remainder is truncated towards zero, then made positive. Python's SDK takes the floored
remainder in its buffered producer, so the two differ for negative hashes; the service decides.
Source: `PartitionResolver` of the .NET and JavaScript clients.
"""

_MASK = 0xFFFF_FFFF
_SEED = 0xDEADBEEF


def partition_of(key: str, partitions: int) -> int:
    """The index of the partition for a key."""
    return abs(key_hash(key)) % partitions


def key_hash(key: str) -> int:
    """The signed 16-bit hash of a key."""
    c, b = _lookup3(key.encode())
    folded = (c ^ b) & 0xFFFF
    return folded - 0x1_0000 if folded >= 0x8000 else folded


def _lookup3(data: bytes) -> tuple[int, int]:
    a = b = c = (_SEED + len(data)) & _MASK
    at = 0
    while len(data) - at > 12:
        words = _words(data[at : at + 12])
        a, b, c = _mix((a + words[0]) & _MASK, (b + words[1]) & _MASK, (c + words[2]) & _MASK)
        at += 12
    if at == len(data):
        return c, b
    words = _words(data[at:].ljust(12, b"\0"))
    return _final((a + words[0]) & _MASK, (b + words[1]) & _MASK, (c + words[2]) & _MASK)


def _words(block: bytes) -> tuple[int, int, int]:
    return (
        int.from_bytes(block[:4], "little"),
        int.from_bytes(block[4:8], "little"),
        int.from_bytes(block[8:12], "little"),
    )


def _rotate(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & _MASK


def _mix(a: int, b: int, c: int) -> tuple[int, int, int]:
    for bits in (4, 6, 8, 16, 19, 4):
        a = ((a - c) & _MASK) ^ _rotate(c, bits)
        c = (c + b) & _MASK
        a, b, c = b, c, a
    return a, b, c


def _final(a: int, b: int, c: int) -> tuple[int, int]:
    for bits in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - _rotate(b, bits)) & _MASK
        a, b, c = b, c, a
    return b, a
