"""Sessions: windows, handles and delivery ids on one channel of a connection.

Each side's frames are counted modulo 2**32. The Python SDKs count deliveries where they should count frames, so a
window that a client overruns is not punished; memory is guarded by credit, message size and the port's budget.
"""

import logging
from collections import deque
from typing import Any

from local_azure.amqp.budget import Budget
from local_azure.amqp.channel import Channel
from local_azure.amqp.encode import symbol_array, ubyte, uint, ulong, ushort
from local_azure.amqp.errors import AmqpError, Condition, LinkError, PeerError, SessionError
from local_azure.amqp.incoming_link import IncomingLink
from local_azure.amqp.limits import INCOMING_WINDOW, MAX_LINKS
from local_azure.amqp.link import SEQUENCE, Link
from local_azure.amqp.outcomes import ACCEPTED, Accepted, parse_outcome
from local_azure.amqp.outgoing_link import OutgoingLink, Settlement
from local_azure.amqp.performatives import (
    Attach,
    Begin,
    Code,
    Detach,
    Disposition,
    Flow,
    Performative,
    Transfer,
    performative,
)
from local_azure.amqp.spans import elements
from local_azure.amqp.transfers import continued_transfer, disposition, transfer
from local_azure.amqp.values import Encoded

log = logging.getLogger(__name__)
_SOURCE, _TARGET = 5, 6
_STATE = 4
_NULL = Encoded(b"\x40")


