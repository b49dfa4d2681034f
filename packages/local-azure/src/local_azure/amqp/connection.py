"""A connection without its socket: fed with bytes, it answers with bytes. Handshake, sessions, close.

`client.Client` feeds it from a socket, `Outbox` takes what it says; a test may do both by hand.
"""

import logging
import time
from enum import Enum, auto
from typing import Protocol

from local_azure.amqp.budget import Budgets
from local_azure.amqp.errors import AmqpError, Condition, PeerError, SessionError
from local_azure.amqp.frames import HEARTBEAT, Frame, FrameReader, FrameType, build
from local_azure.amqp.handshake import SMALLEST_FRAME, Handshake, HandshakeState, UnwelcomeError, check_type
from local_azure.amqp.limits import MAX_LINKS_OF_A_CONNECTION, MAX_SESSIONS, REPLY_BUFFER_BYTES
from local_azure.amqp.node import Node
from local_azure.amqp.outcomes import error_value
from local_azure.amqp.performatives import (
    Begin,
    Close,
    Code,
    Detach,
    Disposition,
    End,
    Flow,
    Performative,
    parse,
    performative,
)
from local_azure.amqp.session import Session

log = logging.getLogger(__name__)
_TRANSFER_OVERHEAD = 64


class Output(Protocol):
    """Where a connection's bytes go. `Outbox` is one."""

    @property
    def congested_since(self) -> float | None:
        """Since when (on the monotonic clock) the client has read too slowly, or None."""
        ...

    def put(self, data: bytes) -> None:
        """Send bytes, at the latest when this turn of the event loop ends."""
        ...

    def flush(self) -> None:
        """Send at once what was put."""
        ...

    def close(self) -> None:
        """Hang up once everything is sent."""
        ...


class State(Enum):
    """The life of a connection."""

    SHAKING_HANDS = auto()
    OPEN = auto()
    CLOSING = auto()
    CLOSED = auto()


_ENDED = (State.CLOSING, State.CLOSED)


