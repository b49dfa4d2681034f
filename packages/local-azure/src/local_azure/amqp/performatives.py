"""The nine performatives of AMQP and their fields: decoding checks every type, encoding writes every field.

Complete lists, trailing nulls included, because the Python SDKs read fields by position.
Source: AMQP 1.0 part 2 section 2.7.
"""

from enum import IntEnum
from typing import Annotated, Any

import msgspec

from local_azure.amqp.decode import decode
from local_azure.amqp.encode import described
from local_azure.amqp.errors import Condition, DecodeError, PeerError
from local_azure.amqp.values import Described, Symbol

UByte = Annotated[int, msgspec.Meta(ge=0, le=0xFF)]
UShort = Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]
UInt = Annotated[int, msgspec.Meta(ge=0, le=0xFFFF_FFFF)]
ULong = Annotated[int, msgspec.Meta(ge=0)]
Map = dict[Any, Any]


class Open(msgspec.Struct, array_like=True, frozen=True):
    """The first performative of a connection."""

    container_id: str
    hostname: str | None = None
    max_frame_size: UInt | None = None
    channel_max: UShort | None = None
    idle_time_out: UInt | None = None
    outgoing_locales: Any = None
    incoming_locales: Any = None
    offered_capabilities: Any = None
    desired_capabilities: Any = None
    properties: Map | None = None


class Begin(msgspec.Struct, array_like=True, frozen=True):
    """Begins a session on the channel that carries it."""

    remote_channel: UShort | None
    next_outgoing_id: UInt
    incoming_window: UInt
    outgoing_window: UInt


class Attach(msgspec.Struct, array_like=True, frozen=True):
    """Attaches a link. `receiver` tells the role of the side that sends the performative."""

    name: str
    handle: UInt
    receiver: bool
    snd_settle_mode: UByte | None = None
    rcv_settle_mode: UByte | None = None
    source: Any = None
    target: Any = None
    unsettled: Map | None = None
    incomplete_unsettled: bool | None = None
    initial_delivery_count: UInt | None = None
    max_message_size: ULong | None = None
    offered_capabilities: Any = None
    desired_capabilities: Any = None
    properties: Map | None = None


class Flow(msgspec.Struct, array_like=True, frozen=True):
    """Windows of a session and, with a handle, the credit of a link."""

    next_incoming_id: UInt | None
    incoming_window: UInt
    next_outgoing_id: UInt
    outgoing_window: UInt
    handle: UInt | None = None
    delivery_count: UInt | None = None
    link_credit: UInt | None = None
    available: UInt | None = None
    drain: bool | None = None
    echo: bool | None = None
    properties: Map | None = None


class Transfer(msgspec.Struct, array_like=True, frozen=True):
    """A message or a part of one; the bytes follow the performative."""

    handle: UInt
    delivery_id: UInt | None = None
    delivery_tag: bytes | None = None
    message_format: UInt | None = None
    settled: bool | None = None
    more: bool | None = None
    rcv_settle_mode: UByte | None = None
    state: Any = None
    resume: bool | None = None
    aborted: bool | None = None
    batchable: bool | None = None


class Disposition(msgspec.Struct, array_like=True, frozen=True):
    """The state of deliveries `first` to `last`. `receiver` tells the role of the side that sends it."""

    receiver: bool
    first: UInt
    last: UInt | None = None
    settled: bool | None = None
    state: Any = None
    batchable: bool | None = None


class Detach(msgspec.Struct, array_like=True, frozen=True):
    """Ends a link."""

    handle: UInt
    closed: bool | None = None
    error: Any = None


class End(msgspec.Struct, array_like=True, frozen=True):
    """Ends a session."""

    error: Any = None


class Close(msgspec.Struct, array_like=True, frozen=True):
    """Ends a connection."""

    error: Any = None


Performative = Open | Begin | Attach | Flow | Transfer | Disposition | Detach | End | Close


class Code(IntEnum):
    """Descriptors of the performatives."""

    OPEN = 0x10
    BEGIN = 0x11
    ATTACH = 0x12
    FLOW = 0x13
    TRANSFER = 0x14
    DISPOSITION = 0x15
    DETACH = 0x16
    END = 0x17
    CLOSE = 0x18


_TYPES: dict[Any, type[Performative]] = {
    Code.OPEN: Open,
    Code.BEGIN: Begin,
    Code.ATTACH: Attach,
    Code.FLOW: Flow,
    Code.TRANSFER: Transfer,
    Code.DISPOSITION: Disposition,
    Code.DETACH: Detach,
    Code.END: End,
    Code.CLOSE: Close,
} | {
    Symbol(f"amqp:{name}:list"): kind
    for name, kind in (
        ("open", Open), ("begin", Begin), ("attach", Attach), ("flow", Flow), ("transfer", Transfer),
        ("disposition", Disposition), ("detach", Detach), ("end", End), ("close", Close),
    )
}  # fmt: skip


def parse(body: bytes) -> tuple[Performative, int]:
    """The performative of a frame's body, and where the payload behind it starts. Raises PeerError."""
    value, end = decode(body)
    kind = _TYPES.get(value.descriptor) if isinstance(value, Described) and _hashable(value.descriptor) else None
    if kind is None:
        raise DecodeError("a frame does not begin with a performative")
    try:
        return msgspec.convert(value.value, kind), end
    except msgspec.ValidationError as error:
        raise PeerError(Condition.INVALID_FIELD, f"{kind.__name__.lower()}: {error}") from error


def _hashable(descriptor: Any) -> bool:
    return isinstance(descriptor, int | str)


def performative(code: Code, fields: list[Any]) -> bytes:
    """The encoding of a performative; `fields` must be complete."""
    return described(code, fields)
