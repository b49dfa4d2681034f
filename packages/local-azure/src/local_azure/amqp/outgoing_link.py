"""A link over which a client receives: its credit, the deliveries it has not settled yet, and who feeds it."""

from typing import Any, NamedTuple, Protocol, cast

from local_azure.amqp.encode import uint
from local_azure.amqp.limits import MAX_UNSETTLED
from local_azure.amqp.link import SEQUENCE, Carrier, Link, address_of, terminus_fields
from local_azure.amqp.outcomes import Outcome
from local_azure.amqp.performatives import Attach, Flow
from local_azure.amqp.transfers import disposition
from local_azure.amqp.values import Described, Encoded

SELECTOR = "apache.org:selector-filter:string"
SESSION = "com.microsoft:session-filter"
_FILTERS = {
    0x0000_468C_0000_0004: SELECTOR,
    0x0000_0013_7000_000A: SELECTOR,
    0x0000_0013_7000_000C: SESSION,
}
"""Numeric descriptors: of the Apache registry (JavaScript, Java, Qpid), and of Microsoft's .NET library."""


class Settlement(NamedTuple):
    """A client's decision about a delivery. `outcome` is None for a state that is not final.

    `settled` tells that the client has forgotten the delivery already; otherwise it waits for `link.settle`. `state` is
    what it wrote, as it is encoded; None if it wrote none.
    """

    delivery_id: int
    tag: bytes
    outcome: Outcome | None
    settled: bool
    state: Encoded | None


class Source(Protocol):
    """Feeds what a client receives over one link."""

    def on_flow(self, drain: bool) -> None:
        """The link may be able to send: credit, window or room has grown. Call `link.send` while `link.ready`.

        With `drain` the client wants what there is now and its credit back: send, then call `link.drained()`.
        """
        ...

    def on_disposition(self, settlement: Settlement) -> None:
        """The client has decided about an unsettled delivery. If it waits for an answer, call `link.settle`."""
        ...

    def on_detach(self) -> None:
        """The link is gone, see `Sink.on_detach`. Deliveries that were not settled are the entity's again."""
        ...


class OutgoingLink(Link):
    """A `Source` feeds, the client receives. `filters` are the source's, see `_filters`."""

    source: Source

    def __init__(self, session: Carrier, attach: Attach) -> None:
        super().__init__(session, attach, attach.source)
        self.reply_to = address_of(attach.target)
        self.filters = _filters(attach.source)
        self.wants_settled = attach.snd_settle_mode == 1
        self._delivery_count = 0
        self._credit = 0
        self._unsettled: dict[int, bytes] = {}

    @property
    def ready(self) -> bool:
        """True while `send` may be called."""
        return self._credit > 0 and self.open and len(self._unsettled) < MAX_UNSETTLED and self.session.can_send

    @property
    def credit(self) -> int:
        """The number of messages that the client still asks for."""
        return self._credit

    def send(self, tag: bytes, message: bytes, *, settled: bool, remember: bool = True) -> int:
        """Send an encoded message; only while `ready`. Gives the delivery id.

        An unsettled delivery is remembered until either side settles it, unless the node does not care
        (`remember=False`); a client's disposition about one that is not remembered is answered as it was stated.
        """
        self._credit -= 1
        self._delivery_count = (self._delivery_count + 1) & SEQUENCE
        delivery_id = self.session.send_message(self.handle, tag, message, settled)
        if remember and not settled:
            self._unsettled[delivery_id] = tag
            self.session.unsettled[delivery_id] = self.handle
        return delivery_id

    def settle(self, delivery_id: int, outcome: Encoded) -> None:
        """Tell the client that a delivery is settled, with its outcome; does nothing if the link is gone."""
        self.forget(delivery_id)
        if self.open:
            self.session.send(disposition(False, delivery_id, delivery_id, outcome))

    def drained(self) -> None:
        """Give the rest of the credit back, after a flow that asked to drain."""
        self._delivery_count = (self._delivery_count + self._credit) & SEQUENCE
        self._credit = 0
        self.session.send_flow([uint(self.handle), uint(self._delivery_count), uint(0), uint(0), True, False, None])

    def on_flow(self, flow: Flow) -> None:
        """The transport's: the client has changed its credit."""
        seen = flow.delivery_count if flow.delivery_count is not None else 0
        outstanding = (self._delivery_count - seen) & SEQUENCE
        self._credit = max(0, (flow.link_credit or 0) - outstanding)
        self.source.on_flow(bool(flow.drain))
        if flow.echo and self.open:
            count, credit = uint(self._delivery_count), uint(self._credit)
            self.session.send_flow([uint(self.handle), count, credit, None, bool(flow.drain), False, None])

    def on_settlement(self, settlement: Settlement) -> None:
        """The transport's: the client has decided about a delivery."""
        if settlement.settled:
            self.forget(settlement.delivery_id)
        self.source.on_disposition(settlement)

    def tag_of(self, delivery_id: int) -> bytes | None:
        """The tag of an unsettled delivery."""
        return self._unsettled.get(delivery_id)

    def forget(self, delivery_id: int) -> None:
        """The transport's: a delivery is settled."""
        self._unsettled.pop(delivery_id, None)
        self.session.unsettled.pop(delivery_id, None)

    def _tell_handler(self) -> None:
        for delivery_id in self._unsettled:
            self.session.unsettled.pop(delivery_id, None)
        self._unsettled.clear()
        self.source.on_detach()


def _filters(source: Any) -> dict[str, Any]:
    """The filters by what they are: the descriptor tells, whatever name the client gives a filter.

    A filter without a descriptor that is known by number is called as its symbolic descriptor or, if it has none, as
    its name says. Source: AMQP 1.0 part 3 section 3.5.8, and the registry of the filters that SDKs write.
    """
    fields = terminus_fields(source)
    filters = fields[7] if len(fields) > 7 else None
    if not isinstance(filters, dict):
        return {}
    named: dict[str, Any] = {}
    for name, value in cast("dict[Any, Any]", filters).items():
        if not isinstance(value, Described):
            named[str(name)] = value
        elif isinstance(value.descriptor, str):
            named[str(value.descriptor)] = value.value
        else:
            number = value.descriptor if isinstance(value.descriptor, int) else -1
            named[_FILTERS.get(number, str(name))] = value.value
    return named
