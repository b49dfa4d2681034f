"""A reader: feeds one client from one partition, from its position on, as fast as its credit allows."""

import asyncio
import logging
from typing import Any

from local_azure.amqp.encode import described, timestamp
from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.outcomes import stated
from local_azure.amqp.outgoing_link import OutgoingLink, Settlement
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.values import Symbol
from local_azure.event_hubs.partition import Partition
from local_azure.event_hubs.positions import position_of
from local_azure.event_hubs.readers import Readers
from local_azure.event_hubs.throttle import Throttle

log = logging.getLogger(__name__)
EPOCH = "com.microsoft:epoch"
RUNTIME_METRIC = Symbol("com.microsoft:enable-receiver-runtime-metric")
_PAGE = 200
"""Events that are read at a time, so that a reader that is far behind does not hold up the others."""


class Reader:
    """The source of a receiving link. Raises AmqpError if the link may not read here."""

    def __init__(self, link: OutgoingLink, partition: Partition, readers: Readers, throttle: Throttle) -> None:
        self.epoch = _epoch(link.properties)
        self._link = link
        self._partition = partition
        self._readers = readers
        self._throttle = throttle
        self._next = partition.sequence_at(position_of(link.filters))
        self._loop = asyncio.get_running_loop()
        self._later: asyncio.Handle | None = None
        self._tells_last = RUNTIME_METRIC in link.desired_capabilities
        if self._tells_last:
            link.offered_capabilities = [RUNTIME_METRIC]
        readers.join(self)
        partition.on_published.append(self._pump)

    def evict(self, error: AmqpError) -> None:
        """Another reader takes over."""
        self._link.detach(error)

    def on_flow(self, drain: bool) -> None:
        """Send what there is; a receiver that drains gets its credit back."""
        self._pump()
        if drain and self._link.open:
            self._link.drained()

    def on_disposition(self, settlement: Settlement) -> None:
        """Reading changes nothing in the log, so whatever a reader thinks of an event is fine."""
        if not settlement.settled:
            self._link.settle(settlement.delivery_id, stated(settlement.state))

    def on_detach(self) -> None:
        """The client is gone."""
        self._readers.leave(self)
        self._partition.on_published.remove(self._pump)
        if self._later:
            self._later.cancel()

    def _pump(self) -> None:
        link = self._link
        if self._later or not link.ready or self._next >= self._partition.committed.next_sequence:
            return
        prefix = self._last_enqueued() if self._tells_last else b""
        for sequence, message in self._partition.read(self._next, min(link.credit, _PAGE)):
            if not link.ready:
                return
            wait = self._throttle.wait_seconds(1, len(message))
            if wait > 0:
                self._later = self._loop.call_later(wait, self._resume)
                return
            link.send(b"%d" % sequence, prefix + message, settled=link.wants_settled, remember=False)
            self._next = sequence + 1
        if link.ready and self._next < self._partition.committed.next_sequence:
            self._later = self._loop.call_soon(self._resume)

    def _resume(self) -> None:
        self._later = None
        self._pump()

    def _last_enqueued(self) -> bytes:
        info = self._partition.info()
        facts: dict[Any, Any] = {
            Symbol("last_enqueued_sequence_number"): info.last_sequence,
            Symbol("last_enqueued_offset"): str(info.last_offset),
            Symbol("last_enqueued_time_utc"): timestamp(info.last_time_ms),
            Symbol("runtime_info_retrieval_time_utc"): timestamp(info.at_ms),
        }
        return described(SectionCode.DELIVERY_ANNOTATIONS, facts)


def _epoch(properties: dict[str, Any]) -> int | None:
    epoch = properties.get(EPOCH)
    if epoch is None:
        return None
    if not isinstance(epoch, int) or isinstance(epoch, bool) or epoch < 0:
        raise AmqpError(Condition.ARGUMENT_OUT_OF_RANGE, "an epoch (owner level) is a number from 0 on")
    return epoch
