"""The hostile load: bodies are sent until they are acknowledged, and each that was stands in the journal."""

import asyncio
import contextlib
from collections import defaultdict
from random import Random

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubProducerClient
from azure.eventhub.amqp import AmqpAnnotatedMessage

from services import names
from tests.chaos.stack import ChaosStack
from tests.trust.producer import Sent, make

PARTITIONS = 4
BATCH = 50
_SEND_SECONDS = 20.0
_KINDS = (
    *["harmless"] * 24, *["fraud"] * 8, "twin fraud", "twin harmless", "no store", "null store", "negative store",
    "line id", "huge quantity", "broken",
)  # fmt: skip
_REUSED_IDS = 40


class Journal:
    """What was acknowledged at least once, by content; it is all that the account of the campaign knows."""

    def __init__(self) -> None:
        self.contents: dict[bytes, Sent] = {}
        self.sends = self.failed_sends = 0

    def acknowledged(self, sent: list[Sent]) -> None:
        """A batch was taken, perhaps for the second time."""
        self.sends += len(sent)
        for each in sent:
            self.contents[each.body] = each

    def malformed(self) -> int:
        """Bodies that nobody can read as an event."""
        return sum(each.kind == "broken" for each in self.contents.values())

    def frauds(self) -> int:
        """Contents that must be flagged and judged: a store that is null is one that is missing."""
        return len(self._distinct(only_frauds=True))

    def well_formed(self) -> int:
        """Contents that are events."""
        return len(self._distinct(only_frauds=False))

    def reused(self) -> set[str]:
        """Ids under which several contents were sent."""
        by_id: defaultdict[str, set[str]] = defaultdict(set)
        for each in self.contents.values():
            if each.kind != "broken" and each.event_id is not None:
                by_id[each.event_id].add(repr(sorted(each.content.items(), key=str)))
        return {name for name, contents in by_id.items() if len(contents) > 1}

    def _distinct(self, *, only_frauds: bool) -> set[str]:
        return {
            repr(sorted(each.content.items(), key=str))
            for each in self.contents.values()
            if each.kind != "broken" and (each.is_fraud or not only_frauds)
        }


class Load:
    """Sends at a rate, in events per second, until it is told to stop; what it has begun is sent to the end."""

    def __init__(self, stack: ChaosStack, rate: float, seed: str) -> None:
        self.journal = Journal()
        self._stack = stack
        self._pause = BATCH * PARTITIONS / rate
        self._seed = seed
        self._stopping = asyncio.Event()
        self._clients: dict[int, EventHubProducerClient] = {}

    def stop(self) -> None:
        """Begin no more batches."""
        self._stopping.set()

    async def run(self) -> None:
        """Send over all partitions."""
        await asyncio.gather(*(self._partition(number) for number in range(PARTITIONS)))
        for number in range(PARTITIONS):
            await self._close(number)

    async def _partition(self, partition: int) -> None:
        random, number, due = Random(f"{self._seed}/{partition}"), 0, asyncio.get_running_loop().time()
        while not self._stopping.is_set():
            bodies = [self._body(random, partition, number + place) for place in range(BATCH)]
            if number and random.random() < 0.05:
                bodies += bodies[: random.randrange(BATCH)]  # sent twice
            number += BATCH
            await self._send(bodies, partition)
            due = max(due + self._pause, asyncio.get_running_loop().time() - 5 * self._pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), max(0.0, due - asyncio.get_running_loop().time()))

    def _body(self, random: Random, partition: int, number: int) -> Sent:
        kind = random.choice(_KINDS)
        name = f"c{self._seed}-{partition}-{number}"
        if kind.startswith("twin"):
            # Under an id of few, and always with another content.
            name = f"c{self._seed}-twin-{random.randrange(_REUSED_IDS)}"
            return make(kind, name, random.randrange(1, 4), partition * 10**7 + number)
        return make(kind, name, random.randrange(1, 9), number)

    async def _send(self, bodies: list[Sent], partition: int) -> None:
        while True:
            try:
                client = self._clients.get(partition) or await self._open(partition)
                batch: list[EventData | AmqpAnnotatedMessage] = [EventData(each.body) for each in bodies]
                await asyncio.wait_for(client.send_batch(batch, partition_id=str(partition)), _SEND_SECONDS)
            except Exception:  # noqa: BLE001 - whatever the SDK raises while a broker is away, the batch is sent again
                self.journal.failed_sends += 1
                await self._close(partition)
                await asyncio.sleep(0.3)
            else:
                self.journal.acknowledged(bodies)
                return

    async def _open(self, partition: int) -> EventHubProducerClient:
        """A client of the broker as it now is: its port may be another after a restart of the stack."""
        connection = self._stack.settings()[names.EVENT_HUBS]
        client = EventHubProducerClient.from_connection_string(connection, eventhub_name=names.EVENT_HUB, retry_total=0)
        self._clients[partition] = client
        return client

    async def _close(self, partition: int) -> None:
        if client := self._clients.pop(partition, None):
            with contextlib.suppress(Exception):
                await asyncio.wait_for(client.close(), 5)
