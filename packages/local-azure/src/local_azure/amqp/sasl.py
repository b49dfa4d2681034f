"""SASL, the first layer of a connection. The local broker knows no users: whoever reaches loopback may enter.

`ANONYMOUS` is what the SDKs use with the emulator setting, `MSSBCBS` is Azure's own name for "the token comes
over $cbs". Any other mechanism is refused with the outcome `auth`. Source: AMQP 1.0 part 5.
"""

from local_azure.amqp.decode import decode
from local_azure.amqp.encode import described, ubyte
from local_azure.amqp.errors import DecodeError
from local_azure.amqp.frames import FrameType, build
from local_azure.amqp.values import Described, Encoded, Symbol

_MECHANISMS = ("ANONYMOUS", "MSSBCBS")
_SASL_MECHANISMS, _SASL_INIT, _SASL_OUTCOME = 0x40, 0x41, 0x44
_OK, _AUTH = 0, 1


def offer() -> bytes:
    """The frame that tells which mechanisms there are."""
    symbols = b"".join(bytes((len(name),)) + name.encode() for name in _MECHANISMS)
    array = Encoded(bytes((0xE0, len(symbols) + 2, len(_MECHANISMS), 0xA3)) + symbols)
    return build(0, described(_SASL_MECHANISMS, [array]), FrameType.SASL)


def answer(body: bytes) -> tuple[bool, bytes]:
    """True if a client's choice is supported, and the outcome frame to send. Raises DecodeError."""
    value, _ = decode(body)
    fields = value.value if isinstance(value, Described) and value.descriptor == _SASL_INIT else None
    if not isinstance(fields, list) or not fields or not isinstance(fields[0], Symbol):
        raise DecodeError("not a sasl-init")
    accepted = fields[0] in _MECHANISMS
    outcome = described(_SASL_OUTCOME, [ubyte(_OK if accepted else _AUTH), None])
    return accepted, build(0, outcome, FrameType.SASL)
