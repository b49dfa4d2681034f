"""AMQP as a hostile client writes it: values of every type, messages of every section, conversations of frames."""

import struct
from typing import Any
from uuid import UUID

from local_azure.amqp.encode import array, described, encode, int32, timestamp, ubyte, uint, ulong, ushort
from local_azure.amqp.frames import AMQP_HEADER, SASL_HEADER, FrameType, build
from local_azure.amqp.performatives import Code, performative
from local_azure.amqp.values import Char, DecimalBits, Described, Encoded, Symbol, Timestamp
from local_azure.testing.chance import Chance

ADDRESSES = ("$cbs", "$management", "", "nowhere", "a/b/c")
PROPERTY_NAMES = ("x-opt-partition-key", "x-opt-scheduled-enqueue-time", "x-opt-enqueued-time", "x-opt-lock-token")
OPERATIONS = (
    "READ", "put-token", "com.microsoft:renew-lock", "com.microsoft:peek-message", "com.microsoft:schedule-message",
    "com.microsoft:cancel-scheduled-message", "com.microsoft:receive-by-sequence-number",
    "com.microsoft:update-disposition", "com.microsoft:get-rules",
)  # fmt: skip
_BODY_FIELDS = (
    "lock-tokens", "from-sequence-number", "message-count", "session-id", "messages", "sequence-numbers",
    "receiver-settle-mode", "disposition-status", "deadletter-reason", "properties-to-modify",
)  # fmt: skip
_BATCH_FORMAT = 0x80013700
_OUTCOMES = (0x23, 0x24, 0x25, 0x26, 0x27, 0x34)


def any_value(chance: Chance, depth: int = 3) -> Any:
    """A value of any type of AMQP."""
    match chance.randrange(16 if depth else 11):
        case 0:
            return Symbol(chance.of("amqp:accepted:list", "x", "apache.org:selector-filter:string", "x-opt-offset"))
        case 1:
            return chance.randbytes(chance.randrange(20))
        case 2:
            return UUID(int=chance.getrandbits(128))
        case 3:
            return Timestamp(chance.of(0, -1, 2**62, -(2**63), chance.getrandbits(41)))
        case 4:
            return Char(chance.of(0, 65, 0xD800, 0x10FFFF, 0x110000, 2**32 - 1))
        case 5:
            return DecimalBits(chance.randbytes(chance.of(4, 8, 16)))
        case 6:
            number = chance.getrandbits(8)
            return chance.of(ubyte, ushort, uint, ulong, int32, timestamp)(number)
        case 7:
            return chance.of(-(2**63), 2**63 - 1, 0, -1, chance.randrange(1_000))
        case 8:
            return chance.of(float("nan"), float("inf"), 0.5, -0.0)
        case 9:
            return chance.of(None, True, False)
        case 10:
            return chance.text()
        case 11:
            return {chance.text(): any_value(chance, depth - 1) for _ in range(chance.randrange(4))}
        case 12:
            return array(0x81, "q", [chance.getrandbits(40) for _ in range(chance.randrange(4))])
        case 13:
            return Described(chance.of(0x24, 0x75, Symbol("x"), chance.getrandbits(60)), any_value(chance, depth - 1))
        case _:
            return [any_value(chance, depth - 1) for _ in range(chance.randrange(4))]


def message(chance: Chance) -> bytes:
    """A message of sections that mostly fit together; sometimes a batch of such messages."""
    parts: list[bytes] = []
    if chance.one_in(2):
        parts.append(described(0x70, [None, ubyte(4), uint(chance.of(0, 1, 2**32 - 1)), None, uint(chance.of(0, 3))]))
    for code in (0x71, 0x72):
        if chance.one_in(3):
            names = [Symbol(name) for name in chance.sample_of(PROPERTY_NAMES)]
            parts.append(described(code, {name: any_value(chance, 1) for name in names}))
    if chance.one_in(2):
        fields: list[Any] = [chance.of(None, chance.text(), uint(5), any_value(chance, 1)) for _ in range(13)]
        parts.append(described(0x73, fields[: chance.of(0, 1, 3, 13)]))
    if chance.one_in(2):
        names = chance.sample_of(("operation", "name", "type", "partition", "com.microsoft:server-timeout"))
        values = (*OPERATIONS, "com.microsoft:eventhub", "store-events", "0", "jwt")
        fixed = {name: chance.choice(values) if chance.one_in(2) else any_value(chance, 1) for name in names}
        parts.append(described(0x74, fixed))
    match chance.randrange(5):
        case 0:
            parts.append(described(0x77, any_value(chance)))
        case 1:
            parts.append(described(0x77, {name: any_value(chance) for name in chance.sample_of(_BODY_FIELDS)}))
        case 2:
            parts += [described(0x76, [any_value(chance, 2)]) for _ in range(chance.randrange(3))]
        case _:
            parts += [described(0x75, chance.json(chance.value(2))) for _ in range(chance.randrange(3))]
    if chance.one_in(10):
        chance.shuffle(parts)
    data = b"".join(parts)
    return chance.damaged(data) if chance.one_in(8) else data


