"""The handshake: protocol headers, SASL and AMQP's open. Fed with bytes, answers with bytes; it knows no socket.

Source: AMQP 1.0 part 2 sections 2.2 and 2.4, part 5 section 5.3.
"""

from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple

from local_azure.amqp import sasl
from local_azure.amqp.encode import uint, ushort
from local_azure.amqp.errors import Condition, PeerError
from local_azure.amqp.frames import AMQP_HEADER, SASL_HEADER, Frame, FrameReader, FrameType, build
from local_azure.amqp.limits import IDLE_TIMEOUT_SECONDS, MAX_FRAME_BYTES, MAX_SESSIONS
from local_azure.amqp.performatives import Code, Open, parse, performative

SMALLEST_FRAME = 512
"""Bytes of a frame that every peer must take."""

_SHORTEST_IDLE_MS = 1_000
_USER_AGENT = "user-agent"


class HandshakeState(Enum):
    """The state that the handshake has reached."""

    HEADER = auto()
    SASL = auto()
    OPENING = auto()


class Agreement(NamedTuple):
    """The wishes of a client's open. `heartbeat_seconds` is None for a client that needs no heartbeats."""

    frame_bytes: int
    heartbeat_seconds: float | None
    client: str
    """The user agent, as the SDKs give it in the properties of an open; empty without one."""


class UnwelcomeError(Exception):
    """The peer has got its answer and is to be hung up on, without a close: it does not get as far as AMQP."""


class Handshake:
    """One handshake. `send` takes the bytes of an answer; `container_id` is the name that the broker gives itself."""

    def __init__(self, container_id: str, send: Callable[[bytes], None]) -> None:
        self.state = HandshakeState.HEADER
        self._container_id = container_id
        self._send = send

    def advance(self, reader: FrameReader) -> Agreement | None:
        """Act on what has arrived; an Agreement ends the handshake, None means that more bytes are needed.

        Raises PeerError, or UnwelcomeError for another protocol or SASL mechanism.
        """
        while True:
            if self.state is HandshakeState.HEADER:
                header = reader.protocol_header()
                if header is None:
                    return None
                self._on_header(header)
                continue
            frame = reader.frame()
            if frame is None:
                return None
            if self.state is HandshakeState.SASL:
                self._on_sasl(frame)
            elif agreement := self._on_open(frame):
                return agreement

    def send_open(self) -> None:
        """Send the broker's open; also before a close that refuses the client's."""
        limits = [uint(MAX_FRAME_BYTES), ushort(MAX_SESSIONS - 1), uint(int(IDLE_TIMEOUT_SECONDS * 1_000))]
        fields = [self._container_id, None, *limits, None, None, None, None, None]
        self._send(build(0, performative(Code.OPEN, fields)))

    def _on_header(self, header: bytes) -> None:
        if header == SASL_HEADER:
            self._send(SASL_HEADER + sasl.offer())
            self.state = HandshakeState.SASL
        elif header == AMQP_HEADER:
            self._send(AMQP_HEADER)
            self.state = HandshakeState.OPENING
        else:
            self._send(AMQP_HEADER)
            raise UnwelcomeError("it does not speak AMQP 1.0")

    def _on_sasl(self, frame: Frame) -> None:
        check_type(frame, FrameType.SASL)
        accepted, reply = sasl.answer(frame.body)
        self._send(reply)
        if not accepted:
            raise UnwelcomeError("its SASL mechanism is not supported")
        self.state = HandshakeState.HEADER

    def _on_open(self, frame: Frame) -> Agreement | None:
        check_type(frame, FrameType.AMQP)
        if not frame.body:
            return None
        fields, _ = parse(frame.body)
        if not isinstance(fields, Open):
            raise PeerError(Condition.ILLEGAL_STATE, "the first performative must be open")
        frame_bytes = MAX_FRAME_BYTES if fields.max_frame_size is None else fields.max_frame_size
        if frame_bytes < SMALLEST_FRAME:
            raise PeerError(Condition.INVALID_FIELD, f"max-frame-size must be at least {SMALLEST_FRAME}")
        idle_ms = fields.idle_time_out
        if idle_ms is not None and 0 < idle_ms < _SHORTEST_IDLE_MS:
            raise PeerError(Condition.INVALID_FIELD, f"idle-time-out must be at least {_SHORTEST_IDLE_MS} ms")
        self.send_open()
        client = str((fields.properties or {}).get(_USER_AGENT, ""))
        return Agreement(min(frame_bytes, MAX_FRAME_BYTES), idle_ms / 2_000 if idle_ms else None, client)


def check_type(frame: Frame, expected: FrameType) -> None:
    """Raises PeerError for a frame of another type."""
    if frame.type != expected:
        raise PeerError(Condition.FRAMING_ERROR, f"a frame of type {frame.type} has no place here")
