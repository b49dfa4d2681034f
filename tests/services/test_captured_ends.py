"""The number of captured events is right after hours without events, after a restart, and unknown rather than wrong."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from activities.desk import flow
from fraud.watching.checks import PartitionFacts
from services import captured_ends, names
from services.capture_archive import LOOK_BACK_HOURS
from services.captured_ends import CapturedEnds
from tests.fraud.watching.pipeline import partition
from tests.reconciliation.capture_writer import avro, record
from tests.support.memory_blobs import MemoryAccount, MemoryContainer

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
INTERVAL = timedelta(minutes=5)


class Archive:
    """Capture's archive of one partition, in memory."""

    def __init__(self) -> None:
        self.container = MemoryAccount(seed=1).container(names.ALL_EVENTS)

    async def capture(self, moment: datetime, *sequences: int, partition_id: str = "0", namespace: str = "ns") -> None:
        records = [record(number, int(moment.timestamp()) * 1000, b"{}") for number in sequences]
        path = f"{namespace}/{names.EVENT_HUB}/{partition_id}/{moment:%Y/%m/%d/%H/%M/%S}.avro"
        await self.container.upload_blob(path, avro(records))

    async def capture_bodies(self, moment: datetime, bodies: Sequence[bytes], sync_interval: int) -> None:
        """A blob of events whose numbers begin with 10, in blocks that are closed after so many bytes."""
        milliseconds = int(moment.timestamp()) * 1000
        records = [record(10 + number, milliseconds, body) for number, body in enumerate(bodies)]
        path = f"ns/{names.EVENT_HUB}/0/{moment:%Y/%m/%d/%H/%M/%S}.avro"
        await self.container.upload_blob(path, avro(records, sync_interval=sync_interval))

    async def idle(self, since: datetime, until: datetime, every: timedelta = INTERVAL) -> None:
        """Empty blobs after a moment, up to another."""
        while (since := since + every) <= until:
            await self.capture(since)


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Archive:
    archive = Archive()

    async def warehouse(_: str) -> MemoryContainer:
        return archive.container

    monkeypatch.setattr(captured_ends, "warehouse", warehouse)
    return archive


async def test_the_last_event_counts_however_many_empty_blobs_were_written_since_somebody_looked(archive: Archive):
    ends = CapturedEnds()
    await archive.capture(NOON, 0, 1, 2)
    assert await ends.read(NOON) == {"0": 2}
    await archive.capture(NOON + INTERVAL, 3, 4)
    await archive.idle(NOON + INTERVAL, NOON + 14 * INTERVAL)

    assert await ends.read(NOON + 14 * INTERVAL) == {"0": 4}


@pytest.mark.parametrize("hours", [1, 3, 30])
async def test_after_a_restart_the_last_event_is_found_behind_hours_of_empty_blobs(archive: Archive, hours: int):
    await archive.capture(NOON, 0, 1, 2)
    await archive.idle(NOON, NOON + timedelta(hours=hours))

    assert await CapturedEnds().read(NOON + timedelta(hours=hours)) == {"0": 2}


@pytest.mark.parametrize(
    ("sizes", "sync_interval"),
    [((1_040_000, 1_040_000, 1_040_000, 120_000, 120_000, 1_045_000), 262_144), ((990_000,) * 12, 3_000_000)],
)
async def test_the_last_event_is_found_behind_blocks_that_are_larger_than_usual(
    archive: Archive, sizes: Sequence[int], sync_interval: int
):
    ends = CapturedEnds()
    await archive.capture(NOON, 0, 1, 2)
    await ends.read(NOON)
    await archive.capture_bodies(NOON + INTERVAL, [b"x" * size for size in sizes], sync_interval)

    last = {"0": 9 + len(sizes)}
    assert await ends.read(NOON + INTERVAL) == last
    assert await CapturedEnds().read(NOON + timedelta(hours=3)) == last


async def test_the_end_is_unknown_where_the_last_blob_holds_events_that_cannot_be_read(archive: Archive):
    path = f"ns/{names.EVENT_HUB}/0/{NOON:%Y/%m/%d/%H/%M/%S}.avro"
    await archive.container.upload_blob(path, avro([record(1, 0, b"{}")])[:-60] + b"?" * 100_000)

    assert await CapturedEnds().read(NOON) == {}


async def test_it_is_found_where_no_blob_was_written_since(archive: Archive):
    await archive.capture(NOON, 0, 1, 2)

    assert await CapturedEnds().read(NOON + timedelta(days=400)) == {"0": 2}


async def test_who_looks_again_after_a_long_rest_finds_what_came_meanwhile(archive: Archive):
    ends = CapturedEnds()
    await archive.capture(NOON, 0)
    await ends.read(NOON)
    await archive.capture(NOON + INTERVAL, 1)
    await archive.idle(NOON + INTERVAL, NOON + timedelta(hours=5))

    assert await ends.read(NOON + timedelta(hours=5)) == {"0": 1}


async def test_a_partition_with_empty_blobs_only_has_no_captured_event_yet(archive: Archive):
    await archive.idle(NOON, NOON + 3 * INTERVAL)
    ends = CapturedEnds()

    assert await ends.read(NOON + 3 * INTERVAL) == {"0": -1}
    await archive.capture(NOON + 4 * INTERVAL, 0)
    assert await ends.read(NOON + 4 * INTERVAL) == {"0": 0}


@pytest.mark.parametrize("before", ["another", "the one before"])
async def test_where_a_hub_was_made_anew_the_end_is_that_of_the_one_that_is_captured_now(archive: Archive, before: str):
    """Names that stand before and behind that of the hub."""
    await archive.capture(NOON - timedelta(days=1), 13_445, namespace=before)
    await archive.capture(NOON, 0, 1)
    ends = CapturedEnds()

    assert await ends.read(NOON) == {"0": 1}
    await archive.capture(NOON + INTERVAL, 2)
    assert await ends.read(NOON + INTERVAL) == {"0": 2}


async def test_behind_a_week_of_empty_blobs_nothing_is_claimed(archive: Archive):
    await archive.capture(NOON, 0)
    later = NOON + timedelta(hours=LOOK_BACK_HOURS + 5)
    await archive.idle(NOON, later, timedelta(hours=1))

    assert await CapturedEnds().read(later) == {}


async def test_a_look_without_new_blobs_reads_none(archive: Archive, monkeypatch: pytest.MonkeyPatch):
    ends = CapturedEnds()
    await archive.capture(NOON, 0, 1)
    await archive.idle(NOON, NOON + 3 * INTERVAL)
    await ends.read(NOON + 3 * INTERVAL)
    monkeypatch.delattr(MemoryContainer, "download_blob")

    assert await ends.read(NOON + 3 * INTERVAL) == {"0": 1}


@pytest.mark.parametrize(
    ("ends", "captured"),
    [({"0": 9, "1": 4}, 15), ({"0": 9}, None), ({}, None), ({"0": 9, "1": -1}, 10)],
)
def test_the_sum_is_unknown_if_it_is_of_one_partition(ends: dict[str, int], captured: int | None):
    partitions = [partition(id="0"), partition(id="1"), _without_events("2")]

    assert flow.captured_events(partitions, ends) == captured


def test_no_more_is_captured_than_the_hub_has_had():
    partitions = [msgspec.structs.replace(partition(id="0"), last=4), _without_events("1")]

    assert flow.captured_events(partitions, {"0": 13_445, "1": 7}) == 5


def _without_events(name: str) -> PartitionFacts:
    return msgspec.structs.replace(partition(id=name), last=-1)
