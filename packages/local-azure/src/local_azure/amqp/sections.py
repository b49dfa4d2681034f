"""Sections: how an encoded message is cut, without decoding what a broker need not know.

A message is a run of described values. A broker looks into some, replaces its annotations and passes the rest on
byte for byte, whatever it holds. Source: AMQP 1.0 part 3 section 3.2.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from local_azure.amqp.errors import DecodeError
from local_azure.amqp.spans import skip

_NULL, _ULONG, _SMALL_ULONG = 0x40, 0x80, 0x53
_LONG_DATA = b"\x00\x53\x75\xb0"
"""The beginning of each event of a batch."""


class SectionCode(IntEnum):
    """Descriptors of the sections, in the order in which they must come."""

    HEADER = 0x70
    DELIVERY_ANNOTATIONS = 0x71
    MESSAGE_ANNOTATIONS = 0x72
    PROPERTIES = 0x73
    APPLICATION_PROPERTIES = 0x74
    DATA = 0x75
    SEQUENCE = 0x76
    VALUE = 0x77
    FOOTER = 0x78


_REPEATABLE = (SectionCode.DATA, SectionCode.SEQUENCE)
_BODIES = (SectionCode.DATA, SectionCode.SEQUENCE, SectionCode.VALUE)


class Section(NamedTuple):
    """Where a section lies: it starts at `start`, its value at `value`, and it ends before `end`."""

    code: int
    start: int
    value: int
    end: int


def sections(message: bytes) -> list[Section]:
    """The sections of a message, in the order of the standard. Raises DecodeError if it is malformed.

    Two things pass against the letter of the standard, because the Python SDKs do them: a request without a body, and
    delivery annotations that are written last.
    """
    parts: list[Section] = []
    seen: set[int] = set()
    at, end, last = 0, len(message), 0
    while at < end:
        if last == SectionCode.DATA and message.startswith(_LONG_DATA, at) and at + 8 <= end:
            code, value, behind = last, at + 3, at + 8 + int.from_bytes(message[at + 4 : at + 8], "big")
            if behind <= end:
                parts.append(Section(code, at, value, behind))
                at = behind
                continue
        code, value = _descriptor(message, at, end)
        if code in seen and not (code == last and code in _REPEATABLE):
            raise DecodeError("a section of a message comes twice")
        behind = skip(message, value, end)
        parts.append(Section(code, at, value, behind))
        seen.add(code)
        at, last = behind, code
    if len(seen.intersection(_BODIES)) > 1:
        raise DecodeError("a message has two kinds of body")
    parts.sort()
    return parts


def _descriptor(message: bytes, at: int, end: int) -> tuple[int, int]:
    if message[at] != 0 or at + 3 > end:
        raise DecodeError("a section does not begin with a descriptor")
    if message[at + 1] == _SMALL_ULONG:
        code, value = message[at + 2], at + 3
    elif message[at + 1] == _ULONG:
        code, value = int.from_bytes(message[at + 2 : at + 10], "big"), at + 10
    else:
        raise DecodeError("a section's descriptor is not a number")
    if not SectionCode.HEADER <= code <= SectionCode.FOOTER:
        raise DecodeError(f"0x{code:x} is not a section of a message")
    return code, value


def data_bytes(message: bytes, section: Section) -> bytes:
    """The bytes of a data section; none of a null, which the service takes (azure-sdk-for-js issue 29832).

    Raises DecodeError for any other value that is not binary.
    """
    code = message[section.value]
    if code == _NULL:
        return b""
    if code == 0xA0:
        return message[section.value + 2 : section.end]
    if code == 0xB0:
        return message[section.value + 5 : section.end]
    raise DecodeError("a data section holds something else than binary")


def split_batch(message: bytes) -> list[bytes]:
    """The messages of a batch (format `incoming_link.BATCH_FORMAT`). Raises DecodeError for any other message."""
    return data_parts(message, sections(message))


def data_parts(message: bytes, parts: Iterable[Section]) -> list[bytes]:
    """The bytes of each data section among those of a message. Raises DecodeError like `data_bytes`."""
    return [data_bytes(message, section) for section in parts if section.code == SectionCode.DATA]
