"""A checkpoint is written at once, then at most one per second, and the newest when the host stops."""
# pyright: reportPrivateUsage=false

import asyncio

import pytest
from azure.eventhub import EventData
from azure.storage.blob.aio import BlobServiceClient

from local_azure.functions_host.event_hubs import checkpoints
from local_azure.functions_host.event_hubs.batch import Source
from local_azure.functions_host.event_hubs.checkpoints import BlobCheckpoints, CheckpointWriter

SOURCE = Source("namespace", "hub", "group", "3")


class Written(BlobCheckpoints):
    """Keeps the sequence numbers that would be written to storage."""

    def __init__(self) -> None:
        super().__init__(BlobServiceClient("http://127.0.0.1:9/account"), SOURCE)
        self.numbers: list[int] = []

    async def write(self, partition: str, offset: str, sequence_number: int) -> None:
        await asyncio.sleep(0)
        self.numbers.append(sequence_number)


def event(number: int) -> EventData:
    received = EventData("")
    received._raw_amqp_message.annotations = {b"x-opt-sequence-number": number}
    return received


async def test_a_burst_writes_its_first_checkpoint_and_a_stop_the_last(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checkpoints, "_WRITE_EVERY_SECONDS", 3_600)  # a burst however slow the machine is
    written = Written()
    writer = CheckpointWriter(written, SOURCE)

    for number in range(3):
        writer.advance(event(number))
        await asyncio.sleep(0.01)
    assert written.numbers == [0]

    async with asyncio.timeout(30):
        await writer.flush()
    assert written.numbers == [0, 2]
    await written.close()


async def test_a_flush_without_news_waits_for_nothing():
    written = Written()
    async with asyncio.timeout(30):
        await CheckpointWriter(written, SOURCE).flush()
    assert written.numbers == []
    await written.close()
