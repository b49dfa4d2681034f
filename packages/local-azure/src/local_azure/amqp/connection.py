"""A connection: protocol headers, SASL, open, sessions, close; and what keeps one client from harming the others.

`Outbox` bounds what a client does not read; `watch` ends connections that stall, idle or never finish their handshake.
"""

import asyncio
import logging
import time
from enum import Enum, auto
from typing import cast

from local_azure.amqp import sasl
from local_azure.amqp.encode import uint, ushort
from local_azure.amqp.errors import AmqpError, Condition, PeerError, SessionError
from local_azure.amqp.frames import AMQP_HEADER, HEARTBEAT, SASL_HEADER, Frame, FrameReader, FrameType, build
from local_azure.amqp.limits import (
    IDLE_TIMEOUT_SECONDS,
    MAX_FRAME_BYTES,
    MAX_LINKS_OF_A_CONNECTION,
    MAX_SESSIONS,
    REPLY_BUFFER_BYTES,
)
from local_azure.amqp.node import Node
from local_azure.amqp.outbox import Outbox
from local_azure.amqp.outcomes import error_value
from local_azure.amqp.performatives import (
    Begin,
    Close,
    Code,
    Detach,
    Disposition,
    End,
    Flow,
    Open,
    Performative,
    parse,
    performative,
)
from local_azure.amqp.port import Port
from local_azure.amqp.session import Session

log = logging.getLogger(__name__)
_TRANSFER_OVERHEAD = 64
_SMALLEST_FRAME = 512
_SHORTEST_IDLE_MS = 1_000


class State(Enum):
    """Where the handshake stands."""

    HEADER = auto()
    SASL = auto()
    OPENING = auto()
    OPEN = auto()
    CLOSING = auto()
    CLOSED = auto()


_ENDED = (State.CLOSING, State.CLOSED)


