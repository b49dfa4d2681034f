"""What the tests of the running job share: the parts around it, and both ends of it through Microsoft's clients."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import msgspec
from azure.core.exceptions import ResourceNotFoundError
from azure.eventhub import EventData, EventHubConsumerClient, EventHubProducerClient
from azure.servicebus import ServiceBusClient
from azure.servicebus.exceptions import ServiceBusError
from azure.storage.blob import ContainerClient

from local_azure.core import connections
from local_azure.core.clock import SETTING, Clock
from local_azure.testing.parts import Part

HUB = "store-events"
SPEED = 300
"""A window of five minutes lasts a second."""
WINDOW = timedelta(minutes=5)
Rows = dict[tuple[Any, str], list[str]]
"""The sorted ids of each store and window end."""


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@dataclass
class Around:
    """Event Hubs, Service Bus and Blob around the job, on ports that stay the same through restarts."""

    folder: Path
    project: Path
    entities: Path
    """Folder of the emulators' files, `event-hubs.json` and `service-bus.json`."""
    parts: dict[str, Part] = field(default_factory=dict[str, Part])
    ports: dict[str, int] = field(
        default_factory=lambda: {name: free_port() for name in ("event-hubs", "service-bus", "blob")}
    )

    def __post_init__(self) -> None:
        now = time.time()
        address = {name: f"127.0.0.1:{port}" for name, port in self.ports.items()}
        self.settings = {
            "EventHubs": connections.namespace(address["event-hubs"]),
            "ServiceBus": connections.namespace(address["service-bus"]),
            "Warehouse": connections.blobs(address["blob"]),
            SETTING: Clock(now, now, SPEED).setting(),
        }

    def start(self, *names: str) -> None:
        """Start parts: `amqp`, `azurite` or `job`."""
        for name in names:
            self.parts[name] = self._part(name)

    def _part(self, name: str) -> Part:
        state = self.folder / name
        if name == "azurite":
            return Part("azurite", "--port", str(self.ports["blob"]), state=state)
        if name == "job":
            return Part("stream_analytics", "--project", str(self.project), state=state, settings=self.settings)
        options: list[str] = []
        for service in ("event-hubs", "service-bus"):
            config = self.folder / f"{service}.json"
            # What was locked for a receiver whose connection broke comes back when the lock ends: not after a minute.
            config.write_text((self.entities / f"{service}.json").read_text().replace('"PT1M"', '"PT5S"'))
            options += [f"--{service}-config", str(config), f"--{service}-port", str(self.ports[service])]
        return Part("amqp", *options, state=state, settings=self.settings)

    def kill(self, name: str) -> None:
        """End a part as a crash would."""
        self.parts.pop(name).kill()

    def stop(self, name: str) -> None:
        """End a part in order."""
        self.parts.pop(name).stop()

    def log(self, name: str) -> str:
        """What a part has logged."""
        return (self.folder / f"{name}.log").read_text()


@contextmanager
def around(folder: Path, project: Path, entities: Path) -> Generator[Around, None, None]:
    """Nothing runs yet; everything that was started is stopped at the end."""
    parts = Around(folder, project, entities)
    try:
        yield parts
    finally:
        for part in parts.parts.values():
            part.stop()


def send(settings: dict[str, str], *batches: tuple[int, list[bytes]]) -> None:
    """Send batches, each to its partition."""
    producer = EventHubProducerClient.from_connection_string(settings["EventHubs"], eventhub_name=HUB)
    with producer:
        for partition, bodies in batches:
            producer.send_batch([EventData(body) for body in bodies], partition_id=str(partition))


def suspicious(number: int) -> bytes:
    """An event that must be flagged; every fourth has no store."""
    event: dict[str, Any] = {"id": f"event-{number:05d}", "event_type": "sale_event", "discount": 60}
    store = {"store_id": number % 3} if number % 4 else {}
    return msgspec.json.encode({**event, **store, "priority_shipping": True})


