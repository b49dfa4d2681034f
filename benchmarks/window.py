"""The time from the message of a large window to its verdicts, judged with context by a host that serves the app; and
what small ones cost.

A window of 10,000 flagged ids comes as two messages, because a message of Standard holds some 6,000. Around them lie a
day of sales of 10,000 customers in the archive, and the profiles of the day before. Host and local parts share the
machine's cores, so `make bench` runs it with nothing else to do.
"""

import asyncio
import os
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec
import requests
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from activities.archive_events import archive_events
from benchmarks import small_windows
from benchmarks.parts import below, cpu_by_part, spent, told
from benchmarks.rows import Row, alone
from fraud.archive import ReceivedEvent
from fraud.context.sighting import sighting
from fraud.generation import EventShares, GeneratedEvent, draw_event
from fraud.profiles.keeping import kept
from fraud.profiles.profiles import Profiles
from fraud.slices import slices
from fraud.verdicts import verdicts_path
from fraud.windows import SuspiciousWindow, Window, unique_ids
from local_azure.cosmos.charges import Charges, example_charge
from local_azure.testing import Clock
from local_azure.testing.parts import running
from services import names
from services.blobs import read_blob, warehouse
from services.clients import close_clients
from services.concurrency import together
from services.profiles import Manifest, write_manifest, write_piece
from services.settings import settings
from tests.support.parts import azure

ROOT = Path(__file__).parents[1]
IDS = 10_000
IDS_OF_A_MESSAGE = 5_000
CUSTOMERS = 10_000
SKUS = 3_000
SALES_A_DAY = 20_000
WINDOWS = 2
"""The first one finds a host without memories; the second one counts, with the sales of the first beside its own."""
SECONDS = 4
REQUEST_UNITS = 2_000
"""For 1,000 ids. An id's own document costs 1,000 of them, as the local Cosmos charges."""
PARTITIONS = 8
"""Of the archive at the size 10k; each is asked by each query."""
_STORE = 3
_DELIVERY = 1_000
_TIMERS = ("watch-pipeline", "start-reviews", "purge-histories", "reconcile-every-night")
_FLAGGED = EventShares(sale=1, bad=0, priority=1, least_discount=51)
_ANY = EventShares(sale=1, bad=0)


class _Judging(msgspec.Struct, frozen=True):
    """The seconds from sending a window to its last verdicts, the CPU of each process, and what Cosmos counted."""

    seconds: float
    cpu: dict[str, float]
    charges: Charges


def measure() -> list[Row]:
    """Fill the parts, send windows one after another, and wait for their verdicts."""
    start = datetime(2026, 3, 4, 12, tzinfo=UTC)
    clock = Clock(time.time(), start.timestamp(), 1)
    with tempfile.TemporaryDirectory() as folder, azure(Path(folder), clock) as their_settings:
        os.environ.update(their_settings)
        settings.cache_clear()
        windows, small = asyncio.run(_fill(start))
        off = {f"AzureWebJobs.{name}.Disabled": "1" for name in _TIMERS}
        options = ("--app", str(ROOT), "--port", "0")
        with running("functions_host", *options, state=Path(folder) / "host", settings=off):
            taken = [asyncio.run(_judged(window)) for window in windows]
            of_small = asyncio.run(small_windows.judged(small, _message))
    settings.cache_clear()
    return [*_rows(taken), *small_windows.rows(of_small)]


def _rows(taken: Sequence[_Judging]) -> Iterator[Row]:
    first, usual = taken
    name = f"a window of {IDS:,} ids with context, message to verdicts, less is better"
    yield alone(name, "s", usual.seconds, f"below {SECONDS} s; CPU: {told(usual.cpu, 1)}")
    yield alone("the same, the first window of a host", "s", first.seconds, "a reference")
    for words, judging in (("", usual), (", the first window of a host", first)):
        name = f"request units of its look-ups for 1,000 ids{words}, less is better"
        charged = judging.charges.charge * 1_000 / IDS
        yield alone(
            name, "RU", charged, f"at most {REQUEST_UNITS:,} RU; a unit for each document, as Microsoft's rule is"
        )
    name = "the same as queries are charged in Microsoft's examples, less is better"
    of_10k = f"{_by_examples(usual.charges, PARTITIONS):,.0f} with {PARTITIONS} partitions"
    yield alone(name, "RU", _by_examples(usual.charges, 1), f"at most {REQUEST_UNITS:,} RU; {of_10k}")


def _by_examples(charges: Charges, partitions: int) -> float:
    """Request units of 1,000 ids, if each query asks so many partitions."""
    pages = charges.query_pages * partitions
    return example_charge(pages, charges.query_documents, charges.query_bytes) * 1_000 / IDS