class Session:
    """One channel. Handles and the channel itself are the client's numbers in both directions."""

    def __init__(self, connection: Channel, channel: int, begin: Begin) -> None:
        self.connection = connection
        self.channel = channel
        self.peer = connection.peer
        self.links: dict[int, Link] = {}
        self.unsettled: dict[int, int] = {}
        self._next_incoming = begin.next_outgoing_id
        self._seen_since_flow = 0
        self._next_outgoing = 0
        self._window = begin.incoming_window
        self._next_delivery = 0
        self._backlog: deque[bytes] = deque()
        windows = [uint(INCOMING_WINDOW), uint(INCOMING_WINDOW)]
        self.send(
            performative(
                Code.BEGIN,
                [ushort(channel), uint(0), *windows, uint(MAX_LINKS - 1), None, None, None],
            )
        )

    @property
    def can_send(self) -> bool:
        """True while there is window and room for another message."""
        return self._window > 0 and not self._backlog and not self.connection.congested

    @property
    def client(self) -> str:
        """The client's user agent; empty if it gives none."""
        return self.connection.client

    @property
    def partial_messages(self) -> Budget:
        """The budget of the port for unfinished messages."""
        return self.connection.partial_messages

    def send(self, body: bytes) -> None:
        """Send a frame on this channel."""
        self.connection.send(self.channel, body)

    def send_flow(self, link_fields: list[Any]) -> None:
        """Send a flow with this session's windows and the seven fields of a link, or nulls."""
        self._seen_since_flow = 0
        windows = [uint(self._next_incoming), uint(INCOMING_WINDOW), uint(self._next_outgoing), uint(INCOMING_WINDOW)]
        self.send(performative(Code.FLOW, windows + link_fields))

    def send_message(self, handle: int, tag: bytes, message: bytes, settled: bool) -> int:
        """Send one message in as many frames as it takes; what the window does not let out now follows later."""
        delivery_id = self._next_delivery
        self._next_delivery = (delivery_id + 1) & SEQUENCE
        room = self.connection.payload_room
        if len(message) <= room:
            self._out(transfer(handle, delivery_id, tag, settled=settled, more=False) + message)
            return delivery_id
        self._out(transfer(handle, delivery_id, tag, settled=settled, more=True) + message[:room])
        for start in range(room, len(message), room):
            more = start + room < len(message)
            self._out(continued_transfer(handle, settled=settled, more=more) + message[start : start + room])
        return delivery_id

    def _out(self, body: bytes) -> None:
        if self._window <= 0 or self._backlog:
            self._backlog.append(body)
            self.connection.backlog_bytes += len(body)
            return
        self._window -= 1
        self._next_outgoing = (self._next_outgoing + 1) & SEQUENCE
        self.send(body)

    def on_performative(self, fields: Performative, body: bytes, end: int) -> None:
        """A frame on this channel; `body[end:]` is the payload of a transfer. Raises SessionError or PeerError."""
        match fields:
            case Transfer():
                self.on_transfer(fields, body[end:])
            case Disposition():
                self.on_disposition(fields, body)
            case Flow():
                self.on_flow(fields)
            case Attach():
                self.on_attach(fields, body)
            case Detach():
                self.on_detach(fields)
            case _:
                raise PeerError(Condition.ILLEGAL_STATE, f"{type(fields).__name__.lower()} has no place here")

    def on_attach(self, attach: Attach, body: bytes) -> None:
        """Resolve the address and answer; a refusal is an attach without terminus and a detach that says why."""
        if attach.handle >= MAX_LINKS:
            raise SessionError(Condition.RESOURCE_LIMIT_EXCEEDED, f"handles end at {MAX_LINKS - 1}")
        if present := self.links.get(attach.handle):
            if present.open:
                raise SessionError(Condition.HANDLE_IN_USE, f"handle {attach.handle} is in use")
            self._drop(attach.handle)
        node = self.connection.node
        spans = [Encoded(span) for span in elements(body)]
        spans += [_NULL] * (_TARGET + 1 - len(spans))
        link: Link
        try:
            if attach.receiver:
                link = outgoing = OutgoingLink(self, attach)
                outgoing.source = node.attach_receiver(outgoing)
            else:
                link = incoming = IncomingLink(self, attach, node.max_message_bytes)
                incoming.sink = node.attach_sender(incoming)
        except AmqpError as error:
            link = Refused(self, attach, attach.source if attach.receiver else attach.target)
            spans[_SOURCE if attach.receiver else _TARGET] = _NULL
            self._answer_attach(link, spans)
            link.detach(error)
            return
        self.connection.count_link()
        self.links[attach.handle] = link
        self._answer_attach(link, spans)
        if isinstance(link, IncomingLink):
            link.grant()

    def _answer_attach(self, link: Link, spans: list[Encoded]) -> None:
        attach = link.attach
        fields = [
            attach.name,
            uint(attach.handle),
            not attach.receiver,
            ubyte(attach.snd_settle_mode if attach.snd_settle_mode is not None else 2),
            ubyte(attach.rcv_settle_mode or 0),
            spans[_SOURCE],
            spans[_TARGET],
            None,
            False,
            uint(0) if attach.receiver else None,
            ulong(self.connection.node.max_message_bytes),
            symbol_array(link.offered_capabilities) if link.offered_capabilities else None,
            None,
            link.reply_properties,
        ]
        self.send(performative(Code.ATTACH, fields))

    def on_flow(self, flow: Flow) -> None:
        """Windows may have opened, and credit of a link may have come."""
        seen = flow.next_incoming_id if flow.next_incoming_id is not None else 0
        in_flight = (self._next_outgoing - seen) & SEQUENCE
        self._window = max(0, flow.incoming_window - in_flight)
        self._empty_backlog()
        if flow.handle is None:
            self.resume()
            return
        link = self._link(flow.handle)
        if isinstance(link, OutgoingLink) and link.open:
            link.on_flow(flow)

    def _empty_backlog(self) -> None:
        while self._backlog and self._window > 0:
            self._window -= 1
            self._next_outgoing = (self._next_outgoing + 1) & SEQUENCE
            body = self._backlog.popleft()
            self.connection.backlog_bytes -= len(body)
            self.send(body)

    def resume(self) -> None:
        """The window or the connection's buffer has room again: let those links send that have credit."""
        for link in list(self.links.values()):
            if isinstance(link, OutgoingLink) and link.ready:
                link.source.on_flow(drain=False)

    def on_transfer(self, frame: Transfer, payload: bytes) -> None:
        """A frame of a message for one of the links."""
        self._next_incoming = (self._next_incoming + 1) & SEQUENCE
        self._seen_since_flow += 1
        link = self._link(frame.handle)
        if isinstance(link, OutgoingLink):
            raise SessionError(Condition.NOT_ALLOWED, "a transfer on a link of the other direction")
        if isinstance(link, IncomingLink) and link.open:
            try:
                link.receive(frame, payload)
            except LinkError as error:
                link.detach(error)
        if self._seen_since_flow >= INCOMING_WINDOW // 2:
            self.send_flow([None, None, None, None, False, False, None])

    def on_disposition(self, frame: Disposition, body: bytes) -> None:
        """A receiver has decided about a range of deliveries; senders' dispositions change nothing here."""
        if not frame.receiver:
            return
        last = frame.last if frame.last is not None else frame.first
        span = (last - frame.first) & SEQUENCE
        outcome = parse_outcome(frame.state)
        state = ACCEPTED if isinstance(outcome, Accepted) else _state_of(frame, body)
        settled = bool(frame.settled)
        delivery_ids = self._unsettled_between(frame.first, span)
        for delivery_id in delivery_ids:
            link = self.links.get(self.unsettled.get(delivery_id, -1))
            if isinstance(link, OutgoingLink):
                tag = link.tag_of(delivery_id) or b""
                link.on_settlement(Settlement(delivery_id, tag, outcome, settled, state))
        if not delivery_ids and not settled:
            self.send(disposition(False, frame.first, last, self.connection.node.about_forgotten(state)))

    def _unsettled_between(self, first: int, span: int) -> list[int]:
        if span >= len(self.unsettled):
            return [delivery_id for delivery_id in self.unsettled if (delivery_id - first) & SEQUENCE <= span]
        delivery_ids = ((first + step) & SEQUENCE for step in range(span + 1))
        return [delivery_id for delivery_id in delivery_ids if delivery_id in self.unsettled]

    def on_detach(self, frame: Detach) -> None:
        """The client ends a link, or answers that we did. One that is not there is gone already."""
        link = self._drop(frame.handle)
        if link and link.open:
            self.send(performative(Code.DETACH, [uint(link.handle), bool(frame.closed), None]))
            link.closed()

    def _drop(self, handle: int) -> Link | None:
        link = self.links.pop(handle, None)
        if link:
            self.connection.uncount_link()
        return link

    def _link(self, handle: int) -> Link:
        link = self.links.get(handle)
        if link is None:
            raise SessionError(Condition.UNATTACHED_HANDLE, f"handle {handle} is not attached")
        return link

    def closed(self) -> None:
        """The session is over: so are its links."""
        for handle in list(self.links):
            if link := self._drop(handle):
                link.closed()
        self.connection.backlog_bytes -= sum(map(len, self._backlog))
        self._backlog.clear()


def _state_of(frame: Disposition, body: bytes) -> Encoded | None:
    """The state of a disposition as it is encoded."""
    return None if frame.state is None else Encoded(elements(body)[_STATE])


class Refused(Link):
    """A link that no node took: it exists only to be detached."""

    def _tell_handler(self) -> None:
        log.debug("%s: refused link forgotten", self.peer)