def _field(chance: Chance, usual: Any) -> Any:
    return any_value(chance, 2) if chance.one_in(25) else usual


def _number(chance: Chance) -> Encoded:
    return uint(chance.of(0, 0, 0, 1, 1, 2, 3, 255, 256, 4_999, 2**31, 2**32 - 1))


def _termini(chance: Chance, address: str) -> tuple[Any, Any]:
    selector = chance.of(
        "amqp.annotation.x-opt-offset > '-1'", "amqp.annotation.x-opt-offset > '@latest'",
        "amqp.annotation.x-opt-sequence-number >= '9999999999999999999'", chance.text(),
    )  # fmt: skip
    filters = {Symbol("apache.org:selector-filter:string"): Described(0x0000_468C_0000_0004, selector)}
    source = [_field(chance, address), *[None] * 6, chance.of(None, None, filters, any_value(chance, 2))]
    return described(0x28, source), described(0x29, [_field(chance, address)])


def _fields(chance: Chance, code: Code, address: str) -> list[Any]:
    number = _number(chance)
    match code:
        case Code.OPEN:
            return ["fuzz", None, uint(chance.of(512, 65_536, 2**32 - 1, 1)), ushort(9), chance.of(None, uint(5_000))]
        case Code.BEGIN:
            return [None, uint(0), uint(chance.of(0, 1, 5_000)), number]
        case Code.ATTACH:
            modes = [ubyte(chance.of(0, 1, 2, 3)), ubyte(chance.of(0, 1, 2))]
            properties = (
                [None] * 6 + [{Symbol("com.microsoft:epoch"): any_value(chance, 1)}] if chance.one_in(5) else []
            )
            return [chance.text(), number, chance.of(True, False), *modes, *_termini(chance, address), *properties]
        case Code.FLOW:
            windows = [uint(0), uint(5_000), uint(0), uint(5_000)]
            return [*windows, chance.of(None, number), _number(chance), _number(chance), None, chance.of(True, False)]
        case Code.TRANSFER:
            format_ = uint(chance.of(0, 0, _BATCH_FORMAT, 7))
            return [
                number,
                _number(chance),
                chance.randbytes(4),
                format_,
                chance.of(True, False, None),
                chance.one_in(6),
            ]
        case Code.DISPOSITION:
            state = described(chance.choice(_OUTCOMES), [any_value(chance, 1) for _ in range(chance.randrange(4))])
            return [chance.of(True, False), number, chance.of(None, _number(chance)), chance.of(True, False), state]
        case Code.DETACH:
            return [number, chance.of(True, False, None), None]
        case _:
            return [any_value(chance, 1)]


_USUAL = (Code.ATTACH,) * 4 + (Code.TRANSFER,) * 8 + (Code.FLOW,) * 4 + (Code.DISPOSITION,) * 2
_CODES = (*_USUAL, Code.DETACH, Code.BEGIN, Code.OPEN, Code.END, Code.CLOSE)


def frames(chance: Chance, addresses: tuple[str, ...]) -> list[bytes]:
    """Frames after the handshake, the first ones a session and a link, so that the others mostly have where to go."""
    made = [build(0, performative(Code.BEGIN, [None, uint(0), uint(5_000), uint(5_000)]))]
    for handle in range(chance.randrange(3)):
        source, target = _termini(chance, chance.choice(addresses))
        fields = [f"link-{handle}", uint(handle), chance.of(True, False), None, None, source, target]
        made.append(build(0, performative(Code.ATTACH, fields)))
    for _ in range(chance.randrange(1, 10)):
        code = chance.choice(_CODES)
        fields = [_field(chance, field) for field in _fields(chance, code, chance.choice(addresses))]
        payload = message(chance) if code is Code.TRANSFER else b""
        made.append(build(chance.of(0, 0, 0, 0, 0, 1, 9), performative(code, fields) + payload))
    return [_bent(chance, frame) if chance.one_in(30) else frame for frame in made]


def _bent(chance: Chance, frame: bytes) -> bytes:
    if chance.one_in(2):
        return chance.damaged(frame)
    size = chance.of(0, 7, 8, len(frame) - 1, len(frame) + 1, 65_537, 2**32 - 1)
    return struct.pack(">I", size) + frame[4:]


def conversation(chance: Chance, addresses: tuple[str, ...]) -> bytes:
    """All that a client says, from its first byte on."""
    start = AMQP_HEADER
    if chance.one_in(2):
        mechanism = chance.of("ANONYMOUS", "PLAIN", "EXTERNAL", "MSSBCBS")
        init = build(0, described(0x41, [Symbol(mechanism), chance.of(None, b"\0a\0b"), None]), FrameType.SASL)
        start = SASL_HEADER + init + AMQP_HEADER
    opened = build(0, performative(Code.OPEN, ["fuzz", None, uint(65_536)]))
    said = start + opened + b"".join(frames(chance, addresses))
    return chance.damaged(said) if chance.one_in(20) else said


def encoded_value(chance: Chance) -> bytes:
    """An encoded value, whole or damaged."""
    data = encode(any_value(chance, 4))
    return chance.damaged(data) if chance.one_in(2) else bytes(data)