async def _fill(start: datetime) -> tuple[list[Sequence[SuspiciousWindow]], list[SuspiciousWindow]]:
    """A day of profiles and one of sales, and the flagged sales of windows: large ones in messages, and small ones."""
    draws = Random(11)
    profiles = Profiles()
    before = start - timedelta(days=1)
    day = [_drawn(draws, _ANY, before + timedelta(seconds=n * 43_000 / SALES_A_DAY)) for n in range(SALES_A_DAY)]
    profiles.close_day(before.toordinal(), (sighting(msgspec.to_builtins(event), at) for event, at in day))
    pieces: dict[str, tuple[str, ...]] = dict.fromkeys(("customers", "skus", "others"), ())
    for kind, data in kept(profiles):
        pieces[kind] += (await write_piece(before.date(), kind, data),)
    counts = {"events": len(day), "customers": len(profiles.customers), "skus": len(profiles.skus)}
    await write_manifest(Manifest(day=before.date(), pieces=pieces, rates={}, **counts))
    ends = [start + timedelta(minutes=5 * number) for number in range(WINDOWS)]
    of_windows = [_sales(draws, end, _STORE, IDS) for end in ends]
    count = small_windows.WARMING + small_windows.WINDOWS
    # So late that no look-up but that of customers sees the large ones.
    places = list(small_windows.places(ends[-1] + timedelta(hours=9), count))
    of_small = [_sales(draws, end, store, small_windows.IDS) for end, store in places]
    everything = [*day, *(sale for sales in (*of_windows, *of_small) for sale in sales)]
    deliveries = slices([_received(number, *sale) for number, sale in enumerate(everything)], _DELIVERY)
    await together(map(archive_events, deliveries), at_once=2)
    await close_clients()
    large: list[Sequence[SuspiciousWindow]] = [
        [_window(part, end, _STORE) for part in slices(sales, IDS_OF_A_MESSAGE)]
        for end, sales in zip(ends, of_windows, strict=True)
    ]
    return large, [_window(sales, *place) for place, sales in zip(places, of_small, strict=True)]


def _sales(draws: Random, end: datetime, store: int, count: int) -> list[tuple[GeneratedEvent, datetime]]:
    """Flagged sales of a store, evenly over the window that ends at a moment."""
    return [_drawn(draws, _FLAGGED, end - timedelta(seconds=300 * (n + 0.5) / count), store) for n in range(count)]


def _window(sales: Sequence[tuple[GeneratedEvent, datetime]], end: datetime, store: int) -> SuspiciousWindow:
    ids = unique_ids(event.id for event, _ in sales)
    return SuspiciousWindow(store, ids, Window(end - timedelta(minutes=5), end))


def _drawn(
    draws: Random, shares: EventShares, at: datetime, store: int | None = None
) -> tuple[GeneratedEvent, datetime]:
    event = draw_event(draws, shares, at.isoformat())
    who, what = draws.randrange(CUSTOMERS), draws.randrange(SKUS)
    changed = msgspec.structs.replace(event, cust_id=who, sku=what, store_id=store or event.store_id)
    return changed, at


def _received(number: int, event: GeneratedEvent, at: datetime) -> ReceivedEvent:
    return ReceivedEvent(msgspec.json.encode(event), "1", number, str(number), at, None)


async def _judged(window: Sequence[SuspiciousWindow]) -> _Judging:
    """Send a window, and wait for its verdicts."""
    container = await warehouse(names.FRAUD_EVENTS)
    paths = [verdicts_path(part.name, part.window.end) for part in window]
    connection = settings().service_bus.connection_string or ""
    before, charged_before = cpu_by_part(below(os.getpid())), _charged()
    async with (
        ServiceBusClient.from_connection_string(connection) as client,
        client.get_queue_sender(names.WINDOW_QUEUE) as sender,
    ):
        began = time.perf_counter()
        for part in window:
            await sender.send_messages(ServiceBusMessage(_message(part)))
        for path in paths:
            while not await container.get_blob_client(path).exists():  # noqa: ASYNC110 - nobody tells of a blob
                await asyncio.sleep(0.02)
        seconds = time.perf_counter() - began
    after, charged = cpu_by_part(below(os.getpid())), _charged()
    lines = [line for path in paths for line in (await read_blob(container, path)).splitlines()]
    if len(lines) != IDS or any(b'"evidence":' not in line for line in lines[:: IDS // 50]):
        raise AssertionError(f"{len(lines)} verdicts, or some without context: {lines[:1]}")
    await close_clients()
    return _Judging(seconds, spent(before, after), charged.since(charged_before))


def _charged() -> Charges:
    """The charges of the local Cosmos since it started."""
    address = re.search("AccountEndpoint=([^;]+)", settings().cosmos.connection_string or "")
    assert address is not None
    return msgspec.json.decode(requests.get(f"{address[1]}_local/charges", timeout=10).content, type=Charges)


def _message(window: SuspiciousWindow) -> bytes:
    return msgspec.json.encode(
        {
            "store_id": window.store_id,
            "ids": window.ids,
            "WindowStart": window.window.start,
            "WindowEnd": window.window.end,
        }
    )
