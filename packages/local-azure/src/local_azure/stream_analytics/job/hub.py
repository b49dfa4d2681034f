"""The input from an event hub, read with Microsoft's own client."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext
from azure.eventhub.exceptions import ConnectError, EventHubError

from local_azure.amqp.bodies import received_body
from local_azure.amqp.continuity import Continuity, SkippedEventsError
from local_azure.amqp.sdk_reading import read_at_once
from local_azure.amqp.sdk_tags import forget_tags
from local_azure.amqp.sdk_types import complete
from local_azure.core.process import CannotStartError
from local_azure.core.trust import trusted
from local_azure.stream_analytics.engine.times import ticks_of
from local_azure.stream_analytics.job.compression import unpacked
from local_azure.stream_analytics.job.project import HubInput
from local_azure.stream_analytics.job.user_agent import USER_AGENT

logger = logging.getLogger(__name__)
complete("azure.eventhub")
forget_tags()

BATCH = 1_000
PAUSE = 0.5
LONGEST_PAUSE = 5.0
"""Seconds of real time between tries to reach a hub that does not answer."""


@dataclass(frozen=True)
class Events:
    """Events of one partition in the hub's order: their sequence numbers, bodies, and enqueued times in ticks."""

    partition: int
    numbers: list[int]
    bodies: list[bytes]
    arrivals: list[int]


class Hub:
    """One input's hub. Reading survives restarts of the broker."""

    def __init__(self, connection: str, source: HubInput) -> None:
        self.source = source
        self._connection = connection

    def _client(self) -> EventHubConsumerClient:
        client = EventHubConsumerClient.from_connection_string(
            self._connection,
            self.source.consumer_group,
            eventhub_name=self.source.hub,
            retry_total=0,
            load_balancing_interval=1,  # closing waits for it
            user_agent=USER_AGENT,
            ssl_context=trusted(),
        )
        return read_at_once(client)

    async def partitions(self) -> list[int]:
        """The partitions of the hub. Waits for a broker that does not answer yet.

        Raises CannotStartError if the broker answers that the hub does not exist.
        """
        pause = PAUSE
        while True:
            try:
                async with self._client() as client:
                    return sorted(int(name) for name in await client.get_partition_ids())
            except EventHubError as error:
                # The client calls a refused token a connection error, whatever the broker's status was.
                if not isinstance(error, ConnectError) or "Status code: 404" in str(error):
                    raise CannotStartError(f"the hub {self.source.hub} cannot be used: {_short(error)}") from error
                logger.warning("hub %s cannot be reached (%s); trying again", self.source.hub, _short(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def read(self, partition: int, position: Callable[[], int], take: Callable[[Events], Any]) -> None:
        """Hand the events of a partition behind `position` to the coroutine `take`, for ever.

        `position` is asked again after each interruption, and events that it covers already are left out. A gap in the
        sequence numbers is an interruption; if it shows again, a warning says which events are gone. What `take` raises
        ends the reading and is raised here.
        """
        pause = PAUSE
        continuity = Continuity(position())
        while True:
            start = position()
            reason = await self._read_once(partition, position, take, continuity)
            pause = PAUSE if position() > start else min(pause * 2, LONGEST_PAUSE)
            logger.warning(
                "hub %s, partition %d: %s; reading goes on behind %d in %.1f s",
                self.source.hub, partition, _short(reason), position(), pause,
            )  # fmt: skip
            await asyncio.sleep(pause)

    async def _read_once(
        self, partition: int, position: Callable[[], int], take: Callable[[Events], Any], continuity: Continuity
    ) -> Exception | None:
        """Read until the broker fails, and give its error."""
        ended = asyncio.Event()
        failures: list[Exception] = []
        broken: list[Exception] = []

        async def on_batch(_: PartitionContext, batch: list[EventData]) -> None:
            if ended.is_set():
                return
            try:
                events = _gather(partition, position(), batch, is_compressed=self.source.is_compressed)
                gone = continuity.follow(events.numbers)
            except SkippedEventsError as error:
                failures.append(error)
                ended.set()
                return
            for first, last in gone:
                logger.warning(
                    "hub %s, partition %d: events %d to %d are gone: they had left the hub before they were read, or "
                    "it lost them", self.source.hub, partition, first, last,
                )  # fmt: skip
            if not events.bodies:
                return
            try:
                await take(events)
            except Exception as error:  # noqa: BLE001 - the client would swallow it; it is raised below
                broken.append(error)
                ended.set()

        async def on_error(_: PartitionContext | None, error: Exception) -> None:
            failures.append(error)
            ended.set()

        async with self._client() as client:
            reading = asyncio.create_task(
                client.receive_batch(
                    on_batch,
                    partition_id=str(partition),
                    max_batch_size=BATCH,
                    prefetch=BATCH,
                    starting_position=position() if position() >= 0 else "-1",
                    on_error=on_error,
                )
            )
            reading.add_done_callback(lambda _: ended.set())
            try:
                await ended.wait()
            finally:
                reading.cancel()
                (outcome,) = await asyncio.gather(reading, return_exceptions=True)
                failures += [outcome] if isinstance(outcome, Exception) else []
        if broken:
            raise broken[0]
        return failures[0] if failures else None


def _gather(partition: int, position: int, batch: list[EventData], *, is_compressed: bool) -> Events:
    """The events of a batch behind `position`: after an interruption the client may give some again.

    Raises SkippedEventsError at an event that lacks its number or time, which cannot be read in its place.
    """
    events = Events(partition, [], [], [])
    for event in batch:
        number, enqueued = event.sequence_number, event.enqueued_time
        if number is None or enqueued is None:
            raise SkippedEventsError(f"an event behind number {position} has no sequence number or no time")
        if number <= position:
            continue
        position = number
        events.numbers.append(number)
        body = received_body(event)
        events.bodies.append(unpacked(body) if is_compressed else body)
        events.arrivals.append(ticks_of(enqueued))
    return events


def _short(error: object) -> str:
    lines = str(error or "the broker ended the reading").strip().splitlines()
    return lines[0] if lines else type(error).__name__
