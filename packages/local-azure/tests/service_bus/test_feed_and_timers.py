"""Who gets the next messages, and when things happen by themselves."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from local_azure.core.clock import Clock
from local_azure.core.group_commit import GroupCommit
from local_azure.core.sqlite import open_database
from local_azure.service_bus.feed import Feed
from local_azure.service_bus.messages import HandedOut, Submission, Times
from local_azure.service_bus.queue import Queue
from local_azure.service_bus.settings import QueueSettings
from local_azure.service_bus.store import SCHEMA
from local_azure.service_bus.timers import QueueTimers


class Taker:
    """A receiver with so much credit."""

    def __init__(self, credit: int, *, locks: bool = True) -> None:
        self.wants = credit
        self.locks = locks
        self.got: list[bytes] = []

    def give(self, deliveries: list[HandedOut]) -> None:
        self.wants -= len(deliveries)
        self.got += [delivery.message.payload for delivery in deliveries]


class Running:
    """A queue in the running event loop, on a clock of 60 Azure seconds in a real one."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock(speed=60.0)
        self.database = open_database(folder / "queue.sqlite", SCHEMA)
        self.store = GroupCommit(self.database, lambda _: None)
        times = Times(azure=self.azure_now, real=lambda: int(time.time() * 1_000))
        self.queue = Queue(
            "q", QueueSettings(lock_duration=300), store=self.store, times=times, amend=lambda payload, _: payload
        )
        self.feed = Feed(self.queue, self.store)

    def azure_now(self) -> int:
        return int(self.clock.timestamp() * 1_000)

    async def settle_down(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    queue = Running(tmp_path)
    yield queue
    await queue.settle_down()
    queue.database.close()


def messages(count: int) -> list[Submission]:
    return [Submission(b"%d" % number) for number in range(count)]


async def test_receivers_take_turns_and_none_gets_more_than_its_credit(running: Running) -> None:
    takers = [Taker(50), Taker(50), Taker(7)]
    for taker in takers:
        running.feed.join(taker)
    running.queue.send(messages(100))
    await running.settle_down()
    given = [len(taker.got) for taker in takers]
    assert sum(given) == 100
    assert given[2] == 7
    assert min(given[:2]) >= 40
    everything = [payload for taker in takers for payload in taker.got]
    assert len(set(everything)) == 100


async def test_messages_that_come_later_wake_a_receiver_that_waits(running: Running) -> None:
    taker = Taker(3)
    running.feed.join(taker)
    await running.settle_down()
    running.queue.send(messages(5))
    await running.settle_down()
    assert taker.got == [b"0", b"1", b"2"]


async def test_a_receiver_that_has_left_gets_nothing(running: Running) -> None:
    gone, there = Taker(5), Taker(5)
    running.feed.join(gone)
    running.feed.join(there)
    running.feed.leave(gone)
    running.queue.send(messages(5))
    await running.settle_down()
    assert (gone.got, len(there.got)) == ([], 5)


async def test_what_is_given_is_committed_before(running: Running) -> None:
    seen: list[bool] = []

    class Watching(Taker):
        def give(self, deliveries: list[HandedOut]) -> None:
            seen.append(running.database.in_transaction)

    running.feed.join(Watching(1, locks=False))
    running.queue.send(messages(1))
    await running.settle_down()
    assert seen == [False]


class Noting(Taker):
    """A receiver that notes when it got something, in seconds of real time."""

    def __init__(self, credit: int, *, locks: bool) -> None:
        super().__init__(credit, locks=locks)
        self.moments: list[float] = []

    def give(self, deliveries: list[HandedOut]) -> None:
        super().give(deliveries)
        self.moments += [time.time()] * len(deliveries)


async def test_schedules_follow_azures_clock_and_ring_one_after_the_other(running: Running) -> None:
    timers = QueueTimers(running.queue, running.clock)
    taker = Noting(2, locks=False)
    running.feed.join(taker)
    now, start = running.azure_now(), time.time()
    running.queue.send([Submission(b"late", scheduled=now + 18_000)])
    running.queue.send([Submission(b"early", scheduled=now + 6_000)])
    async with asyncio.timeout(10):
        while len(taker.got) < 2:
            await asyncio.sleep(0.01)
    assert taker.got == [b"early", b"late"]
    early, late = (moment - start for moment in taker.moments)
    assert early >= 0.095, "six seconds of Azure's are a tenth of a real one"
    assert 0.295 <= late < 18
    timers.close()


async def test_locks_follow_real_time(running: Running) -> None:
    timers = QueueTimers(running.queue, running.clock)
    taker = Noting(2, locks=True)
    running.queue.send(messages(1))
    running.feed.join(taker)
    async with asyncio.timeout(10):
        while len(taker.got) < 2:
            await asyncio.sleep(0.01)
    assert taker.moments[1] - taker.moments[0] >= 0.295, "the lock of 300 ms was not shortened by Azure's clock"
    timers.close()
