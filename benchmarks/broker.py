"""Events a second through the broker: with Microsoft's own SDK in batches, and one by one with a client of qpid-proton.

Without Docker the SDK talks to no other server, so its peer is what Azure sells: the documented quota of one throughput
unit (1,000 events/s in, 4,096 out). The client of qpid-proton, which is written in C, talks to ours and to a broker on
qpid-proton that keeps what it gets in memory; ours keeps it on disk before it says so. Client and broker share this
machine's cores.
"""
# pyright: reportUnknownMemberType=false
# The SDK is typed in part only.

import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
from azure.eventhub import EventData, EventHubConsumerClient, EventHubProducerClient, PartitionContext

from benchmarks import proton_peer
from benchmarks.rows import Row, against
from fraud.generation import generate_events
from local_azure.testing import connections
from local_azure.testing.parts import running

CONFIG = str(Path(__file__).parents[1] / "infra" / "emulators" / "event-hubs.json")
EVENTS = 20_000
BATCH = 200
HUB, PARTITION = "store-events", "1"
UNIT_IN, UNIT_OUT = 1_000, 4_096
PEER = "quota of a throughput unit"


def measure() -> list[Row]:
    """Send and receive generated store events through one partition."""
    bodies = [msgspec.json.encode(event) for event in generate_events("bench", 0, EVENTS, 0.1, "2026-01-01T00:00:00Z")]
    with (
        tempfile.TemporaryDirectory() as folder,
        running("amqp", "--event-hubs-config", CONFIG, state=Path(folder) / "state") as part,
    ):
        connection = connections.namespace(part.address("event-hubs"))
        sent, received = _send(connection, bodies), _receive(connection)
        by_proton = (
            proton_peer.measure(part.address("event-hubs"), proton_peer.PATH) if proton_peer.is_there() else None
        )
    return [
        against(f"broker: send, {BATCH} events a batch", "events/s", sent, UNIT_IN, PEER),
        against("broker: receive", "events/s", received, UNIT_OUT, PEER),
        *(_beside_proton(by_proton) if by_proton else []),
    ]


def _beside_proton(ours: proton_peer.Rates) -> list[Row]:
    with proton_peer.broker() as address:
        theirs = proton_peer.measure(address, "queue")
    return [
        against("broker: send one by one, by qpid-proton", "events/s", ours.sent, theirs.sent, proton_peer.NAME),
        against("broker: receive, by qpid-proton", "events/s", ours.received, theirs.received, proton_peer.NAME),
    ]


def _send(connection: str, bodies: list[bytes]) -> float:
    with EventHubProducerClient.from_connection_string(connection, eventhub_name=HUB) as producer:
        producer.get_partition_ids()
        started = time.perf_counter()
        for first in range(0, len(bodies), BATCH):
            batch = producer.create_batch(partition_id=PARTITION)
            for body in bodies[first : first + BATCH]:
                batch.add(EventData(body))
            producer.send_batch(batch)
        return len(bodies) / (time.perf_counter() - started)


def _receive(connection: str) -> float:
    seen = 0
    started = ended = 0.0
    client = EventHubConsumerClient.from_connection_string(connection, "$Default", eventhub_name=HUB)

    def take(_: PartitionContext, events: list[Any]) -> None:
        nonlocal seen, started, ended
        started = started or time.perf_counter()
        seen += len(events)
        ended = time.perf_counter()
        if seen >= EVENTS:
            client.close()

    client.receive_batch(take, partition_id=PARTITION, starting_position="-1", max_batch_size=500, prefetch=2_000)
    return seen / (ended - started)
