"""The running job: reads the hub, closes windows on time, keeps the journal, and lets the rows out."""

import asyncio
import logging
import time
from functools import partial
from pathlib import Path

from azure.eventhub.exceptions import EventHubError

from local_azure.core.clock import Clock
from local_azure.core.process import CannotStartError, announce_ready
from local_azure.stream_analytics.engine.query import RunningQuery
from local_azure.stream_analytics.engine.state import restore, snapshot
from local_azure.stream_analytics.engine.times import ticks_of_timestamp, timestamp_of
from local_azure.stream_analytics.job.connect import Connections, delivery, hub, inquirer
from local_azure.stream_analytics.job.hub import PAUSE, Events, Hub
from local_azure.stream_analytics.job.inquiry import Wait
from local_azure.stream_analytics.job.journal import Journal, OtherQueryError, Parcel
from local_azure.stream_analytics.job.metrics import metrics_line
from local_azure.stream_analytics.job.parcels import parcels
from local_azure.stream_analytics.job.problem_log import ProblemLog
from local_azure.stream_analytics.job.progress import Progress
from local_azure.stream_analytics.job.project import Project

logger = logging.getLogger(__name__)

LOOK = 0.05
"""Seconds of real time between looks at the clock: how late a window's end may be noticed."""
COMMIT = 1.0
"""Seconds of real time that reading may run ahead of the journal: what a kill makes the job read again."""
COMMIT_SHARE = 20
"""A commit waits so many times as long as the last one took, so that large windows do not spend the time on commits."""
LEAD = 0.7
"""Seconds of real time before a window's end at which the question about it is prepared."""
JUST_BEHIND = 0.002
"""Azure's seconds behind a window's end at which it is asked: enqueued times are whole milliseconds."""
HEARTBEAT = 15.0
"""Seconds of real time after which the broker is asked even if no window waits, for the watermark of the metrics."""
METRICS = 10.0
"""Seconds of real time between lines of metrics."""
MOST_PENDING = 2_000
"""Parcels waiting for an output at which reading pauses, so that an outage does not grow the journal without end."""


