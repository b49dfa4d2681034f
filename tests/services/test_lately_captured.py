"""A look at Capture's blobs tells what a list of all of them tells, and lists only what came since the last look."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from services import lately_captured, names
from services.capture_archive import list_partitions, list_triggers
from services.lately_captured import SPAN, LatelyCaptured
from tests.support.memory_blobs import MemoryAccount, MemoryContainer

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
INTERVAL = timedelta(minutes=5)
IDS = ("0", "1")


class Archive(MemoryContainer):
    """Capture's archive, in memory: it counts the lists that are asked for."""

    def __init__(self) -> None:
        super().__init__(MemoryAccount(seed=1), "https://memory.invalid/all-events")
        self.lists = 0

    async def capture(self, moment: datetime, partitions: Iterable[str] = IDS, namespace: str = "ns") -> None:
        for partition in partitions:
            path = f"{namespace}/{names.EVENT_HUB}/{partition}/{moment:%Y/%m/%d/%H/%M/%S}.avro"
            await self.upload_blob(path, b"", overwrite=True)

    async def list_blob_names(self, *, name_starts_with: str = "") -> AsyncIterator[str]:
        self.lists += 1
        async for name in super().list_blob_names(name_starts_with=name_starts_with):
            yield name

    async def listed_anew(self, now: datetime) -> dict[str, list[datetime]]:
        moments: dict[str, list[datetime]] = {}
        for partition in await list_partitions(self):  # pyright: ignore[reportArgumentType]
            listed = await list_triggers(self, partition, now - SPAN, now)  # pyright: ignore[reportArgumentType]
            if listed:
                moments.setdefault(partition.rpartition("/")[2], []).extend(listed)
        return {partition: sorted(each) for partition, each in moments.items()}


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Archive:
    archive = Archive()

    async def warehouse(_: str) -> Archive:
        return archive

    monkeypatch.setattr(lately_captured, "warehouse", warehouse)
    return archive


async def test_each_look_tells_the_blobs_of_the_last_while(archive: Archive):
    captured = LatelyCaptured()
    for minutes in range(0, 180, 5):
        await archive.capture(NOON + timedelta(minutes=minutes))
        now = NOON + timedelta(minutes=minutes + 1)
        assert await captured.look(now, IDS) == await archive.listed_anew(now)


async def test_a_look_within_an_hour_lists_the_hour_once_for_each_partition(archive: Archive):
    captured = LatelyCaptured()
    for minutes in range(-40, 20, 5):
        await archive.capture(NOON + timedelta(minutes=minutes))
    await captured.look(NOON + timedelta(minutes=20), IDS)
    archive.lists = 0

    await archive.capture(NOON + timedelta(minutes=20))
    seen = await captured.look(NOON + timedelta(minutes=21), IDS)

    assert archive.lists == len(IDS)
    assert seen["1"][-1] == NOON + timedelta(minutes=20)


async def test_a_blob_that_was_written_late_fills_its_hole(archive: Archive):
    captured = LatelyCaptured()
    for minutes in range(-25, 10, 5):
        await archive.capture(NOON + timedelta(minutes=minutes), ("0",) if minutes == -10 else IDS)
    now = NOON + timedelta(minutes=10)
    assert NOON - timedelta(minutes=10) not in (await captured.look(now, IDS))["1"]

    await archive.capture(NOON - timedelta(minutes=10), ("1",))

    assert await captured.look(now, IDS) == await archive.listed_anew(now)


async def test_a_partition_is_told_from_its_first_blob_on_and_until_its_last_is_old(archive: Archive):
    captured = LatelyCaptured()
    assert await captured.look(NOON, IDS) == {}
    await archive.capture(NOON, ("0",))
    assert await captured.look(NOON, IDS) == {"0": [NOON]}
    await archive.capture(NOON + INTERVAL)
    assert await captured.look(NOON + INTERVAL, IDS) == {"0": [NOON, NOON + INTERVAL], "1": [NOON + INTERVAL]}

    assert await captured.look(NOON + INTERVAL + SPAN, IDS) == {"0": [NOON + INTERVAL], "1": [NOON + INTERVAL]}
    assert await captured.look(NOON + 2 * SPAN, IDS) == {}


async def test_a_hub_that_moves_to_another_namespace_is_seen_there(archive: Archive):
    captured = LatelyCaptured()
    for minutes in range(0, 15, 5):
        await archive.capture(NOON + timedelta(minutes=minutes))
    await captured.look(NOON + timedelta(minutes=12), IDS)
    for minutes in range(15, 120, 5):
        await archive.capture(NOON + timedelta(minutes=minutes), namespace="elsewhere")
    now = NOON + timedelta(minutes=118)

    assert await captured.look(now, IDS) == await archive.listed_anew(now)


@pytest.mark.parametrize("seed", range(20))
async def test_looks_at_any_times_tell_at_last_what_a_list_of_all_tells(archive: Archive, seed: int):
    random = Random(seed)
    captured = LatelyCaptured()
    moment = now = NOON
    for _ in range(100):
        moment += INTERVAL
        late = random.random() < 0.1
        await archive.capture(moment, IDS[:1] if late else IDS)
        now = max(now, moment + timedelta(minutes=random.randrange(4)))
        if random.random() < 0.7:
            await captured.look(now, IDS)
        if late:
            await archive.capture(moment, IDS[1:])
    for _ in range(9):
        moment += INTERVAL
        await archive.capture(moment)
        await captured.look(moment, IDS)

    assert await captured.look(moment, IDS) == await archive.listed_anew(moment)
