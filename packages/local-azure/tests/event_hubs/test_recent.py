"""The latest messages of a partition in memory: a reader gets what it would get from the file."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.core.group_commit import GroupCommit
from local_azure.core.packing import Dictionaries
from local_azure.event_hubs import recent, store
from local_azure.event_hubs.events import accept_event
from local_azure.event_hubs.partition import Partition
from local_azure.event_hubs.recent import Recent
from tests.amqp.raw import event

ROOM = 1_000


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "KEPT_BYTES", ROOM)


@pytest.fixture
def log(tmp_path: Path) -> tuple[Partition, Callable[[int, int], list[tuple[int, bytes]]]]:
    """A partition, and what its file holds from a sequence number on, so many events at most."""
    commits = GroupCommit(store.open_store(tmp_path / "log.sqlite"), lambda error: pytest.fail(str(error)))
    _, (number,) = store.ensure_hub(commits.database, "hub", 1, 0)
    dictionaries = Dictionaries(commits.database)
    partition = Partition(commits, dictionaries, number, 0, lambda: 1_000 * partition.end())

    def on_disk(start: int, limit: int) -> list[tuple[int, bytes]]:
        rows = store.read(commits.database, dictionaries, number, start, partition.end(), limit=limit)
        return [(row - store.row_id(number, 0), message) for row, message in rows]

    return partition, on_disk


async def test_a_reader_gets_what_the_file_holds_wherever_it_reads(
    log: tuple[Partition, Callable[[int, int], list[tuple[int, bytes]]]],
):
    partition, on_disk = log
    for size in (1, 3, 2, 40, 1, 8):
        partition.append([accept_event(event(b"%d" % number * 20)) for number in range(size)], None)
        before = partition.end()
        assert all(number < before for number, _ in partition.read(0, 100))
        await asyncio.sleep(0)
        for start in range(partition.end() + 2):
            for limit in (1, 2, 100):
                assert partition.read(start, limit) == on_disk(start, limit)


async def test_what_retention_has_removed_is_not_given_from_memory(
    log: tuple[Partition, Callable[[int, int], list[tuple[int, bytes]]]],
):
    partition, on_disk = log
    for body in (b"a", b"b", b"c"):
        partition.append([accept_event(event(body))], None)
        await asyncio.sleep(0)
    assert partition.purge(2_000, keep_from=partition.end()) == 2
    await asyncio.sleep(0)
    assert partition.read(0, 10) == on_disk(0, 10)
    assert [number for number, _ in partition.read(0, 10)] == [2]


@given(st.lists(st.lists(st.integers(1, 700), min_size=1, max_size=9), max_size=9))
def test_it_keeps_the_latest_and_no_more_than_twice_its_room(runs: list[list[int]]):
    kept, number = Recent(5), 5
    sizes: list[int] = []
    for run in runs:
        kept.add([b"x" * size for size in run])
        sizes += run
        number += len(run)
        held = next(start for start in range(5, number + 1) if kept.read(start, number) is not None)
        assert sum(sizes[held - 5 :]) <= 2 * ROOM
        assert sum(sizes[max(0, held - 5 - 1) :]) > ROOM or held == 5
        assert kept.read(held, number) == [(each, b"x" * sizes[each - 5]) for each in range(held, number)]
