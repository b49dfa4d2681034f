"""One reading of a message's body as bytes, for all that hand a message on: Capture, the stream job, the host.

    data sections                their bytes, one after the other; a null section has none
    a value: binary              its bytes
    a value: string or symbol    its text in UTF-8
    a value: anything else       JSON
    sequence sections            JSON: one array of the elements of all sections

JSON is written by `plain`. Azure has no such form: its functions host hands on data only and refuses a body of the
other kinds ("cannot be retrieved using the Body property"), a string value of Service Bus apart (azure-sdk-for-net
issue 20236). Here such a body reaches the function, the job and the archive whole, and alike.
"""

import base64
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any, Protocol, cast
from uuid import UUID

import msgspec

from local_azure.amqp.decode import decode
from local_azure.amqp.message import Message
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.values import Char, DecimalBits, Described, Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_JSON = msgspec.json.Encoder(decimal_format="number")
_FIRST_SURROGATE, _LAST_SURROGATE, _LARGEST_POINT = 0xD800, 0xDFFF, 0x10FFFF


class Received(Protocol):
    """A message or an event as Microsoft's SDKs for Python give it."""

    @property
    def body(self) -> Any:
        """A value, or an iterable over the sections."""
        ...

    @property
    def body_type(self) -> Any:
        """`data`, `sequence` or `value` of an enumeration."""
        ...


def body_of(message: Message) -> bytes:
    """The body of an encoded message. Raises DecodeError if it is malformed."""
    if message.section(SectionCode.DATA):
        return message.body()
    sequences = [each for each in message.sections if each.code == SectionCode.SEQUENCE]
    if sequences:
        return sequence_bytes(decode(message.data, each.value)[0] for each in sequences)
    return value_bytes(message.value())


def received_body(message: Received) -> bytes:
    """The body of what an SDK received, whose decoder `sdk_types.complete` has completed."""
    body = message.body
    match message.body_type.value:
        case "data":
            return b"".join([part for part in cast(Iterable[bytes | None], body) if part])
        case "sequence":
            return sequence_bytes(cast(Iterable[Any], body))
        case _:
            return value_bytes(body)


def value_bytes(value: Any) -> bytes:
    """The bytes of a body that is one value."""
    while isinstance(value, Described):
        value = value.value
    if isinstance(value, bytes) and not isinstance(value, DecimalBits):
        return value
    if isinstance(value, str):
        return value.encode()
    return _JSON.encode(plain(value))


def sequence_bytes(sections: Iterable[Any]) -> bytes:
    """The bytes of a body of sequences."""
    return _JSON.encode([plain(element) for section in sections for element in section])


def json_text(value: Any) -> str:
    """A value of AMQP as JSON."""
    return _JSON.encode(plain(value)).decode()


def plain(value: Any) -> Any:
    """A value of AMQP as JSON has it: None, bool, int, float, Decimal, str, list or dict.

    A timestamp becomes `2026-01-01T12:00:00Z`, a UUID and a char their text, binary its text or, if it is not UTF-8,
    base64; a map an object whose keys are text; a described value the value alone. NaN and the infinities become
    text, as JSON has no number for them.
    """
    kind: type = type(value)  # pyright: ignore[reportUnknownVariableType] - of Any
    reader = _READERS.get(kind)
    if reader is None:
        reader = next((each for kind, each in _READERS.items() if isinstance(value, kind)), str)
    return reader(value)


def moment_text(milliseconds: int) -> str | int:
    """A timestamp in ISO 8601; the number itself if it lies outside the years 1 to 9999."""
    try:
        moment = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return int(milliseconds)
    return moment.isoformat(timespec="milliseconds" if milliseconds % 1_000 else "seconds").replace("+00:00", "Z")


def _as_it_is(value: Any) -> Any:
    return value


def _float(number: float) -> float | str:
    return number if isfinite(number) else str(number).replace("inf", "Infinity").replace("nan", "NaN")


def _char(point: int) -> str:
    is_character = point < _FIRST_SURROGATE or _LAST_SURROGATE < point <= _LARGEST_POINT
    return chr(point) if is_character else "\ufffd"


def _text(raw: bytes) -> str:
    """The SDKs do not tell strings from binary."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode()


def _list(items: Iterable[Any]) -> list[Any]:
    return [plain(each) for each in items]


def _object(items: Mapping[Any, Any]) -> dict[str, Any]:
    return {_key(key): plain(each) for key, each in items.items()}


def _key(key: Any) -> str:
    text = plain(key)
    return text if isinstance(text, str) else _JSON.encode(text).decode()


def _decimal(bits: bytes) -> Decimal | str:
    """IEEE 754-2008, section 3.5.2: a sign, an exponent and a coefficient, in 32, 64 or 128 bits."""
    width = 8 * len(bits)
    exponent_bits, bias, digits = _DECIMAL_FORMATS[width]
    number = int.from_bytes(bits, "big")
    sign, rest = number >> (width - 1), number & ((1 << (width - 1)) - 1)
    first_five = rest >> (width - 6)
    if first_five >= _INFINITE:
        return "NaN" if first_five > _INFINITE else "-Infinity" if sign else "Infinity"
    low_bits = width - 1 - exponent_bits
    implied = 0
    if first_five >> 3 == 0b11:  # a coefficient that begins with the bits 100, which are not written
        low_bits -= 2
        implied = 0b100 << low_bits
    exponent = rest >> low_bits & ((1 << exponent_bits) - 1)
    coefficient = implied | rest & ((1 << low_bits) - 1)
    if coefficient >= 10**digits:
        coefficient = 0  # not canonical: it stands for zero
    return Decimal((sign, tuple(map(int, str(coefficient))), exponent - bias))


_INFINITE = 0b11110
_DECIMAL_FORMATS = {32: (8, 101, 7), 64: (10, 398, 16), 128: (14, 6176, 34)}
_READERS: dict[type, Callable[[Any], Any]] = {
    type(None): _as_it_is,
    bool: _as_it_is,
    Timestamp: moment_text,
    Char: _char,
    int: int,
    float: _float,
    Decimal: _as_it_is,
    DecimalBits: _decimal,
    str: str,
    bytes: _text,
    UUID: str,
    Described: lambda described: plain(described.value),
    dict: _object,
    list: _list,
    tuple: _list,
}
