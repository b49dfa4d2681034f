"""What a small window costs: 1,000 windows of five flagged ids, of twenty stores, sent to a host all at once."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from benchmarks.parts import below, cpu_by_part, spent, told
from benchmarks.rows import Row, alone
from fraud.verdicts import time_path
from fraud.windows import SuspiciousWindow
from services import cosmos, names
from services.blobs import warehouse
from services.clients import close_clients
from services.settings import settings

IDS = 5
STORES = 20
WARMING = 40
"""Windows that are judged before, for a host that has judged nothing."""
WINDOWS = 1_000
SECONDS = 20
_PAUSE = 0.1
_SETTLING = 2.0
"""Seconds after the last case in which its alert is written and its orchestration ends."""


class SmallWindows(msgspec.Struct, frozen=True):
    """The seconds of all windows, from the first message to the last case, and the CPU of each process."""

    seconds: float
    cpu: dict[str, float]


def places(start: datetime, count: int) -> Iterator[tuple[datetime, int]]:
    """The end and the store of each window: some stores for each end, which lie five minutes apart."""
    for number in range(count):
        yield start + timedelta(minutes=5 * (number // STORES)), 1 + number % STORES


async def judged(windows: Sequence[SuspiciousWindow], message: Callable[[SuspiciousWindow], bytes]) -> SmallWindows:
    """Send windows, and wait until all have their case and alert."""
    await _judge(windows[:WARMING], message)
    before = cpu_by_part(below(os.getpid()))
    seconds = await _judge(windows[WARMING:], message)
    after = cpu_by_part(below(os.getpid()))
    reports = await warehouse(names.REPORTS)
    ends = sorted({window.window.end for window in windows})
    folders = [f"alerts/{time_path(end)}/" for end in ends]
    told = sum([len([blob async for blob in reports.list_blobs(name_starts_with=folder)]) for folder in folders])
    if told < len(windows):
        raise AssertionError(f"{told} alerts of {len(windows)} windows")
    await close_clients()
    return SmallWindows(seconds, spent(before, after))


async def _judge(windows: Sequence[SuspiciousWindow], message: Callable[[SuspiciousWindow], bytes]) -> float:
    connection, wanted = settings().service_bus.connection_string or "", await _cases() + len(windows)
    began = time.perf_counter()
    async with (
        ServiceBusClient.from_connection_string(connection) as client,
        client.get_queue_sender(names.WINDOW_QUEUE) as sender,
    ):
        for window in windows:
            await sender.send_messages(ServiceBusMessage(message(window)))
    while await _cases() < wanted:  # noqa: ASYNC110 - nobody tells of a case
        await asyncio.sleep(_PAUSE)
    seconds = time.perf_counter() - began
    await asyncio.sleep(_SETTLING)
    return seconds


async def _cases() -> int:
    counts = (await cosmos.cases()).query_items("SELECT VALUE COUNT(1) FROM c")
    return sum([int(str(count)) async for count in counts])


def rows(judging: SmallWindows) -> Iterator[Row]:
    """The CPU of a window, and the seconds of a thousand."""
    factor = 1_000 / WINDOWS
    name = f"a window of {IDS} ids with context: CPU of all processes, less is better"
    yield alone(name, "ms", sum(judging.cpu.values()) * factor, f"no bound; {told(judging.cpu, factor)}")
    name = f"{WINDOWS:,} windows of {IDS} ids with context, less is better"
    yield alone(name, "s", judging.seconds, f"at most {SECONDS} s")
