"""Python values that stand for AMQP's where Python has no type of its own."""

from typing import Any, NamedTuple


class Symbol(str):
    """An AMQP symbol: a name out of a known set, sent as ASCII."""

    __slots__ = ()


class Timestamp(int):
    """A moment in milliseconds since 1970, UTC: a number that remembers that it is a time."""

    __slots__ = ()


class Char(int):
    """A character by its code point."""

    __slots__ = ()


class DecimalBits(bytes):
    """A decimal of 4, 8 or 16 bytes as it came: IEEE 754 with a binary integer as its coefficient."""

    __slots__ = ()


class Described(NamedTuple):
    """A value with the descriptor (a number or a symbol) that tells what it is."""

    descriptor: Any
    value: Any


class Encoded(bytes):
    """A value that is encoded already and goes out as it is: an exact type, or an echo of what a peer sent."""

    __slots__ = ()
