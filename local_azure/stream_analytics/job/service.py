"""The running job: reads the hub, keeps the journal, closes windows on time, and lets the rows out."""

import asyncio
import logging
import time
from collections.abc import Mapping
from pathlib import Path

from local_azure.clock import Clock
from local_azure.process import CannotStartError, announce_ready
from local_azure.stream_analytics.engine.query import RunningQuery
from local_azure.stream_analytics.engine.state import restore, snapshot
from local_azure.stream_analytics.engine.times import ticks_of_timestamp
from local_azure.stream_analytics.job.blob_names import check_pattern
from local_azure.stream_analytics.job.blob_sink import BlobSink
from local_azure.stream_analytics.job.delivery import Delivery
from local_azure.stream_analytics.job.hub import Events, Hub
from local_azure.stream_analytics.job.journal import Journal, OtherQueryError, Parcel
from local_azure.stream_analytics.job.metrics import metrics_line
from local_azure.stream_analytics.job.parcels import parcels
from local_azure.stream_analytics.job.problem_log import ProblemLog
from local_azure.stream_analytics.job.progress import Progress, Promise
from local_azure.stream_analytics.job.project import BlobOutput, HubInput, Project, ProjectOutput
from local_azure.stream_analytics.job.queue_sink import QueueSink
from local_azure.stream_analytics.job.sinks import Sink

logger = logging.getLogger(__name__)

LOOK = 0.05
"""Seconds of real time between looks at the clock, so a window closes at most this late."""
COMMIT = 1.0
"""Seconds of real time that reading may run ahead of the journal: what a kill makes the job read again."""
HEARTBEAT = 15.0
"""Seconds of real time after which the broker is asked even if no window waits, for the watermark of the metrics."""
METRICS = 10.0
"""Seconds of real time between lines of metrics."""
MOST_PENDING = 2_000
"""Parcels waiting for an output at which reading pauses, so that an outage does not grow the journal without end."""

HUBS, QUEUES, BLOBS = "EventHubs", "ServiceBus", "Warehouse"
"""The connection settings of the inputs and outputs."""