class StreamJob:
    """One project running against the brokers that the connection strings name."""

    def __init__(self, project: Project, connections: Connections, state: Path, clock: Clock) -> None:
        """Raises CannotStartError if a setting is missing or the state belongs to another query."""
        self._project = project
        self._clock = clock
        self._query = RunningQuery(project.query, project.policy)
        self._hubs = {each.name: hub(each, connections) for each in project.inputs if each.name in self._query.inputs}
        self._inquirers = {name: inquirer(each.source, connections, self._now) for name, each in self._hubs.items()}
        self._progress = {name: Progress() for name in self._hubs}
        self._journal = _journal(state / "stream-analytics.db", project)
        if self._journal.state is not None:
            restore(self._query, self._journal.state)
        self._deliveries = [delivery(each, project, self._journal, connections) for each in project.outputs]
        self._problems = ProblemLog()
        self._dirty = False
        self._next_commit = self._asked = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop`. Raises CannotStartError if a hub does not exist or is another than the journal's."""
        try:
            if not await self._started_before(stop):
                return
            await self._run_tasks(stop)
            self._commit([])
            logger.info("%s", metrics_line(self._query, self._deliveries, self._clock))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        finally:
            self._journal.close()

    async def _started_before(self, stop: asyncio.Event) -> bool:
        """Wait until all inputs have been reached; False if the job is to stop before, as it may while one is away."""

        async def start() -> None:
            for name, source in self._hubs.items():
                await self._start_input(name, source)

        starting, stopping = asyncio.create_task(start()), asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
            return starting.done()
        finally:
            starting.cancel()
            stopping.cancel()
            await asyncio.gather(starting, stopping, return_exceptions=True)

    async def _run_tasks(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(each.run()) for each in self._deliveries]
            for name, source in self._hubs.items():
                partitions = self._progress[name].positions
                running += [tasks.create_task(self._read(name, source, partition)) for partition in partitions]
            running.append(tasks.create_task(self._watch_clock()))
            running.append(tasks.create_task(self._report()))
            sources = (each.source for each in self._hubs.values())
            announce_ready("stream-analytics", *(f"{each.hub}/{each.consumer_group}" for each in sources))
            await stop.wait()
            for task in running:
                task.cancel()

    async def _start_input(self, name: str, source: Hub) -> None:
        kept = self._journal.positions(name)
        partitions = await source.partitions()
        for partition in partitions:
            self._query.add_partition(name, partition)
            self._progress[name].start(partition, kept.get(partition, -1))
        await asyncio.gather(*(self._ask_at_start(name, partition) for partition in partitions))
        logger.info("hub %s: reading behind %s", source.source.hub, self._progress[name].positions)

    async def _ask_at_start(self, name: str, partition: int) -> None:
        while True:
            try:
                return await self._ask_partition(name, partition)
            except EventHubError as error:
                logger.warning("partition %d does not answer (%s); trying again", partition, error)
                await asyncio.sleep(PAUSE)

    async def _read(self, name: str, source: Hub, partition: int) -> None:
        progress = self._progress[name]

        async def take(events: Events) -> None:
            self._query.feed(name, partition, events.bodies, events.arrivals)
            self._write_problems(name, events)
            self._complete(name, partition, progress.read(partition, events.numbers[-1]))
            self._dirty = True
            self._settle()
            while any(each.pending >= MOST_PENDING for each in self._deliveries):  # noqa: ASYNC110 - an outage is rare
                await asyncio.sleep(LOOK)

        await source.read(partition, lambda: progress.positions[partition], take)

    def _write_problems(self, name: str, events: Events) -> None:
        for problem in self._query.take_problems():
            what = "an event" if problem.place is None else f"sequence number {events.numbers[problem.place]}"
            self._problems.write(f"input {name}, partition {events.partition}: {what} is refused: {problem.reason}")

    def _complete(self, name: str, partition: int, time_complete: int | None) -> None:
        if time_complete is not None:
            self._query.caught_up(name, partition, time_complete)
            self._dirty = True

    def _settle(self) -> None:
        """Let out the rows that are complete; commit at once if there are any, else from time to time."""
        rows = self._query.take_rows()
        if rows:
            self._commit(parcels(self._project, rows, self._positions()))
            for each in self._deliveries:
                each.wake()
        elif self._dirty and time.monotonic() >= self._next_commit:
            self._commit([])

    def _commit(self, done: list[Parcel]) -> None:
        started = time.monotonic()
        self._journal.commit(self._positions(), snapshot(self._query), done)
        ended = time.monotonic()
        self._dirty = False
        self._next_commit = ended + max(COMMIT, COMMIT_SHARE * (ended - started))

    def _positions(self) -> dict[tuple[str, int], int]:
        return {
            (name, partition): position
            for name, progress in self._progress.items()
            for partition, position in progress.positions.items()
        }

    async def _watch_clock(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            end, lag = self._query.next_end(), self._query.lag
            if end is not None and lag is not None:
                due = timestamp_of(end + lag) + JUST_BEHIND
                if self._clock.real_seconds(due - self._clock.timestamp()) <= LEAD:
                    await self._ask(end, partial(self._clock.sleep_until, due))
            if time.monotonic() - self._asked >= HEARTBEAT:
                await self._ask()
            self._settle()

    async def _ask(self, end: int | None = None, wait: Wait | None = None) -> None:
        """Ask the broker for the ends of its partitions: those whose watermark has not passed `end`, or all of them."""
        questions = [
            self._ask_partition(name, partition, wait)
            for name, source in self._query.inputs.items()
            for partition, watermark in source.watermarks.items()
            if end is None or watermark.mark <= end
        ]
        for answer in await asyncio.gather(*questions, return_exceptions=True):
            if isinstance(answer, CannotStartError):
                raise answer
            if isinstance(answer, BaseException):
                # The reader says so too, and it is asked again at the next look.
                logger.debug("the broker did not say how far its partitions reach: %s", answer)
        self._asked = time.monotonic()

    async def _ask_partition(self, name: str, partition: int, wait: Wait | None = None) -> None:
        progress = self._progress[name]
        read = progress.positions[partition]  # before the question, because reading goes on while it is on its way
        promise = await self._inquirers[name].ask(partition, wait)
        if promise.sequence_number < read:
            raise CannotStartError(
                f"partition {partition} of hub {self._hubs[name].source.hub} ends at {promise.sequence_number}, but "
                f"the job has read up to {read}: the hub was made anew. Delete the job's state to begin with it"
            )
        self._complete(name, partition, progress.promise(partition, promise))
        self._settle()

    def _now(self) -> int:
        return ticks_of_timestamp(self._clock.timestamp())

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(METRICS)
            logger.info("%s", metrics_line(self._query, self._deliveries, self._clock))


def _journal(path: Path, project: Project) -> Journal:
    try:
        return Journal(path, project.fingerprint)
    except OtherQueryError as error:
        raise CannotStartError(
            f"{error} was written by another query, and its open windows mean nothing to this one. Delete it to read "
            "the hub again from its beginning"
        ) from error
