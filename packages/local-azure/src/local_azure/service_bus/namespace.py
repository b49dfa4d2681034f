"""A Service Bus namespace: its queues by address, each with its dead-letter queue and `$management`."""

import logging
import sqlite3
import time
from collections.abc import Mapping

from local_azure.amqp import cbs
from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.incoming_link import IncomingLink, Sink
from local_azure.amqp.limits import MAX_SERVICE_BUS_MESSAGE_BYTES
from local_azure.amqp.outcomes import rejected
from local_azure.amqp.outgoing_link import SESSION, OutgoingLink, Source
from local_azure.amqp.request_response import EVENT_HUBS, SERVICE_BUS, RequestNode
from local_azure.amqp.values import Described, Encoded
from local_azure.core.clock import Clock
from local_azure.core.group_commit import GroupCommit
from local_azure.service_bus.envelope import amend
from local_azure.service_bus.feed import Feed
from local_azure.service_bus.links import QueueSink, QueueSource
from local_azure.service_bus.management import Management
from local_azure.service_bus.messages import LockLostError, Times
from local_azure.service_bus.queue import Queue
from local_azure.service_bus.refusals import amqp_error
from local_azure.service_bus.settings import QueueSettings
from local_azure.service_bus.timers import QueueTimers

log = logging.getLogger(__name__)
DEAD_LETTERS = "/$deadletterqueue"
_MANAGEMENT = "/$management"
_COORDINATOR = 0x30


class Entity:
    """A queue with what serves its clients."""

    def __init__(self, queue: Queue, store: GroupCommit, clock: Clock) -> None:
        self.queue = queue
        self.feed = Feed(queue, store)
        self.timers = QueueTimers(queue, clock)
        self.management = RequestNode(Management(queue).answer, SERVICE_BUS, store.after_commit)


class ServiceBusNamespace:
    """The node behind the port of Service Bus. Addresses do not distinguish case.

    Build it inside the event loop; `close` it before the database.
    """

    container_id = "local-service-bus"
    max_message_bytes = MAX_SERVICE_BUS_MESSAGE_BYTES

    def __init__(self, settings: Mapping[str, QueueSettings], store: GroupCommit, clock: Clock) -> None:
        self._store = store
        # $cbs names its status as Event Hubs' management does, here too.
        self._tokens = RequestNode(cbs.tokens(self._exists), EVENT_HUBS, store.after_commit)
        self._entities: dict[str, Entity] = {}
        times = Times(azure=lambda: int(clock.timestamp() * 1_000), real=lambda: int(time.time() * 1_000))
        for name, rules in settings.items():
            letters = Queue(f"{name}/$DeadLetterQueue", rules.for_dead_letters(), store=store, times=times, amend=amend)
            queue = Queue(name, rules, store=store, times=times, amend=amend, dead_letters=letters)
            self._entities[name.lower()] = Entity(queue, store, clock)
            self._entities[name.lower() + DEAD_LETTERS] = Entity(letters, store, clock)
        _warn_of_orphans(store.database, self._entities)

    def attach_sender(self, link: IncomingLink) -> Sink:
        """A client wants to send messages or requests. Raises AmqpError to refuse."""
        target = link.attach.target
        if isinstance(target, Described) and target.descriptor == _COORDINATOR:
            raise AmqpError(Condition.NOT_IMPLEMENTED, "Transactions are not supported here.")
        if link.path.lower() == cbs.ADDRESS:
            return self._tokens.sink(link)
        path = link.path.lower()
        if path.endswith(_MANAGEMENT):
            return self._entity(path.removesuffix(_MANAGEMENT), link.path).management.sink(link)
        entity = self._entity(path, link.path)
        if entity.queue.dead_letters is None:
            raise AmqpError(Condition.NOT_ALLOWED, "Messages cannot be sent to a dead-letter queue.")
        return QueueSink(entity.queue, self._store)

    def attach_receiver(self, link: OutgoingLink) -> Source:
        """A client wants to receive messages or replies. Raises AmqpError to refuse."""
        path = link.path.lower()
        if path == cbs.ADDRESS:
            return self._tokens.source(link)
        if path.endswith(_MANAGEMENT):
            return self._entity(path.removesuffix(_MANAGEMENT), link.path).management.source(link)
        if SESSION in link.filters:
            raise AmqpError(
                Condition.NOT_ALLOWED,
                "It is not possible for an entity that doesn't require sessions to create a sessionful receiver.",
            )
        if link.filters:
            name = next(iter(link.filters))
            raise AmqpError(
                Condition.NOT_IMPLEMENTED, f"A receiver of a queue cannot filter; {name[:200]!r} was asked for."
            )
        entity = self._entity(path, link.path)
        return QueueSource(link, entity.queue, entity.feed, self._store)

    def about_forgotten(self, state: Encoded | None) -> Encoded:
        """Nothing was settled: the delivery's link is gone, and its lock can only be used over `$management`."""
        return rejected(amqp_error(LockLostError()))

    def close(self) -> None:
        """Stop the timers."""
        for entity in self._entities.values():
            entity.timers.close()

    def _exists(self, path: str) -> bool:
        """True for all that lies below a queue, and for subscriptions, whose refusal tells more."""
        steps = path.split("/")
        if steps[0].startswith("$") or "subscriptions" in steps:
            return True
        return any("/".join(steps[:length]) in self._entities for length in range(1, len(steps) + 1))

    def _entity(self, path: str, written: str) -> Entity:
        entity = self._entities.get(path)
        if entity:
            return entity
        if path.endswith("/$transfer/$deadletterqueue"):
            raise AmqpError(
                Condition.NOT_IMPLEMENTED, "There is no transfer dead-letter queue: nothing is forwarded here."
            )
        if "/subscriptions/" in path:
            raise AmqpError(Condition.NOT_IMPLEMENTED, "Topics and subscriptions are not supported here.")
        raise AmqpError(
            Condition.NOT_FOUND,
            f"The messaging entity '{written}' could not be found. It is not in the Service Bus entity file.",
        )


def _warn_of_orphans(database: sqlite3.Connection, entities: Mapping[str, Entity]) -> None:
    names = {name for (name,) in database.execute("SELECT name FROM queue")}
    for name in sorted(name for name in names if name.lower() not in entities):
        log.warning("queue %r is no longer in the entity file: its messages stay stored and out of reach", name)
