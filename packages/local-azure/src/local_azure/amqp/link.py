"""Links: what both directions share. The transport makes them; a node's handler acts on them."""

import logging
from typing import Any, Protocol, cast

from local_azure.amqp.budget import Budget
from local_azure.amqp.encode import uint
from local_azure.amqp.errors import AmqpError
from local_azure.amqp.outcomes import error_value
from local_azure.amqp.performatives import Attach, Code, performative
from local_azure.amqp.values import Described, Symbol

log = logging.getLogger(__name__)
SEQUENCE = 0xFFFF_FFFF
"""Counters of the protocol wrap here."""


class Carrier(Protocol):
    """The session as a link needs it. `session.Session` is one."""

    unsettled: dict[int, int]
    """The handle of the link of each delivery that is not settled yet, by delivery id."""

    @property
    def connection(self) -> object:
        """The connection, to tell clients apart."""
        ...

    @property
    def peer(self) -> str:
        """Host and port of the client, for logs."""
        ...

    @property
    def client(self) -> str:
        """The client's user agent; empty if it gives none."""
        ...

    @property
    def partial_messages(self) -> Budget:
        """The budget of the port for unfinished messages."""
        ...

    @property
    def can_send(self) -> bool:
        """True while there is window and room for another message."""
        ...

    def send(self, body: bytes) -> None:
        """Send a frame."""
        ...

    def send_flow(self, link_fields: list[Any]) -> None:
        """Send a flow with the session's windows and the seven fields of a link."""
        ...

    def send_message(self, handle: int, tag: bytes, message: bytes, settled: bool) -> int:
        """Send one message; returns its delivery id."""
        ...


class Link:
    """A link, as far as both directions share it.

    `address` is the node's as the client wrote it, `path` the same without scheme, host and slashes at the ends.

    A node may set `offered_capabilities` and `reply_properties` while it attaches.
    """

    def __init__(self, session: Carrier, attach: Attach, terminus: Any) -> None:
        self.session = session
        self.name = attach.name
        self.handle = attach.handle
        self.attach = attach
        self.address = address_of(terminus)
        self.path = _path(self.address)
        self.properties: dict[str, Any] = {str(key): value for key, value in (attach.properties or {}).items()}
        self.desired_capabilities = _symbols(attach.desired_capabilities)
        self.offered_capabilities: list[Symbol] | None = None
        self.reply_properties: dict[Symbol, Any] | None = None
        self.open = True

    @property
    def peer(self) -> str:
        """Who is at the other end, for logs."""
        return self.session.peer

    @property
    def client(self) -> str:
        """The user agent of the client; empty if it gives none."""
        return self.session.client

    def detach(self, error: AmqpError) -> None:
        """End the link from our side, with a reason the client can act on. Its handler's `on_detach` is called."""
        if not self.open:
            return
        log.warning("%s: link to %r ended: %s", self.peer, self.address, error)
        self.session.send(performative(Code.DETACH, [uint(self.handle), True, error_value(error)]))
        self.closed()

    def closed(self) -> None:
        """The transport's: the link is gone, tell the handler once."""
        if self.open:
            self.open = False
            self._tell_handler()

    def _tell_handler(self) -> None:
        raise NotImplementedError


def address_of(terminus: Any) -> str:
    """The address of a source or target, empty if it has none."""
    fields = terminus_fields(terminus)
    return fields[0] if fields and isinstance(fields[0], str) else ""


def terminus_fields(terminus: Any) -> list[Any]:
    """The fields of a source or target; none if it is malformed."""
    value: Any = terminus.value if isinstance(terminus, Described) else None
    return cast("list[Any]", value) if isinstance(value, list) else []


def _symbols(value: Any) -> frozenset[str]:
    items = cast("list[Any]", value) if isinstance(value, list) else [value]
    return frozenset(item for item in items if isinstance(item, str))


def _path(address: str) -> str:
    _, scheme, rest = address.partition("://")
    path = rest.partition("/")[2] if scheme else address
    return path.strip("/")
