"""Profiles that somebody has put there or altered stop no window and no night, the chain names them, and the next night
builds them anew."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from activities.build_profiles import build_profiles
from activities.reconciliation.chain import verify_chain
from fraud.sweep import Candidate, SweepTask
from reconciliation.nightly import ProfilesBuilt, ProfilesTask
from services import blobs, profiles, rules_in_use
from services.blobs import read_blob, warehouse, workflow_data
from services.clients import CachedClient, close_clients
from services.profiles import latest_profile_day, profiles_of, read_manifest
from services.sweep_candidates import days_to_sweep, read_candidates
from tests.fraud.builders import event_body
from tests.reconciliation.capture_writer import avro, record
from tests.support.memory_blobs import MemoryAccount, MemoryContainer

DAY = date(2026, 3, 4)
EVENING = datetime(2026, 3, 6, tzinfo=UTC)
_AS_LONG = timedelta(days=1)


@pytest_asyncio.fixture(autouse=True)
async def _accounts(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:  # pyright: ignore[reportUnusedFunction]
    """Both accounts in memory, with the Capture of three days, of which two are profiled."""
    account = MemoryAccount(seed=1)

    async def opened(_: object) -> MemoryAccount:
        return account

    await close_clients()
    for name in ("_warehouse", "_jobs_storage"):
        monkeypatch.setattr(blobs, name, CachedClient[Any](opened))
    monkeypatch.setattr(profiles, "_days", set[date]())
    monkeypatch.setattr(profiles, "_asked", dict[date, tuple[float, date | None]]())
    await capture(3)
    assert [await night(number) for number in (0, 1)] == [DAY, DAY + _AS_LONG]
    assert (await verify_chain()).problems == []
    yield
    await rules_in_use.forget()
    await close_clients()


async def capture(days: int) -> None:
    archive = await warehouse("all-events")
    for number in range(days):
        noon = datetime(2026, 3, 4, 12, tzinfo=UTC) + number * _AS_LONG
        body = event_body(f"e{number}", cust_id=7, sku=number)
        data = avro([record(number, int(noon.timestamp() * 1_000), body)])
        await archive.upload_blob(f"ns/store-events/0/{noon + timedelta(minutes=5):%Y/%m/%d/%H/%M/%S}.avro", data)


async def night(number: int) -> date | None:
    """The day that the night after a day has built."""
    built: ProfilesBuilt = await build_profiles(ProfilesTask(EVENING + (number - 1) * _AS_LONG))
    return built.day


async def reports() -> MemoryContainer:
    container: Any = await warehouse("reports")
    return container


async def put(path: str, data: bytes) -> None:
    await (await reports()).upload_blob(path, data, overwrite=True)


async def written(path: str) -> bytes:
    return await read_blob(await warehouse("reports"), path)


async def pieces() -> list[str]:
    manifest = await read_manifest(DAY + _AS_LONG)
    return [path for paths in manifest.pieces.values() for path in paths]


@pytest.mark.parametrize("name", ["2099-01-01", "9999-12-31"])
async def test_profiles_of_the_future_are_named_and_do_not_end_the_building_of_profiles(name: str):
    await put(f"profiles/days/{name}.json", await written(f"profiles/days/{DAY + _AS_LONG}.json"))

    assert (await verify_chain()).problems == [f"profiles/days/{name}.json is in no link: somebody else wrote it"]
    assert await night(2) == DAY + 2 * _AS_LONG


@pytest.mark.parametrize("name", ["2026-13-45", "0000-00-00", "2026-02-30"])
async def test_a_day_that_no_calendar_has_stops_neither_windows_nor_nights(name: str):
    await put(f"profiles/days/{name}.json", b"{}")
    await (await workflow_data()).upload_blob(f"sweep/{name}.json", b"[]")

    assert [await latest_profile_day(day) for day in (DAY + _AS_LONG, date.min)] == [DAY, None]
    assert await days_to_sweep() == ()
    assert await night(2) == DAY + 2 * _AS_LONG


async def test_an_altered_manifest_is_named_and_built_anew():
    path = f"profiles/days/{DAY + _AS_LONG}.json"
    before = await written(path)
    await put(path, msgspec.json.encode(msgspec.structs.replace(await read_manifest(DAY), day=DAY + _AS_LONG)))

    assert (await verify_chain()).problems == [f"{path} is not what was written"]
    assert [await night(2), await night(2)] == [DAY + _AS_LONG, DAY + 2 * _AS_LONG]
    assert await written(path) == before
    assert (await verify_chain()).problems == []


async def test_a_deleted_manifest_is_named_and_built_anew():
    path = f"profiles/days/{DAY + _AS_LONG}.json"
    before = await written(path)
    await (await reports()).delete_blob(path)

    assert (await verify_chain()).problems == [f"{path} is missing"]
    assert (await night(1), await written(path)) == (DAY + _AS_LONG, before)


async def test_a_manifest_that_somebody_put_there_before_the_night_is_replaced():
    path = f"profiles/days/{DAY + 2 * _AS_LONG}.json"
    await put(path, await written(f"profiles/days/{DAY}.json"))

    assert (await verify_chain()).problems == [f"{path} is in no link: somebody else wrote it"]
    assert await night(2) == DAY + 2 * _AS_LONG
    assert (await read_manifest(DAY + 2 * _AS_LONG)).day == DAY + 2 * _AS_LONG
    assert (await verify_chain()).problems == []


async def test_an_altered_piece_is_named_judged_without_and_written_anew():
    (*_, other, path), whole = await pieces(), await profiles_of(DAY)
    await put(path, await written(other))
    profiles._loaded.clear()  # pyright: ignore[reportPrivateUsage] - as another process

    assert (await verify_chain()).problems == [f"{path} is missing or not what was written"]
    assert whole.profiles.days > 0
    assert (await profiles_of(DAY + _AS_LONG)).profiles.days == 0
    assert await night(1) == DAY + _AS_LONG
    assert (await verify_chain()).problems == []


async def test_profiles_of_an_earlier_version_which_no_link_holds_are_built_on():
    container = await reports()
    for name in [blob.name async for blob in container.list_blobs(name_starts_with="chain/")]:
        await container.delete_blob(name)
    await (await workflow_data()).delete_blob("chain/head.json")
    await close_clients()

    assert (await verify_chain()).problems == []
    assert await night(2) == DAY + 2 * _AS_LONG
    assert (await verify_chain()).problems == []


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"{}",
        b'[{"score": 1, "arrived": 1, "body": ""}]',
        msgspec.json.encode([Candidate(score=1, arrived=2**62, body=event_body("e"))]),
        msgspec.json.encode([Candidate(score=1, arrived=1, body=b"[]"), Candidate(score=1, arrived=1, body=b"{}")]),
    ],
)
async def test_candidates_that_somebody_has_altered_hold_up_no_later_day(data: bytes):
    task = SweepTask(DAY)
    await (await workflow_data()).upload_blob(task.path, data)

    assert await read_candidates(task) == []
