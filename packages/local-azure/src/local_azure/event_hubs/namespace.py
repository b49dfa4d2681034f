"""The name space of event hubs: resolves addresses.

    HUB                                      send to any partition        $cbs           tokens
    HUB/Partitions/N                         send to one                  $management    hubs and partitions
    HUB/ConsumerGroups/GROUP/Partitions/N    receive from one

Names are compared without regard to case, as Azure does.
"""

from local_azure.amqp import cbs
from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.incoming_link import IncomingLink, Sink
from local_azure.amqp.limits import MAX_EVENT_HUBS_MESSAGE_BYTES
from local_azure.amqp.link import Link
from local_azure.amqp.outcomes import stated
from local_azure.amqp.outgoing_link import OutgoingLink, Source
from local_azure.amqp.request_response import EVENT_HUBS, RequestNode
from local_azure.amqp.values import Encoded
from local_azure.core.clock import Clock
from local_azure.core.group_commit import GroupCommit
from local_azure.event_hubs.entities import Entities
from local_azure.event_hubs.hub import EventHub
from local_azure.event_hubs.management import Management
from local_azure.event_hubs.publisher import Publisher
from local_azure.event_hubs.reader import Reader
from local_azure.event_hubs.throttle import egress, ingress


class EventHubsNamespace:
    """A `Node` of event hubs. Raises CannotStartError if the store does not fit the entities."""

    max_message_bytes = MAX_EVENT_HUBS_MESSAGE_BYTES

    def __init__(self, definition: Entities, commits: GroupCommit, clock: Clock, throughput_units: int = 0) -> None:
        self.container_id = definition.namespace
        self.hubs = [EventHub(hub, commits, lambda: int(clock.timestamp() * 1_000)) for hub in definition.hubs]
        self._by_name = {hub.name.lower(): hub for hub in self.hubs}
        self._commits = commits
        self._ingress = ingress(throughput_units, clock.timestamp, clock.speed)
        self._egress = egress(throughput_units, clock.timestamp, clock.speed)
        self._requests = {
            cbs.ADDRESS: RequestNode(cbs.tokens(self._exists), EVENT_HUBS, commits.after_commit),
            "$management": RequestNode(Management(self._hub), EVENT_HUBS, commits.after_commit),
        }

    def about_forgotten(self, state: Encoded | None) -> Encoded:
        """Confirm a reader's decision about an event, which changes nothing: a log keeps no deliveries."""
        return stated(state)

    def attach_sender(self, link: IncomingLink) -> Sink:
        """A client wants to send."""
        if requests := self._requests.get(link.path.lower()):
            return requests.sink(link)
        match link.path.split("/"):
            case [name]:
                return Publisher(link, self._hub(name).route, self._commits, self._ingress)
            case [name, kind, number] if kind.lower() == "partitions":
                partition = self._hub(name).partition(number)
                return Publisher(link, lambda _: partition, self._commits, self._ingress)
            case _:
                raise _no_address(link)

    def attach_receiver(self, link: OutgoingLink) -> Source:
        """A client wants to receive."""
        if requests := self._requests.get(link.path.lower()):
            return requests.source(link)
        match link.path.split("/"):
            case [name, groups, group, kind, number] if (groups.lower(), kind.lower()) == _READ:
                hub = self._hub(name)
                partition = hub.partition(number)
                return Reader(link, partition, hub.readers(group, partition), self._egress)
            case _:
                raise _no_address(link)

    def _exists(self, path: str) -> bool:
        name = path.split("/", maxsplit=1)[0]
        return name in self._by_name or name in self._requests

    def _hub(self, name: str) -> EventHub:
        hub = self._by_name.get(name.lower())
        if hub is None:
            raise AmqpError(Condition.NOT_FOUND, f"The messaging entity '{name[:200]}' could not be found.")
        return hub


_READ = ("consumergroups", "partitions")


def _no_address(link: Link) -> AmqpError:
    return AmqpError(Condition.NOT_FOUND, f"The messaging entity '{link.path[:200]}' could not be found.")
