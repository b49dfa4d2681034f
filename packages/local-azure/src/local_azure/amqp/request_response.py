"""Requests and replies over a pair of links: what `$cbs` and `$management` nodes have in common.

A client attaches a sender and a receiver to the same address and matches replies by correlation-id. The reply goes
to the receiver whose target (or, in JavaScript, name) is the request's reply-to; without a reply-to (Python) to the
session's receiver.
Replies leave after the group commit, so what a request has changed is stored when the client hears of it.
"""

import logging
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from local_azure.amqp.encode import int32
from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.incoming_link import Delivery, IncomingLink
from local_azure.amqp.limits import MAX_PENDING_REPLIES
from local_azure.amqp.message import Message, value_message
from local_azure.amqp.outgoing_link import OutgoingLink, Settlement
from local_azure.amqp.values import Encoded, Symbol

log = logging.getLogger(__name__)
_PROPERTIES = 13
_CORRELATION_ID = 5


class Convention(NamedTuple):
    """The names of a reply's application properties; each kind of node has its own."""

    code: str
    descriptions: tuple[str, ...]
    condition: str


EVENT_HUBS = Convention("status-code", ("status-description", "statusDescription"), "error-condition")
"""Python's Event Hubs SDK looks for the code under one convention and for the description under the other."""
SERVICE_BUS = Convention("statusCode", ("statusDescription",), "errorCondition")


class Request(NamedTuple):
    """A request: its application properties by name, the value in its body, the same encoded, and who asks."""

    properties: dict[str, Any]
    body: Any
    encoded: Encoded
    link: IncomingLink

    def text(self, name: str) -> str:
        """A property that is text, sent as string, symbol or binary; empty for any other."""
        value = self.properties.get(name)
        if isinstance(value, bytes):
            return value.decode(errors="replace")
        return value if isinstance(value, str) else ""


class Reply(NamedTuple):
    """An answer: an HTTP-like status, its description, a value, and for an error its condition."""

    status: int
    description: str
    body: Any = None
    condition: str | None = None


Responder = Callable[[Request], Reply]
"""Answers a request. An AmqpError raised becomes a reply with its condition (404 for not-found, else 400)."""


class RequestNode:
    """One address such as `hub/$management`. Its name space calls `sink` and `source` when clients attach."""

    def __init__(
        self, responder: Responder, convention: Convention, after_commit: Callable[[Callable[[], None]], None]
    ) -> None:
        self._responder = responder
        self._convention = convention
        self._after_commit = after_commit
        self._receivers: list[_Replies] = []

    def sink(self, link: IncomingLink) -> "_Requests":
        """For a link over which a client sends requests."""
        return _Requests(self, link)

    def source(self, link: OutgoingLink) -> "_Replies":
        """For a link over which a client receives replies."""
        replies = _Replies(self, link)
        self._receivers.append(replies)
        return replies

    def forget(self, replies: "_Replies") -> None:
        """A link for replies is gone."""
        self._receivers.remove(replies)

    def answer(self, delivery: Delivery) -> None:
        """Accept a request, act on it and send the reply."""
        message = Message(delivery.message)
        properties = message.properties()
        request = Request(
            {str(key): value for key, value in message.application_properties().items()},
            message.value(),
            message.encoded_value(),
            delivery.link,
        )
        receiver = self._receiver(delivery.link, properties.reply_to)
        if receiver is None:
            raise AmqpError(Condition.NOT_ALLOWED, "attach a receiver for replies before you send a request")
        reply = self._reply(request)
        correlation: list[Any] = [None] * _PROPERTIES
        correlation[_CORRELATION_ID] = properties.message_id
        encoded = value_message(correlation, self._status(reply), reply.body)

        def send() -> None:
            delivery.accept()
            receiver.put(encoded)

        self._after_commit(send)

    def _reply(self, request: Request) -> Reply:
        try:
            return self._responder(request)
        except AmqpError as error:
            log.warning("%s: request %r refused: %s", request.link.peer, request.text("operation"), error)
            status = 404 if error.condition is Condition.NOT_FOUND else 400
            return Reply(status, error.description, None, error.condition)

    def _status(self, reply: Reply) -> dict[str, Any]:
        names = self._convention
        status: dict[str, Any] = {names.code: int32(reply.status)}
        status |= dict.fromkeys(names.descriptions, reply.description)
        if reply.condition:
            status[names.condition] = Symbol(reply.condition)
        return status

    def _receiver(self, link: IncomingLink, reply_to: Any) -> "_Replies | None":
        connection = link.session.connection
        own = [replies for replies in reversed(self._receivers) if replies.link.session.connection is connection]
        if isinstance(reply_to, str):
            named = next((replies for replies in own if reply_to in (replies.link.reply_to, replies.link.name)), None)
            if named:
                return named
        return next((replies for replies in own if replies.link.session is link.session), None)


class _Requests:
    """The sink of a client's requests."""

    def __init__(self, node: RequestNode, link: IncomingLink) -> None:
        self._node = node
        self._link = link

    def on_message(self, delivery: Delivery) -> None:
        self._node.answer(delivery)

    def on_detach(self) -> None:
        log.debug("%s: no more requests to %r", self._link.peer, self._link.address)


class _Replies:
    """The source of a client's replies: they wait here for its credit, but not without end."""

    def __init__(self, node: RequestNode, link: OutgoingLink) -> None:
        self.link = link
        self._node = node
        self._waiting: deque[bytes] = deque()
        self._sent = 0

    def put(self, message: bytes) -> None:
        if not self.link.open:
            return
        self._waiting.append(message)
        if len(self._waiting) > MAX_PENDING_REPLIES:
            self.link.detach(AmqpError(Condition.RESOURCE_LIMIT_EXCEEDED, "too many replies wait for credit"))
            return
        self.on_flow(drain=False)

    def on_flow(self, drain: bool) -> None:
        while self._waiting and self.link.ready:
            self._sent += 1
            self.link.send(self._sent.to_bytes(8, "big"), self._waiting.popleft(), settled=True)
        if drain:
            self.link.drained()

    def on_disposition(self, settlement: Settlement) -> None:
        log.debug("%s: a reply was settled: %s", self.link.peer, settlement)

    def on_detach(self) -> None:
        self._waiting.clear()
        self._node.forget(self)
