"""A stream job between real brokers, and both ends of it through Microsoft's clients.

    from local_azure.testing import QueueReceiver, send_events, stream_job_parts

    def test_a_large_order_reaches_the_queue(tmp_path):
        entities = Path("local")
        with stream_job_parts(
            tmp_path, Path("stream/asaproj.json"), entities / "event-hubs.json", entities / "service-bus.json"
        ) as parts:
            parts.start("amqp", "azurite", "job")
            send_events(parts.event_hubs, "orders", (0, [b'{"id": 1, "total": 5000}']))
            rows = QueueReceiver(parts.service_bus, "large-orders").wait(1)

`parts.kill("job")` and `parts.start("job")` in between show that no row is lost.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import msgspec
from azure.core.exceptions import ResourceNotFoundError
from azure.eventhub import EventData, EventHubProducerClient
from azure.servicebus import ServiceBusClient
from azure.servicebus.exceptions import ServiceBusError
from azure.storage.blob import ContainerClient

from local_azure.core import connections
from local_azure.core.clock import SETTING, Clock
from local_azure.stream_analytics.job.connect import BLOB_SETTING
from local_azure.testing.parts import Part

SPEED = 300
"""The job's clock: a window of five minutes lasts a second."""
Row = dict[str, Any]


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@dataclass
class StreamJobParts:
    """Event Hubs, Service Bus and Blob around a job, on ports that stay the same through restarts.

    `event_hubs_config` and `service_bus_config` are entity files in the format of Microsoft's emulators. The job reads
    the settings EventHubs, ServiceBus and `blob_setting`.
    """

    folder: Path
    project: Path
    event_hubs_config: Path
    service_bus_config: Path
    blob_setting: str = BLOB_SETTING
    parts: dict[str, Part] = field(default_factory=dict[str, Part])
    ports: dict[str, int] = field(
        default_factory=lambda: {name: free_port() for name in ("event-hubs", "service-bus", "blob")}
    )

    def __post_init__(self) -> None:
        now = time.time()
        address = {name: f"127.0.0.1:{port}" for name, port in self.ports.items()}
        self.event_hubs = connections.namespace(address["event-hubs"])
        self.service_bus = connections.namespace(address["service-bus"])
        self.blob = connections.blobs(address["blob"])
        self.settings = {
            "EventHubs": self.event_hubs,
            "ServiceBus": self.service_bus,
            self.blob_setting: self.blob,
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
            options = ("--project", str(self.project), "--blob-connection", self.blob_setting)
            return Part("stream_analytics", *options, state=state, settings=self.settings)
        words: list[str] = []
        for service, file in (("event-hubs", self.event_hubs_config), ("service-bus", self.service_bus_config)):
            config = self.folder / f"{service}.json"
            # What was locked for a receiver whose connection broke comes back when the lock ends: not after a minute.
            config.write_text(file.read_text().replace('"PT1M"', '"PT5S"'))
            words += [f"--{service}-config", str(config), f"--{service}-port", str(self.ports[service])]
        return Part("amqp", *words, state=state, settings=self.settings)

    def kill(self, name: str) -> None:
        """End a part as a crash would."""
        self.parts.pop(name).kill()

    def stop(self, name: str) -> None:
        """End a part in order."""
        self.parts.pop(name).stop()

    def log(self, name: str) -> str:
        """The log of a part."""
        return (self.folder / f"{name}.log").read_text()


@contextmanager
def stream_job_parts(
    folder: Path,
    project: Path,
    event_hubs_config: Path,
    service_bus_config: Path,
    blob_setting: str = BLOB_SETTING,
) -> Generator[StreamJobParts, None, None]:
    """Nothing runs yet; everything that was started is stopped at the end."""
    around = StreamJobParts(folder, project, event_hubs_config, service_bus_config, blob_setting)
    try:
        yield around
    finally:
        for part in around.parts.values():
            part.stop()


def send_events(connection: str, hub: str, *batches: tuple[int, list[bytes]]) -> None:
    """Send batches of bodies to a hub, each to its partition."""
    with EventHubProducerClient.from_connection_string(connection, eventhub_name=hub) as producer:
        for partition, bodies in batches:
            producer.send_batch([EventData(body) for body in bodies], partition_id=str(partition))


class QueueReceiver:
    """Takes the messages of a queue from now on, as they come: pairs of MessageId and row."""

    def __init__(self, connection: str, queue: str) -> None:
        self._connection = connection
        self._queue = queue
        self._messages: list[tuple[str, Row]] = []
        self._seen: set[Any] = set()
        self._ends = Event()
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._ends.is_set():
            try:
                with ServiceBusClient.from_connection_string(self._connection, retry_total=0) as client:
                    self._receive(client)
            except ServiceBusError:
                time.sleep(0.2)

    def _receive(self, client: ServiceBusClient) -> None:
        with client.get_queue_receiver(self._queue) as receiver:
            while not self._ends.is_set():
                batch = receiver.receive_messages(20, max_wait_time=0.3)
                for message in batch:
                    row = msgspec.json.decode(b"".join(message.body))
                    self._messages.append((str(message.message_id), row))
                    self._seen |= set(row["ids"])
                for message in batch:
                    receiver.complete_message(message)

    def wait(self, ids: int, seconds: float = 30) -> list[tuple[str, Row]]:
        """All messages, once they hold so many different ids. Raises AssertionError if they do not in time."""
        deadline = time.monotonic() + seconds
        while len(self._seen) < ids and time.monotonic() < deadline:
            time.sleep(0.1)
        self.stop()
        assert len(self._seen) == ids, f"{len(self._seen)} of {ids} ids after {seconds} s"
        return self._messages

    def stop(self) -> None:
        """Receive no more."""
        self._ends.set()
        self._thread.join()


def blob_rows(connection: str, container: str) -> dict[str, list[Row]]:
    """The rows of every blob of a container, by the blob's name; empty if the container does not exist."""
    with ContainerClient.from_connection_string(connection, container, retry_total=0) as client:
        try:
            names = [blob.name for blob in client.list_blobs()]
        except ResourceNotFoundError:
            return {}
        return {
            name: [msgspec.json.decode(line) for line in client.download_blob(name).readall().splitlines()]
            for name in names
        }


def wait_for_blob_rows(connection: str, container: str, ids: int) -> dict[str, list[Row]]:
    """The rows of every blob once they hold so many ids. Raises AssertionError if they do not in time."""
    deadline = time.monotonic() + 20
    while True:
        written = blob_rows(connection, container)
        if sum(len(row["ids"]) for rows in written.values() for row in rows) >= ids:
            return written
        assert time.monotonic() < deadline, "the blobs do not appear"
        time.sleep(0.2)
