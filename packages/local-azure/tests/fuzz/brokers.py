"""Targets over sockets: Event Hubs and Service Bus, as a process that serves both, with faults switched on and off."""

import contextlib
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from local_azure.core.process import LOOPBACK
from local_azure.testing.chance import Chance
from local_azure.testing.fuzzing import Fuzzed, Try
from local_azure.testing.parts import running
from local_azure.testing.watching import watched
from tests.amqp.raw import Raw, event
from tests.event_hubs.conftest import CONFIG
from tests.fuzz.amqp_inputs import ADDRESSES, conversation
from tests.service_bus.queues import write_entities

_SECONDS = 10.0
_LOOK_EVERY = 50
_HUB_ADDRESSES = (
    *ADDRESSES, "store-events", "store-events/Partitions/0", "store-events/$management",
    "store-events/ConsumerGroups/$Default/Partitions/0", "store-events/ConsumerGroups/archiver/Partitions/1",
)  # fmt: skip
_QUEUE_ADDRESSES = (
    *ADDRESSES, "plain-0", "plain-0", "brief-0", "unique-0", "expiring-0", "plain-0/$DeadLetterQueue",
    "plain-0/$management", "plain-0/$management", "unique-0/$management", "expiring-0/$DeadLetterQueue/$management",
)  # fmt: skip
_HONEST = {"event-hubs": "store-events/Partitions/3", "service-bus": "renewed-0"}


def _broker(service: str, addresses: tuple[str, ...]) -> Fuzzed:
    @contextmanager
    def opened(folder: Path) -> Generator[Try]:
        state = folder / "state"
        options = ("--event-hubs-config", CONFIG, "--service-bus-config")
        with (
            running("amqp", *options, str(write_entities(folder / "queues.json")), state=state) as part,
            watched(part, state) as watch,
        ):
            address = part.address(service)
            count = 0

            def talk(chance: Chance) -> None:
                nonlocal count
                count += 1
                _say(address, conversation(chance, addresses))
                watch.check_log()
                if count % _LOOK_EVERY == 0:
                    _is_served(address, _HONEST[service])

            yield talk
            _is_served(address, _HONEST[service])

    return Fuzzed(service, opened, share=0.5)


def _say(address: str, said: bytes) -> None:
    """Say it all and hang up; the broker must hang up as well. Raises TimeoutError if it does not."""
    port = int(address.rpartition(":")[2])
    address_of_port = (LOOPBACK, port)
    with socket.create_connection(address_of_port, _SECONDS) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(said)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass


def _is_served(address: str, path: str) -> None:
    """An honest client's message is accepted."""
    with Raw(address).open() as client:
        client.attach_sender(path)
        client.transfer(event(b"{}", (0x73, ["honest"])))
        accepted = 0x24
        assert client.outcome().descriptor == accepted, "an honest client is not served"


TARGETS = (_broker("event-hubs", _HUB_ADDRESSES), _broker("service-bus", _QUEUE_ADDRESSES))
