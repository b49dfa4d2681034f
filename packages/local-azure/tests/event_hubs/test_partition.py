"""A partition's log: order, watermark, positions, retention, and what survives a restart."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from local_azure.amqp.encode import described
from local_azure.amqp.errors import AmqpError
from local_azure.amqp.message import Message
from local_azure.amqp.sections import SectionCode, split_batch
from local_azure.core.group_commit import GroupCommit
from local_azure.core.packing import Dictionaries
from local_azure.event_hubs import store
from local_azure.event_hubs.events import accept_event
from local_azure.event_hubs.partition import Partition
from local_azure.event_hubs.positions import Field, Position
from tests.amqp.raw import event

Open = Callable[[], Partition]


class Time:
    """A clock that a test moves, in milliseconds."""

    now = 1_000


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def reopen(tmp_path: Path, time: Time) -> Open:
    """Opens the log as a process that starts does."""

    def make() -> Partition:
        commits = GroupCommit(store.open_store(tmp_path / "log.sqlite"), lambda error: pytest.fail(str(error)))
        _, (partition_id,) = store.ensure_hub(commits.database, "hub", 1, time.now)
        return Partition(commits, Dictionaries(commits.database), partition_id, 0, lambda: time.now)

    return make


async def append(partition: Partition, bodies: Sequence[bytes]) -> None:
    partition.append([accept_event(event(body)) for body in bodies], None)
    await asyncio.sleep(0)


def times(partition: Partition) -> list[int]:
    return [Message(message).annotations()["x-opt-enqueued-time"] for _, message in partition.read(0, 100)]


async def test_events_are_visible_once_they_are_committed(reopen: Open):
    partition = reopen()
    partition.append([accept_event(event(b"x"))], None)
    assert partition.read(0, 10) == []
    await asyncio.sleep(0)
    assert [sequence for sequence, _ in partition.read(0, 10)] == [0]


async def test_what_was_committed_is_there_after_a_restart_and_numbering_goes_on(reopen: Open):
    await append(reopen(), [b"a", b"b"])
    again = reopen()
    await append(again, [b"c"])
    assert [(sequence, Message(message).body()) for sequence, message in again.read(0, 10)] == [
        (0, b"a"), (1, b"b"), (2, b"c"),
    ]  # fmt: skip


async def test_a_body_of_null_data_is_taken_alone_and_among_others(reopen: Open):
    null = described(SectionCode.DATA, None)
    batch = event(event(b"before")) + event(bytes(null)) + event(event(b"behind"))
    partition = reopen()
    partition.append([accept_event(message) for message in split_batch(batch)], None)
    await asyncio.sleep(0)
    messages = [Message(message) for _, message in partition.read(0, 10)]
    assert [message.body() for message in messages] == [b"before", b"", b"behind"]
    assert messages[1].from_body_on() == null


async def test_an_answer_is_a_watermark(reopen: Open, time: Time):
    partition = reopen()
    partition.append([accept_event(event(b"in the same turn"))], None)
    info = partition.info()
    assert (info.last_sequence, info.at_ms) == (0, 1_000)
    await append(partition, [b"in the same millisecond, but after the answer"])
    assert times(partition) == [1_000, 1_001]


async def test_time_never_goes_back_within_a_partition(reopen: Open, time: Time):
    partition = reopen()
    await append(partition, [b"a"])
    time.now = 500
    await append(partition, [b"b"])
    assert times(partition) == [1_000, 1_000]
    await append(reopen(), [b"c"])
    assert times(reopen()) == [1_000, 1_000, 1_000]


async def test_positions_are_found(reopen: Open, time: Time):
    partition = reopen()
    for time.now in (1_000, 2_000, 3_000):
        await append(partition, [b"x", b"y"])
    offsets = [int(Message(message).annotations()["x-opt-offset"]) for _, message in partition.read(0, 10)]
    assert partition.sequence_at(None) == 6
    assert partition.sequence_at(Position(Field.TIME, 2_000, inclusive=True)) == 2
    assert partition.sequence_at(Position(Field.TIME, 2_000, inclusive=False)) == 4
    assert partition.sequence_at(Position(Field.TIME, 9_000, inclusive=True)) == 6
    assert [partition.sequence_at(Position(Field.OFFSET, each, inclusive=True)) for each in offsets] == list(range(6))
    assert partition.sequence_at(Position(Field.SEQUENCE, 5, inclusive=False)) == 6
    for field in (Field.SEQUENCE, Field.OFFSET):
        with pytest.raises(AmqpError, match=r"The last .* in the system is"):
            partition.sequence_at(Position(field, 10**9, inclusive=True))


async def test_retention_removes_what_is_old_and_numbering_goes_on(reopen: Open, time: Time):
    partition = reopen()
    for time.now in (1_000, 2_000):
        await append(partition, [b"x", b"y"])
    assert partition.purge(before_ms=1_500, keep_from=1) == 1, "what is not captured stays"
    assert partition.purge(before_ms=9_000, keep_from=99) == 3
    await asyncio.sleep(0)
    for each in (partition, reopen()):
        info = each.info()
        assert (info.first_sequence, info.last_sequence, info.last_time_ms, info.empty) == (4, 3, 2_000, True)
    await append(partition, [b"z"])
    assert [sequence for sequence, _ in partition.read(0, 10)] == [4]
    assert partition.sequence_at(Position(Field.OFFSET, 0, inclusive=False)) == 4