class Connection:
    """One client's connection: the `Channel` of its sessions. `peer` names the client in logs."""

    def __init__(self, node: Node, output: Output, budgets: Budgets, peer: str) -> None:
        self.node = node
        self.peer = peer
        self.client = ""
        self.partial_messages = budgets.partial_messages
        self._session_budget = budgets.sessions
        self.payload_room = SMALLEST_FRAME - _TRANSFER_OVERHEAD
        self.backlog_bytes = 0
        self.heartbeat_seconds: float | None = None
        self.closing_since: float | None = None
        """On the monotonic clock."""
        self._state = State.SHAKING_HANDS
        self._output = output
        self._reader = FrameReader()
        self._handshake = Handshake(node.container_id, output.put)
        self._sessions: dict[int, Session | None] = {}
        self._links = 0

    # ---- fed by the socket

    def receive(self, data: bytes) -> None:
        """Bytes have arrived: act on every complete frame."""
        if self._state in _ENDED:
            return
        self._reader.feed(data)
        try:
            self._advance()
        except UnwelcomeError as reason:
            log.warning("%s: closed, %s", self.peer, reason)
            self._hang_up()
        except AmqpError as error:
            self.close(error)
        except Exception:
            log.exception("%s: closed, a frame could not be served", self.peer)
            self.close(PeerError(Condition.INTERNAL_ERROR, "the broker could not serve a frame; its log tells why"))
        self._output.flush()

    def resume(self) -> None:
        """The client has caught up with what it did not read: send on."""
        for session in list(self._sessions.values()):
            if session:
                session.resume()

    def lost(self) -> None:
        """The client is gone; give back everything it held."""
        self._state = State.CLOSED
        self._drop_sessions()

    # ---- what sessions, the watch and the port use

    def send(self, channel: int, body: bytes) -> None:
        """Send a frame, at the latest when this turn of the event loop ends."""
        if self._state not in _ENDED:
            self._output.put(build(channel, body))

    @property
    def opened(self) -> bool:
        """True from the end of the handshake until the connection closes."""
        return self._state is State.OPEN

    @property
    def congested(self) -> bool:
        """True while the client has too much unread to get more messages."""
        return self._output.congested_since is not None or self.backlog_bytes > REPLY_BUFFER_BYTES

    def count_link(self) -> None:
        """Count one more link. Raises SessionError if they are too many."""
        if self._links >= MAX_LINKS_OF_A_CONNECTION:
            raise SessionError(Condition.RESOURCE_LIMIT_EXCEEDED, f"more than {MAX_LINKS_OF_A_CONNECTION} links")
        self._links += 1

    def uncount_link(self) -> None:
        """Count one link less."""
        self._links -= 1

    def beat(self) -> None:
        """Tell the client that we are alive."""
        self._output.put(HEARTBEAT)

    def close(self, error: AmqpError | None = None) -> None:
        """Say goodbye, with a reason if there is one, and read nothing more that matters."""
        if self._state in _ENDED:
            return
        if error:
            log.warning("%s: connection closed: %s", self.peer, error)
        if self._state is State.SHAKING_HANDS:
            if self._handshake.state is not HandshakeState.OPENING:
                self._hang_up()
                return
            self._handshake.send_open()
        value = error_value(error) if error else None
        self._output.put(build(0, performative(Code.CLOSE, [value])))
        self._output.flush()
        self._stop()

    def _hang_up(self) -> None:
        self._output.flush()
        self._stop()
        self._output.close()

    def _stop(self) -> None:
        """Nothing more comes in or goes out: the entities must not feed a link that nobody hears."""
        self._state, self.closing_since = State.CLOSING, time.monotonic()
        self._drop_sessions()

    def _drop_sessions(self) -> None:
        sessions = [session for session in self._sessions.values() if session]
        self._session_budget.release(len(self._sessions))
        self._sessions.clear()
        for session in sessions:
            session.closed()

    # ---- frames

    def _advance(self) -> None:
        if self._state is State.SHAKING_HANDS:
            agreement = self._handshake.advance(self._reader)
            if agreement is None:
                return
            self.payload_room = agreement.frame_bytes - _TRANSFER_OVERHEAD
            self.heartbeat_seconds = agreement.heartbeat_seconds
            self.client = agreement.client
            self._state = State.OPEN
        while self._state is State.OPEN and (frame := self._reader.frame()) is not None:
            self._on_frame(frame)

    def _on_frame(self, frame: Frame) -> None:
        check_type(frame, FrameType.AMQP)
        if frame.body:
            fields, end = parse(frame.body)
            self._on_performative(frame.channel, fields, frame.body, end)

    def _on_performative(self, channel: int, fields: Performative, body: bytes, end: int) -> None:
        if isinstance(fields, Close):
            self._output.put(build(0, performative(Code.CLOSE, [None])))
            self._hang_up()
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
                self.send(channel, performative(Code.END, [error_value(error)]))
        elif channel not in self._sessions and not isinstance(fields, Detach | Disposition | Flow):
            # The Python SDKs go on about links of a session that they have ended; nothing else may.
            raise PeerError(Condition.NOT_ALLOWED, f"channel {channel} has no session")

    def _begin(self, channel: int, fields: Begin) -> None:
        if channel >= MAX_SESSIONS:
            raise PeerError(Condition.NOT_ALLOWED, f"channels end at {MAX_SESSIONS - 1}")
        if channel in self._sessions:
            raise PeerError(Condition.ILLEGAL_STATE, f"channel {channel} has a session already")
        self._session_budget.hold(1)
        self._sessions[channel] = Session(self, channel, fields)

    def _end(self, channel: int) -> None:
        """A session that is None was ended by us: this is the client's answer."""
        if channel not in self._sessions:
            return
        self._session_budget.release(1)
        if session := self._sessions.pop(channel):
            session.closed()
            self.send(channel, performative(Code.END, [None]))
