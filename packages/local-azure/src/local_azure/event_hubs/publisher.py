"""A publisher: takes what one client sends, to one partition or to whichever the hub finds right."""

import logging
from collections.abc import Callable, Sequence

from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.incoming_link import Delivery, IncomingLink
from local_azure.amqp.message import Message
from local_azure.core.group_commit import GroupCommit
from local_azure.event_hubs.events import Event, accept_event, partition_key
from local_azure.event_hubs.partition import Partition
from local_azure.event_hubs.throttle import Throttle

log = logging.getLogger(__name__)
Router = Callable[[str | None], Partition]
"""Finds the partition for a key, or for no key."""


class Publisher:
    """The sink of a sending link."""

    def __init__(self, link: IncomingLink, route: Router, commits: GroupCommit, throttle: Throttle) -> None:
        self._link = link
        self._route = route
        self._commits = commits
        self._throttle = throttle

    def on_message(self, delivery: Delivery) -> None:
        """Append an event or a batch, all of it or nothing; accepted once it is stored."""
        key, events = _read(delivery)
        if self._throttle.wait_seconds(len(events), len(delivery.message)) > 0:
            raise AmqpError(
                Condition.SERVER_BUSY,
                "The request was terminated because the namespace is being throttled. "
                "Please wait 4 seconds and try again.",
            )
        self._route(key).append(events, key)
        self._commits.after_commit(delivery.accept)

    def on_detach(self) -> None:
        """The client is gone; what it sent stays."""
        log.debug("%s: sends no more to %r", self._link.peer, self._link.path)


def _read(delivery: Delivery) -> tuple[str | None, Sequence[Event]]:
    if not delivery.is_batch:
        event = accept_event(delivery.message)
        return event.key, [event]
    batch = Message(delivery.message)
    events = [accept_event(message) for message in batch.parts()]
    if not events:
        raise AmqpError(Condition.ARGUMENT_ERROR, "a batch without events")
    return partition_key(batch) or events[0].key, events