class Connection(asyncio.Protocol):
    """One client. Made by `server.listen`; entities reach it through their links, for `peer` only."""

    def __init__(self, node: Node, port: "Port[Connection]") -> None:
        self.node = node
        self.peer = "?"
        self.state = State.HEADER
        self.born = self.last_heard = time.monotonic()
        self.closing_since: float | None = None
        self.heartbeat_seconds: float | None = None
        self.backlog_bytes = 0
        """Frames that wait for the windows of all sessions."""
        self.payload_room = _SMALLEST_FRAME - _TRANSFER_OVERHEAD
        self.port = port
        self._reader = FrameReader()
        self._sessions: dict[int, Session | None] = {}
        self._links = 0
        self._transport: asyncio.Transport
        self.outbox: Outbox

    # ---- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        self._transport = cast(asyncio.Transport, transport)
        host, port = transport.get_extra_info("peername")[:2]
        self.peer = f"{host}:{port}"
        self.outbox = Outbox(self._transport)
        # Those that say nothing must not keep out those that would.
        if self.port.full and (silent := self.port.make_room(lambda other: not other.opened)):
            log.warning("%s: cut off, it has not opened its connection and another needs the place", silent.peer)
            silent.abort()
        if not self.port.admit(self):
            log.warning("%s: refused, %d connections are open", self.peer, len(self.port.connections))
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone; everything it held is given back."""
        self.state = State.CLOSED
        self.port.dismiss(self)
        self._drop_sessions()

    def pause_writing(self) -> None:
        """The client reads more slowly than we send."""
        self.outbox.pause()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self.outbox.resume()
        for session in list(self._sessions.values()):
            if session:
                session.resume()

    def data_received(self, data: bytes) -> None:
        """Bytes have arrived: act on every complete frame."""
        if self.state in _ENDED:
            return
        self.last_heard = time.monotonic()
        self._reader.feed(data)
        try:
            self._advance()
        except AmqpError as error:
            self.close(error)
        except Exception:
            log.exception("%s: closed, a frame could not be served", self.peer)
            self.close(PeerError(Condition.INTERNAL_ERROR, "the broker could not serve a frame; its log tells why"))
        self.outbox.flush()

    # ---- what sessions and links use

    def send(self, channel: int, body: bytes) -> None:
        """Send a frame, at the latest when this turn of the event loop ends."""
        if self.state in _ENDED:
            return
        self.outbox.put(build(channel, body))

    @property
    def opened(self) -> bool:
        """Whether the handshake is over."""
        return self.state is State.OPEN

    @property
    def congested(self) -> bool:
        """Whether the client has too much unread already to get more messages."""
        return self.outbox.congested_since is not None or self.backlog_bytes > REPLY_BUFFER_BYTES

    def count_link(self) -> None:
        """Another link. Raises SessionError if they are too many."""
        if self._links >= MAX_LINKS_OF_A_CONNECTION:
            raise SessionError(Condition.RESOURCE_LIMIT_EXCEEDED, f"more than {MAX_LINKS_OF_A_CONNECTION} links")
        self._links += 1

    def uncount_link(self) -> None:
        """One link less."""
        self._links -= 1

    def close(self, error: AmqpError | None = None) -> None:
        """Say goodbye, with a reason if there is one, and read nothing more that matters."""
        if self.state in _ENDED:
            return
        if error:
            log.warning("%s: connection closed: %s", self.peer, error)
        if self.state is State.OPENING and error:
            self._send_open()
        if self.state in (State.OPENING, State.OPEN):
            value = error_value(error.condition, error.description) if error else None
            self.outbox.put(build(0, performative(Code.CLOSE, [value])))
            self.outbox.flush()
            self._stop()
        else:
            self.end()

    def end(self) -> None:
        """Send what is unsent and hang up."""
        self.outbox.flush()
        self._stop()
        self._transport.close()

    def _stop(self) -> None:
        """Nothing more comes in or goes out: the entities must not feed a link that nobody hears."""
        self.state, self.closing_since = State.CLOSING, time.monotonic()
        self._drop_sessions()

    def _drop_sessions(self) -> None:
        sessions = [session for session in self._sessions.values() if session]
        self._sessions.clear()
        for session in sessions:
            session.closed()

    def abort(self) -> None:
        """Hang up at once."""
        self._transport.abort()

    def beat(self) -> None:
        """Tell the client that we are alive."""
        self.outbox.put(HEARTBEAT)

    # ---- the handshake

    def _advance(self) -> None:
        while self.state not in _ENDED:
            if self.state is State.HEADER:
                header = self._reader.protocol_header()
                if header is None:
                    return
                self._on_header(header)
            else:
                frame = self._reader.frame()
                if frame is None:
                    return
                self._on_frame(frame)

    def _on_header(self, header: bytes) -> None:
        if header == SASL_HEADER:
            self.outbox.put(SASL_HEADER + sasl.offer())
            self.state = State.SASL
        elif header == AMQP_HEADER:
            self.outbox.put(AMQP_HEADER)
            self.state = State.OPENING
        else:
            log.warning("%s: closed, it does not speak AMQP 1.0", self.peer)
            self.outbox.put(AMQP_HEADER)
            self.end()

    def _on_frame(self, frame: Frame) -> None:
        if frame.type != (FrameType.SASL if self.state is State.SASL else FrameType.AMQP):
            raise PeerError(Condition.FRAMING_ERROR, f"a frame of type {frame.type} has no place here")
        if self.state is State.SASL:
            self._on_sasl(frame.body)
            return
        if not frame.body:
            return
        fields, end = parse(frame.body)
        if self.state is State.OPENING:
            if not isinstance(fields, Open):
                raise PeerError(Condition.ILLEGAL_STATE, "the first performative must be open")
            self._on_open(fields)
        else:
            self._on_performative(frame.channel, fields, frame.body, end)

    def _on_sasl(self, body: bytes) -> None:
        accepted, reply = sasl.answer(body)
        self.outbox.put(reply)
        if accepted:
            self.state = State.HEADER
        else:
            log.warning("%s: closed, its SASL mechanism is not supported", self.peer)
            self.end()

    def _on_open(self, fields: Open) -> None:
        frame_size = MAX_FRAME_BYTES if fields.max_frame_size is None else fields.max_frame_size
        if frame_size < _SMALLEST_FRAME:
            raise PeerError(Condition.INVALID_FIELD, f"max-frame-size must be at least {_SMALLEST_FRAME}")
        if fields.idle_time_out is not None and 0 < fields.idle_time_out < _SHORTEST_IDLE_MS:
            raise PeerError(Condition.INVALID_FIELD, f"idle-time-out must be at least {_SHORTEST_IDLE_MS} ms")
        self.payload_room = min(frame_size, MAX_FRAME_BYTES) - _TRANSFER_OVERHEAD
        if fields.idle_time_out:
            self.heartbeat_seconds = fields.idle_time_out / 2_000
        self._send_open()
        self.state = State.OPEN

    def _send_open(self) -> None:
        limits = [uint(MAX_FRAME_BYTES), ushort(MAX_SESSIONS - 1), uint(int(IDLE_TIMEOUT_SECONDS * 1_000))]
        fields = [self.node.container_id, None, *limits, None, None, None, None, None]
        self.outbox.put(build(0, performative(Code.OPEN, fields)))

    # ---- an open connection

    def _on_performative(self, channel: int, fields: Performative, body: bytes, end: int) -> None:
        if isinstance(fields, Close):
            self.outbox.put(build(0, performative(Code.CLOSE, [None])))
            self.end()
        elif isinstance(fields, Begin):
            self._begin(channel, fields)
        elif isinstance(fields, End):
            self._end(channel)
        elif session := self._sessions.get(channel):
            try:
                session.on_performative(fields, body, end)
            except SessionError as error:
                log.warning("%s: session ended: %s", self.peer, error)
                session.closed()
                self._sessions[channel] = None
                self.send(channel, performative(Code.END, [error_value(error.condition, error.description)]))
        elif channel not in self._sessions and not isinstance(fields, Detach | Disposition | Flow):
            # The Python SDKs go on about links of a session that they have ended; nothing else may.
            raise PeerError(Condition.NOT_ALLOWED, f"channel {channel} has no session")

    def _begin(self, channel: int, fields: Begin) -> None:
        if channel >= MAX_SESSIONS:
            raise PeerError(Condition.NOT_ALLOWED, f"channels end at {MAX_SESSIONS - 1}")
        if channel in self._sessions:
            raise PeerError(Condition.ILLEGAL_STATE, f"channel {channel} has a session already")
        self._sessions[channel] = Session(self, channel, fields)

    def _end(self, channel: int) -> None:
        """A session that is None was ended by us: this is the client's answer."""
        if channel not in self._sessions:
            return
        if session := self._sessions.pop(channel):
            session.closed()
            self.send(channel, performative(Code.END, [None]))
