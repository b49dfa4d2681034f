"""The watch's own blobs may be damaged, or written by somebody who knows the future: that hides nothing, and holds up
neither the watch nor the archiver."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from activities.reconciliation import chain_reading
from activities.reconciliation.chain import append, verify_chain, write_and_link
from activities.watching import flagged_windows
from activities.watching.flagged_windows import note_flagged_windows, read_flagged_windows
from activities.watching.kept import read_memory, read_night, write_night
from fraud.archive import ArchiveDocument, ReceivedEvent, plan_archive
from fraud.watching.checks import ALTERED, Night
from reconciliation.chain import Head, digest_of, link_path
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


BAD = Night(ended=NOW - 60 * MINUTE, run="r", verdict="differences", faults=4)


async def test_a_bad_night_that_somebody_makes_a_good_one_is_altered_and_never_balanced(account: MemoryAccount):
    await write_night(BAD)
    good = msgspec.json.encode(msgspec.structs.replace(BAD, verdict="balanced", faults=0))
    reports = account.container("reports")
    (path,) = [name async for name in reports.list_blob_names(name_starts_with="nights/")]
    before = await read_night(NOW)

    # Where an earlier version kept it, a better one beside it, in its place, and none at all.
    await work(account).upload_blob("watch/night.json", good)
    await reports.upload_blob("nights/20260102T101100Z-a.json", good)
    beside = await read_night(NOW)
    await reports.upload_blob(path, good, overwrite=True)
    instead = await read_night(NOW)
    problems = (await verify_chain()).problems
    await reports.delete_blob(path)
    deleted = await read_night(NOW)

    assert (before, beside) == (BAD, BAD)
    assert [night and (night.verdict, night.broken) for night in (instead, deleted)] == [(ALTERED, 1)] * 2
    assert problems == [f"{path} is not what was written"]


async def test_a_link_that_somebody_puts_behind_the_last_one_is_named_and_makes_no_bad_night_a_good_one(
    account: MemoryAccount,
):
    await write_night(BAD)
    good = msgspec.json.encode(msgspec.structs.replace(BAD, verdict="balanced", faults=0))
    reports = account.container("reports")
    last = Head(1, digest_of((await reports.read(link_path(1))).data))
    link = last.following("night", {"nights/good.json": digest_of(good)})
    await reports.upload_blob("nights/good.json", good)
    await reports.upload_blob(link_path(2), link.data)
    planted = (await verify_chain()).problems

    await write_and_link("reconcile-1", "reconciliations/1/report.json", b"{}")

    assert planted == ["link 2 was put there by somebody else: the head does not announce it"]
    assert await read_night(NOW) == BAD
    assert (await verify_chain()).problems == []


@pytest.mark.parametrize("note", [None, b"{", b'{"ended": 7}'])
async def test_a_night_without_a_note_that_can_be_read_is_altered_and_stops_no_look(
    account: MemoryAccount, note: bytes | None
):
    if note is not None:
        await account.container("reports").upload_blob("nights/odd.json", note)
    await append("night", ["nights/odd.json"])

    night = await read_night(NOW)

    assert night is not None
    assert night.verdict == ALTERED


async def test_a_bad_night_is_not_forgotten_over_the_acknowledgements_of_a_day(
    account: MemoryAccount, monkeypatch: pytest.MonkeyPatch
):
    await write_night(BAD)
    asked: list[str] = []
    read = chain_reading.read_if_there

    async def counted(container: Any, path: str) -> bytes | None:
        asked.append(path)
        return await read(container, path)

    for number in range(2_100):
        await write_and_link(f"acknowledgements/r/{number}", f"acknowledgements/r/{number}.json", b"{}")
    at_first = await read_night(NOW)
    await write_and_link("acknowledgements/r/last", "acknowledgements/r/last.json", b"{}")
    monkeypatch.setattr(chain_reading, "read_if_there", counted)

    assert (at_first, await read_night(NOW)) == (BAD, BAD)
    assert asked == [link_path(2_102)], "of a head that has moved, what is new is read"


@pytest.mark.parametrize("path", ["chain/00000003.json", "chain/00000002.json"])
async def test_a_chain_that_breaks_off_before_the_last_night_tells_of_none_as_good(account: MemoryAccount, path: str):
    await write_night(BAD)
    for number in range(2):
        await write_and_link(f"reconcile-{number}", f"reconciliations/{number}/report.json", b"{}")
    await work(account).upload_blob("watch/night.json", msgspec.json.encode(BAD))
    data = (await account.container("reports").read(path)).data

    await account.container("reports").delete_blob(path)
    broken = await read_night(NOW)
    await account.container("reports").upload_blob(path, data)

    assert broken is not None
    assert broken.verdict == ALTERED
    assert await read_night(NOW) == BAD


async def test_a_chain_whose_head_is_gone_tells_of_no_night_as_good(account: MemoryAccount):
    await write_night(BAD)
    await work(account).upload_blob("watch/night.json", msgspec.json.encode(BAD))
    await work(account).delete_blob("chain/head.json")

    night = await read_night(NOW)

    assert night is not None
    assert night.verdict == ALTERED


async def test_a_night_that_an_earlier_version_has_noted_is_read_until_the_next_one(account: MemoryAccount):
    await write_and_link("reconcile-1", "reconciliations/1/report.json", b"{}")
    await work(account).upload_blob("watch/night.json", msgspec.json.encode(BAD))
    earlier = await read_night(NOW)
    await write_night(msgspec.structs.replace(BAD, faults=5))
    later = await read_night(NOW)

    assert earlier == BAD
    assert later == msgspec.structs.replace(BAD, faults=5)


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
