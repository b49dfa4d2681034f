"""The watch's own blobs may be damaged, or written by somebody who knows the future: that hides nothing, and holds up
neither the watch nor the archiver."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from activities.watching import flagged_windows
from activities.watching.flagged_windows import note_flagged_windows, read_flagged_windows
from activities.watching.kept import read_memory, read_night, write_night
from fraud.archive import ArchiveDocument, ReceivedEvent, plan_archive
from fraud.watching.checks import Night
from services import blobs, watching
from services.clients import CachedClient
from tests.fraud.builders import event_body
from tests.support.memory_blobs import MemoryAccount, MemoryContainer

NOW = datetime(2026, 1, 2, 10, 12, tzinfo=UTC)
END = datetime(2026, 1, 2, 10, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAMAGED = [b"", b"\xff", b"{", b"7", b"null", b"[" * 2_000, b'["2026-01-02T10:10:00"]', b'{"since": "2026-01-02T10"}']


@pytest_asyncio.fixture
async def account(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MemoryAccount]:
    """Both accounts in memory, and the time of the services."""
    account = MemoryAccount(seed=1)

    async def opened(_: object) -> MemoryAccount:
        return account

    async def azure_time() -> datetime:
        return NOW

    for name in ("_warehouse", "_jobs_storage"):
        monkeypatch.setattr(blobs, name, CachedClient[Any](opened))
    monkeypatch.setattr(flagged_windows, "azure_time", azure_time)
    monkeypatch.setattr(flagged_windows, "_noted", {})
    yield account


def work(account: MemoryAccount) -> MemoryContainer:
    return account.container("workflow-data")


def flagged(end: datetime) -> list[ArchiveDocument]:
    """A flagged document of a window of partition 1."""
    received = ReceivedEvent(event_body("e", discount=72), "1", 7, "7", end - MINUTE, None)
    return [document for of_key in plan_archive([received]).documents.values() for document in of_key]


@pytest.mark.parametrize("data", DAMAGED)
async def test_damaged_ends_of_windows_hold_up_no_delivery_and_are_written_anew(account: MemoryAccount, data: bytes):
    await work(account).upload_blob("watch/flagged/p1.json", data)
    await work(account).upload_blob("watch/flagged/p3.json", msgspec.json.encode([END - 5 * MINUTE]))

    assert await read_flagged_windows() == (END - 5 * MINUTE,)
    await note_flagged_windows(flagged(END))

    assert await read_flagged_windows() == (END - 5 * MINUTE, END)


async def test_ends_of_the_future_push_out_no_window_that_is_due(account: MemoryAccount):
    future = [datetime(2099, 1, 1, tzinfo=UTC) + number * 5 * MINUTE for number in range(20)]
    await work(account).upload_blob("watch/flagged/p1.json", msgspec.json.encode([END - 5 * MINUTE, *future]))

    await note_flagged_windows(flagged(END))

    assert await read_flagged_windows() == (END - 5 * MINUTE, END)


@pytest.mark.parametrize("data", DAMAGED)
async def test_a_damaged_memory_or_night_counts_as_absent(
    account: MemoryAccount, caplog: pytest.LogCaptureFixture, data: bytes
):
    for name in ("memory", "night"):
        await work(account).upload_blob(f"watch/{name}.json", data)

    with caplog.at_level(logging.ERROR):
        assert (await read_memory(), await read_night(NOW)) == (None, None)

    assert all(f"watch/{name}.json cannot be read" in caplog.text for name in ("memory", "night"))


@pytest.mark.parametrize(("ended", "is_believed"), [(NOW + MINUTE, True), (NOW + 2 * MINUTE, False)])
async def test_a_night_of_the_future_was_none(account: MemoryAccount, ended: datetime, is_believed: bool):
    night = Night(ended=ended, run="r", verdict="balanced", faults=0)
    await write_night(night)

    assert await read_night(NOW) == (night if is_believed else None)


async def test_a_row_of_the_future_is_not_the_newest_that_the_job_has_reported(account: MemoryAccount):
    rows = account.container("suspicious-events")
    for number, ends in enumerate((["2026-01-02T10:05:00Z", "2099-01-01T00:00:00Z"], ["9999-12-31T23:55:00Z"])):
        lines = b"\n".join(msgspec.json.encode({"WindowEnd": end}) for end in ends)
        await rows.upload_blob(f"2026/01/02/10/{number}_rows.json", lines)

    assert await watching.newest_reported(END - 60 * MINUTE, NOW) == END - 5 * MINUTE


@pytest.mark.parametrize(("number", "archived"), [("41", 41), ("", -1), ("x", -1), ("-7", -1), ("9" * 5_000, -1)])
async def test_a_checkpoint_that_is_not_a_number_is_none(account: MemoryAccount, number: str, archived: int):
    path = "ns/store-events/archiver/checkpoint/1"
    checkpoints = account.container("azure-webjobs-eventhub")
    await checkpoints.upload_blob(path, b"", metadata={"sequencenumber": number})

    assert await watching.read_checkpoints("ns") == {"1": archived}
