"""Faults of the brokers on demand: throttled senders, latency, links that end, answers that get lost.

They stand between the transport and a name space, so neither knows of them. `$cbs` and `$management` are spared.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Annotated

import msgspec

from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.incoming_link import Delivery, IncomingLink, Sink
from local_azure.amqp.link import Link
from local_azure.amqp.node import Node
from local_azure.amqp.outgoing_link import OutgoingLink, Settlement, Source
from local_azure.amqp.values import Encoded
from local_azure.core.faults import Held

MAX_LATENCY_MS = 60_000
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Faults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The faults that messages meet; the body of `POST /_local/faults`. Shares are 0 to 1.

    `throttle_rate` is the share of sent messages or batches that are refused with `com.microsoft:server-busy`.
    `latency_ms` passes before a sender hears of its message and before a receiver's decision takes effect.
    `detach_rate` is the share of messages, decisions and requests for messages at which the link ends instead.
    `lost_answer_rate` is the share of messages that are stored, and of decisions that take effect, but whose answer is
    lost because the link ends before it: the client has to do it again.
    """

    throttle_rate: Share = 0.0
    latency_ms: Annotated[float, msgspec.Meta(ge=0, le=MAX_LATENCY_MS)] = 0.0
    detach_rate: Share = 0.0
    lost_answer_rate: Share = 0.0


class FaultyNode:
    """A name space behind faults."""

    def __init__(self, node: Node, faults: Held[Faults], chance: Callable[[], float] = random.random) -> None:
        self.container_id = node.container_id
        self.max_message_bytes = node.max_message_bytes
        self._node = node
        self._faults = faults
        self._chance = chance

    def attach_sender(self, link: IncomingLink) -> Sink:
        """A client wants to send."""
        sink = self._node.attach_sender(link)
        return sink if _is_spared(link) else _FaultySink(link, sink, self._faults, self._chance)

    def attach_receiver(self, link: OutgoingLink) -> Source:
        """A client wants to receive."""
        source = self._node.attach_receiver(link)
        return source if _is_spared(link) else _FaultySource(link, source, self._faults, self._chance)

    def about_forgotten(self, state: Encoded | None) -> Encoded:
        """See `Node`."""
        return self._node.about_forgotten(state)


class _FaultySink:
    def __init__(self, link: IncomingLink, sink: Sink, faults: Held[Faults], chance: Callable[[], float]) -> None:
        self._link = link
        self._sink = sink
        self._faults = faults
        self._chance = chance

    def on_message(self, delivery: Delivery) -> None:
        faults = self._faults.now
        if self._chance() < faults.detach_rate:
            self._link.detach(_ended())
            return
        if self._chance() < faults.throttle_rate:
            raise AmqpError(Condition.SERVER_BUSY, "The request was terminated because the entity is being throttled.")
        if self._chance() < faults.lost_answer_rate:
            self._sink.on_message(delivery)
            self._link.detach(_ended())
        elif faults.latency_ms:
            self._sink.on_message(_Late(delivery, faults.latency_ms / 1_000))
        else:
            self._sink.on_message(delivery)

    def on_detach(self) -> None:
        self._sink.on_detach()


class _Late(Delivery):
    """A delivery whose sender waits for its answer."""

    __slots__ = ("_delivery", "_seconds")

    def __init__(self, delivery: Delivery, seconds: float) -> None:
        super().__init__(delivery.link, delivery.delivery_id, delivery.message_format, delivery.message, settled=False)
        self._delivery = delivery
        self._seconds = seconds

    def settle(self, outcome: Encoded) -> None:
        asyncio.get_running_loop().call_later(self._seconds, self._delivery.settle, outcome)


class _FaultySource:
    def __init__(self, link: OutgoingLink, source: Source, faults: Held[Faults], chance: Callable[[], float]) -> None:
        self._link = link
        self._source = source
        self._faults = faults
        self._chance = chance

    def on_flow(self, drain: bool) -> None:
        if self._chance() < self._faults.now.detach_rate:
            self._link.detach(_ended())
        else:
            self._source.on_flow(drain)

    def on_disposition(self, settlement: Settlement) -> None:
        faults = self._faults.now
        if self._chance() < faults.detach_rate:
            self._link.detach(_ended())
        elif self._chance() < faults.lost_answer_rate:
            self._source.on_disposition(settlement)
            self._link.detach(_ended())
        elif faults.latency_ms:
            asyncio.get_running_loop().call_later(faults.latency_ms / 1_000, self._source.on_disposition, settlement)
        else:
            self._source.on_disposition(settlement)

    def on_detach(self) -> None:
        self._source.on_detach()


def _is_spared(link: Link) -> bool:
    return link.path.rpartition("/")[2].lower() in ("$cbs", "$management")


def _ended() -> AmqpError:
    return AmqpError(Condition.DETACH_FORCED, "The link is force detached: a fault that was asked for.")