def expected(settings: dict[str, str], count: int) -> Rows:
    """What the hub says: the window of each event comes from the time at which the hub took it."""
    rows: Rows = {}
    seen = 0

    def take(_: Any, batch: list[EventData]) -> None:
        nonlocal seen
        for event in batch:
            body = msgspec.json.decode(event.body_as_str())
            enqueued = event.enqueued_time
            assert enqueued is not None
            key = body.get("store_id"), window_end(enqueued)
            rows.setdefault(key, []).append(body["id"])
            seen += 1
        if seen >= count:
            consumer.close()

    consumer = EventHubConsumerClient.from_connection_string(
        settings["EventHubs"], "$Default", eventhub_name=HUB, load_balancing_interval=0.1
    )
    consumer.receive_batch(take, starting_position="-1", max_wait_time=0.1)
    return {key: sorted(ids) for key, ids in rows.items()}


def window_end(moment: datetime) -> str:
    """The end of the window of a moment, as a row has it."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    end = midnight - (-(moment - midnight) // WINDOW) * WINDOW
    return f"{end:%Y-%m-%dT%H:%M:%S}.0000000Z"


class Receiver:
    """Takes the queue's messages as they come, because they live for an hour of Azure's time: (MessageId, row)."""

    def __init__(self, settings: dict[str, str]) -> None:
        self._settings = settings
        self._found: list[tuple[str, dict[str, Any]]] = []
        self._seen: set[str] = set()
        self._ends = Event()
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._ends.is_set():
            try:
                with ServiceBusClient.from_connection_string(self._settings["ServiceBus"], retry_total=0) as client:
                    self._receive(client)
            except ServiceBusError:
                time.sleep(0.2)

    def _receive(self, client: ServiceBusClient) -> None:
        with client.get_queue_receiver("suspicious-windows") as receiver:
            while not self._ends.is_set():
                batch = receiver.receive_messages(20, max_wait_time=0.3)
                for message in batch:
                    row = msgspec.json.decode(b"".join(message.body))
                    self._found.append((str(message.message_id), row))
                    self._seen |= set(row["ids"])
                for message in batch:
                    receiver.complete_message(message)

    def wait(self, ids: int, seconds: float = 30) -> list[tuple[str, dict[str, Any]]]:
        """All messages, once they hold so many different ids."""
        deadline = time.monotonic() + seconds
        while len(self._seen) < ids and time.monotonic() < deadline:
            time.sleep(0.1)
        self.stop()
        assert len(self._seen) == ids, f"{len(self._seen)} of {ids} ids after {seconds} s"
        return self._found

    def stop(self) -> None:
        """Receive no more."""
        self._ends.set()
        self._thread.join()


def blobs(settings: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The rows of every blob of the container."""
    with ContainerClient.from_connection_string(settings["Warehouse"], "suspicious-events", retry_total=0) as container:
        try:
            names = [blob.name for blob in container.list_blobs()]
        except ResourceNotFoundError:
            return {}
        return {
            name: [msgspec.json.decode(line) for line in container.download_blob(name).readall().splitlines()]
            for name in names
        }


def rows_of(found: list[dict[str, Any]]) -> Rows:
    """Rows by store and window end; asserts that each stands there once."""
    rows: Rows = {}
    for row in found:
        key = row["store_id"], row["WindowEnd"]
        assert key not in rows, f"{key} stands there twice"
        rows[key] = sorted(row["ids"])
    return rows


def wait_for_blobs(settings: dict[str, str], ids: int, seconds: float = 20) -> dict[str, list[dict[str, Any]]]:
    """The blobs once they hold so many ids."""
    deadline = time.monotonic() + seconds
    while True:
        found = blobs(settings)
        if sum(len(row["ids"]) for rows in found.values() for row in rows) >= ids:
            return found
        assert time.monotonic() < deadline, "the blobs do not appear"
        time.sleep(0.2)
