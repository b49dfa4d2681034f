"""Rows as JSON for the outputs, and state as MessagePack for the journal.

Whole numbers beyond 64 bits may stand in an event's JSON. msgspec reads them but does not write them, so where writing
fails for that reason they are wrapped first.
"""

import json
from typing import Any

import msgspec

from local_azure.stream_analytics.engine.times import Instant, format_instant

_INSTANT = 1
_BIG_INTEGER = 2
_LIMIT = 2**63


class _BigInteger:
    def __init__(self, value: int) -> None:
        self.value = value


def _to_json(value: Any) -> Any:
    if isinstance(value, Instant):
        return format_instant(value)
    if isinstance(value, _BigInteger):
        return msgspec.Raw(json.dumps(value.value).encode())
    raise NotImplementedError(type(value).__name__)


def _to_extension(value: Any) -> Any:
    if isinstance(value, Instant):
        return msgspec.msgpack.Ext(_INSTANT, int(value).to_bytes(8, "big"))
    if isinstance(value, _BigInteger):
        return msgspec.msgpack.Ext(_BIG_INTEGER, str(value.value).encode())
    raise NotImplementedError(type(value).__name__)


def _from_extension(code: int, data: memoryview) -> Any:
    if code == _INSTANT:
        return Instant(int.from_bytes(data, "big"))
    if code == _BIG_INTEGER:
        return int(bytes(data))
    raise ValueError(f"unknown extension {code}")


_json = msgspec.json.Encoder(enc_hook=_to_json)
_pack = msgspec.msgpack.Encoder(enc_hook=_to_extension)
_unpack = msgspec.msgpack.Decoder(ext_hook=_from_extension)


def row_to_json(row: dict[str, Any]) -> bytes:
    """A row as an output writes it: datetimes with seven decimals, booleans as they came."""
    try:
        return _json.encode(row)
    except OverflowError:
        return _json.encode(_wrapped(row))


def pack(state: Any) -> bytes:
    """State made of plain values and datetimes, as bytes."""
    try:
        return _pack.encode(state)
    except OverflowError:
        return _pack.encode(_wrapped(state))


def unpack(data: bytes) -> Any:
    """The value that `pack` was given; tuples come back as lists."""
    return _unpack.decode(data)


def _wrapped(value: Any) -> Any:
    if value.__class__ is dict:
        return {name: _wrapped(inner) for name, inner in value.items()}
    if value.__class__ in (list, tuple):
        return [_wrapped(inner) for inner in value]
    if value.__class__ is int and not -_LIMIT <= value < _LIMIT:
        return _BigInteger(value)
    return value
