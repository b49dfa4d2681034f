"""The input from an event hub, read with Microsoft's own client."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext
from azure.eventhub.exceptions import ConnectError, EventHubError

from local_azure.process import CannotStartError
from local_azure.stream_analytics.engine.times import ticks_of
from local_azure.stream_analytics.job.project import HubInput

logger = logging.getLogger(__name__)

BATCH = 1_000
PREFETCH = 1_000
PAUSE = 0.5
LONGEST_PAUSE = 5.0
"""Seconds of real time between tries to reach a hub that does not answer."""


@dataclass(frozen=True)
class Events:
    """Events of one partition in order: bodies, enqueued times in ticks, and the sequence number of the last."""

    partition: int
    first: int
    last: int
    bodies: list[bytes]
    arrivals: list[int]


class Hub:
    """One input's hub. Reading starts behind the positions given and survives restarts of the broker."""

    def __init__(self, connection: str, source: HubInput) -> None:
        self.source = source
        self._connection = connection
        self._inquirer = self._client()

    def _client(self) -> EventHubConsumerClient:
        return EventHubConsumerClient.from_connection_string(
            self._connection,
            self.source.consumer_group,
            eventhub_name=self.source.hub,
            retry_total=0,
            load_balancing_interval=1,
        )

    async def partitions(self) -> list[int]:
        """The partitions of the hub. Waits for a broker that does not answer yet; CannotStartError if it has no
        such hub."""
        pause = PAUSE
        while True:
            try:
                return sorted(int(name) for name in await self._inquirer.get_partition_ids())
            except ConnectError as error:
                logger.warning("hub %s cannot be reached (%s); trying again", self.source.hub, _short(error))
            except EventHubError as error:
                raise CannotStartError(f"the hub {self.source.hub} cannot be used: {_short(error)}") from error
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def last_sequence_number(self, partition: int) -> int:
        """The sequence number of the last event that the broker has ever accepted, -1 if there was none."""
        properties: Mapping[str, Any] = await self._inquirer.get_partition_properties(str(partition))
        return int(properties["last_enqueued_sequence_number"])

    async def read(
        self, partition: int, position: Callable[[], int], take: Callable[[Events], Awaitable[None]]
    ) -> None:
        """Hand all events of a partition behind `position` to `take`, for ever.

        `position` is asked again after each interruption, and events that are already known are left out.
        """
        pause = PAUSE

        async def on_batch(_: PartitionContext, batch: list[EventData]) -> None:
            nonlocal pause
            events = _gather(partition, position(), batch)
            if events is not None:
                pause = PAUSE
                await take(events)

        while True:
            failure = asyncio.get_running_loop().create_future()

            async def on_error(_: PartitionContext | None, error: Exception, failure: Any = failure) -> None:
                if not failure.done():
                    failure.set_result(error)

            start = position()
            async with self._client() as client:
                reading = asyncio.ensure_future(
                    client.receive_batch(
                        on_batch,
                        partition_id=str(partition),
                        max_batch_size=BATCH,
                        prefetch=PREFETCH,
                        starting_position=start if start >= 0 else "-1",
                        on_error=on_error,
                    )
                )
                try:
                    await asyncio.wait([reading, failure], return_when=asyncio.FIRST_COMPLETED)
                finally:
                    reading.cancel()
                    await asyncio.gather(reading, return_exceptions=True)
            reason = failure.result() if failure.done() else "the reader ended"
            logger.warning(
                "hub %s, partition %d: %s; reading goes on behind %d",
                self.source.hub,
                partition,
                _short(reason),
                position(),
            )
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def close(self) -> None:
        """Close the client that asks for properties."""
        await self._inquirer.close()


def _gather(partition: int, position: int, batch: list[EventData]) -> Events | None:
    bodies: list[bytes] = []
    arrivals: list[int] = []
    first, last = -1, position
    for event in batch:
        number, enqueued = event.sequence_number, event.enqueued_time
        if number is None or enqueued is None or number <= last:
            continue
        if first < 0:
            first = number
        bodies.append(_body(event))
        arrivals.append(ticks_of(enqueued))
        last = number
    return Events(partition, first, last, bodies, arrivals) if bodies else None


def _body(event: EventData) -> bytes:
    """The bytes of an event; an AMQP value that is no bytes becomes its text, which is hardly ever JSON."""
    body: Any = event.body
    if isinstance(body, bytes):
        return body
    try:
        return b"".join(body)
    except TypeError:
        return str(event.body).encode()


def _short(error: object) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