class StreamJob:
    """One project running against the brokers that the environment's connection strings name."""

    def __init__(self, project: Project, environment: Mapping[str, str], state: Path, clock: Clock) -> None:
        """Raises CannotStartError if a setting is missing or the state belongs to another query."""
        self._project = project
        self._clock = clock
        self._query = RunningQuery(project.query, project.policy)
        try:
            self._journal = Journal(state / "stream-analytics.db", project.fingerprint)
        except OtherQueryError as error:
            raise CannotStartError(
                f"{error} was written by another query, and its open windows mean nothing to this one: delete it to "
                "read the hub again from its beginning"
            ) from error
        if self._journal.state is not None:
            restore(self._query, self._journal.state)
        used = [each for each in project.inputs if each.name in self._query.inputs]
        self._hubs = {each.name: Hub(_setting(environment, HUBS), each) for each in used}
        self._progress = {each.name: Progress() for each in used}
        self._deliveries = [
            Delivery(each.name, self._journal, _sink(each, environment), project.error_policy)
            for each in project.outputs
        ]
        self._problems = ProblemLog()
        self._dirty = False
        self._committed = time.monotonic()
        self._asked = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop`. Raises CannotStartError if the hub does not exist or is another than the journal's."""
        for name, hub in self._hubs.items():
            await self._start_input(name, hub)
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(delivery.run()) for delivery in self._deliveries]
            for name, hub in self._hubs.items():
                running += [tasks.create_task(self._read(name, hub, each)) for each in self._progress[name].positions]
            running.append(tasks.create_task(self._watch_clock()))
            running.append(tasks.create_task(self._report()))
            announce_ready("stream-analytics", *(f"{each.hub}/{each.consumer_group}" for each in self._sources()))
            await stop.wait()
            for task in running:
                task.cancel()
        self._commit()
        for hub in self._hubs.values():
            await hub.close()
        self._journal.close()

    def _sources(self) -> list[HubInput]:
        return [hub.source for hub in self._hubs.values()]

    async def _start_input(self, name: str, hub: Hub) -> None:
        known = self._journal.positions(name)
        for partition in await hub.partitions():
            self._query.add_partition(name, partition)
            position = known.get(partition, -1)
            last = await hub.last_sequence_number(partition)
            self._check_same_hub(hub, partition, position, last)
            self._progress[name].start(partition, position)
        logger.info("hub %s: reading behind %s", hub.source.hub, self._progress[name].positions)

    def _check_same_hub(self, hub: Hub, partition: int, position: int, last: int) -> None:
        if last < position:
            raise CannotStartError(
                f"partition {partition} of hub {hub.source.hub} ends at {last}, but the job has read up to {position}: "
                "the hub was made anew. Delete the job's state to read it from its beginning"
            )

    async def _read(self, name: str, hub: Hub, partition: int) -> None:
        progress = self._progress[name]

        async def take(events: Events) -> None:
            self._query.feed(name, partition, events.bodies, events.arrivals)
            self._write_problems(name, events)
            complete = progress.read(partition, events.last)
            if complete is not None:
                self._query.caught_up(name, partition, complete)
            self._dirty = True
            self._settle()
            while any(delivery.pending >= MOST_PENDING for delivery in self._deliveries):  # noqa: ASYNC110 - rarely
                await asyncio.sleep(LOOK)

        await hub.read(partition, lambda: progress.positions[partition], take)

    def _write_problems(self, name: str, events: Events) -> None:
        found = self._query.take_problems()
        if found:
            self._problems.write(
                f"input {name}, partition {events.partition}, "
                + (f"sequence number {events.first + problem.place}" if problem.place is not None else "a row")
                + f" is refused: {problem.reason}"
                for problem in found
            )

    def _settle(self) -> None:
        """Let out the rows that are complete; commit at once if there are any, else from time to time."""
        rows = self._query.take_rows()
        if rows or (self._dirty and time.monotonic() - self._committed >= COMMIT):
            positions = self._positions()
            self._commit(parcels(self._project, rows, positions))

    def _positions(self) -> dict[tuple[str, int], int]:
        return {
            (name, partition): position
            for name, progress in self._progress.items()
            for partition, position in progress.positions.items()
        }

    def _commit(self, done: list[Parcel] | None = None) -> None:
        self._journal.commit(self._positions(), snapshot(self._query), done or [])
        self._dirty = False
        self._committed = time.monotonic()
        if done:
            for delivery in self._deliveries:
                delivery.wake()

    async def _watch_clock(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            end, lag = self._query.next_end(), self._query.lag
            overdue = end is not None and lag is not None and self._now() > end + lag
            if overdue or time.monotonic() - self._asked >= HEARTBEAT:
                await self._ask(end if overdue else None)
            self._settle()

    async def _ask(self, end: int | None) -> None:
        """Ask the broker how far its partitions reach: those whose watermark has not passed `end`, or all of them."""
        self._asked = time.monotonic()
        questions = [
            self._ask_partition(name, partition)
            for name, source in self._query.inputs.items()
            for partition, mark in source.watermarks.items()
            if end is None or mark.mark <= end
        ]
        for answer in await asyncio.gather(*questions, return_exceptions=True):
            if isinstance(answer, CannotStartError):
                raise answer
            if isinstance(answer, BaseException):
                logger.debug("the broker gave no partition properties: %s", answer)

    async def _ask_partition(self, name: str, partition: int) -> None:
        now = self._now()
        hub, progress = self._hubs[name], self._progress[name]
        last = await hub.last_sequence_number(partition)
        self._check_same_hub(hub, partition, progress.positions[partition], max(last, -1))
        complete = progress.promise(partition, Promise(last, now))
        if complete is not None:
            self._query.caught_up(name, partition, complete)
            self._dirty = True

    def _now(self) -> int:
        return ticks_of_timestamp(self._clock.timestamp())

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(METRICS)
            logger.info("%s", metrics_line(self._query, self._deliveries, self._clock))


def _setting(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise CannotStartError(f"the connection setting {name} is missing; set it to a connection string")
    return value


def _sink(output: ProjectOutput, environment: Mapping[str, str]) -> Sink:
    if isinstance(output, BlobOutput):
        check_pattern(output)
        return BlobSink(_setting(environment, BLOBS), output)
    return QueueSink(_setting(environment, QUEUES), output)
