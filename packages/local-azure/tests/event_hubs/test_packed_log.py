"""Events packed in the log: delivered byte for byte, and few bytes each."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from local_azure.amqp.message import Message
from local_azure.core.group_commit import GroupCommit
from local_azure.core.packing import SAMPLES, Dictionaries
from local_azure.event_hubs import store
from local_azure.event_hubs.capture.encoding import encoded_plainly, encoded_records
from local_azure.event_hubs.events import Event, accept_event, stamp
from local_azure.event_hubs.partition import Partition
from local_azure.event_hubs.positions import Field
from tests.amqp.raw import event

Open = Callable[[], list[Partition]]
NOW_MS = 1_783_159_200_000


@pytest.fixture
def reopen(tmp_path: Path) -> Open:
    """Opens the two partitions of a hub as a process that starts does."""

    def make() -> list[Partition]:
        commits = GroupCommit(store.open_store(tmp_path / "log.sqlite"), lambda error: pytest.fail(str(error)))
        _, ids = store.ensure_hub(commits.database, "hub", 2, NOW_MS)
        dictionaries = Dictionaries(commits.database)
        return [Partition(commits, dictionaries, each, number, lambda: NOW_MS) for number, each in enumerate(ids)]

    return make


def sale(number: int) -> Event:
    """An event like those around it, with values of its own."""
    chance = Random(number)
    body = {
        "id": f"{chance.getrandbits(128):032x}",
        "event_type": "sale_event",
        "store_fqdn": f"store-{chance.randrange(10)}.example",
        "cust_id": chance.randrange(1_000),
        "category": chance.choice(["Books", "Games", "Shoes", "Furniture"]),
        "price": chance.randrange(10_000) / 100,
        "payment_method": chance.choice(["credit_card", "gift_card", "cash"]),
        "priority_shipping": chance.random() < 0.3,
        "ts": f"2026-07-04T10:{chance.randrange(60):02}:{chance.randrange(60):02}+00:00",
        "contact_me": "nobody in particular, and this is said by all of them",
    }
    return accept_event(event(json.dumps(body).encode(), (0x74, {"run": "campaign-1", "type": "sale_event"})))


async def append(partition: Partition, numbers: range, at_once: int) -> None:
    for first in range(numbers.start, numbers.stop, at_once):
        partition.append([sale(number) for number in range(first, min(first + at_once, numbers.stop))], None)
    await asyncio.sleep(0)


def stamped(numbers: range) -> list[tuple[int, bytes]]:
    """Sequence numbers and messages of a log that begins with these events, computed beside it."""
    offset, messages = 4_096, list[tuple[int, bytes]]()
    for sequence, number in enumerate(numbers):
        message = stamp(sale(number), None, sequence, offset, NOW_MS)
        offset += len(message)
        messages.append((sequence, message))
    return messages


@pytest.mark.parametrize("at_once", [1, 7, 400])
async def test_a_reader_gets_the_bytes_that_were_accepted_also_after_a_restart(reopen: Open, at_once: int):
    first, second = reopen()
    await append(first, range(700), at_once)
    await append(second, range(5_000, 5_100), at_once)
    assert first.read(0, 1_000) == stamped(range(700))
    first, second = reopen()
    await append(first, range(700, 1_500), at_once)
    assert first.read(0, 2_000) == stamped(range(1_500))
    assert second.read(0, 1_000) == stamped(range(5_000, 5_100))


async def test_offsets_count_the_bytes_that_are_delivered(reopen: Open):
    partition = reopen()[0]
    await append(partition, range(500), 20)
    expected = stamped(range(500))
    offsets = [int(Message(message).annotations()["x-opt-offset"]) for _, message in expected]
    end = offsets[-1] + len(expected[-1][1])
    for each in (partition, reopen()[0]):
        assert [each.field_at(Field.OFFSET, sequence) for sequence in range(501)] == [*offsets, end]


async def test_an_event_takes_a_third_of_its_bytes_in_the_file(reopen: Open, tmp_path: Path):
    partition = reopen()[0]
    await append(partition, range(5_000), 100)
    sent = sum(len(message) for _, message in stamped(range(5_000))) / 5_000
    database = store.open_store(tmp_path / "log.sqlite")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (tmp_path / "log.sqlite").stat().st_size / 5_000 < 0.36 * sent
    database.close()


async def test_capture_reads_what_was_packed_by_a_connection_of_its_own(reopen: Open, tmp_path: Path):
    partition = reopen()[0]
    await append(partition, range(300), 30)
    database = store.open_store(tmp_path / "log.sqlite")
    rows = store.read(database, Dictionaries(database), partition.id, 0, 300)
    expected = [encoded_plainly(sequence, message) for sequence, message in stamped(range(300))]
    assert list(encoded_records(rows, partition.id)) == expected
    database.close()


async def test_a_log_of_before_is_read_and_packed_from_now_on(reopen: Open, tmp_path: Path):
    await append(reopen()[0], range(SAMPLES - 1), 1)
    database = store.open_store(tmp_path / "log.sqlite")
    database.execute("DROP TABLE dictionary")
    longest = "SELECT max(length(message)) FROM event WHERE id & 1023 >= ?"
    assert database.execute(longest, (0,)).fetchone()[0] == max(len(each) for _, each in stamped(range(SAMPLES - 1)))
    partition = reopen()[0]
    await append(partition, range(SAMPLES - 1, 400), 1)
    assert partition.read(0, 1_000) == stamped(range(400))
    assert database.execute(longest, (2 * SAMPLES,)).fetchone()[0] < 250
    database.close()
