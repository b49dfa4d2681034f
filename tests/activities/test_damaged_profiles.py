"""Contract: profiles that somebody has damaged hold up no window; the log says that it is judged without them."""

import logging
from collections.abc import AsyncIterator
from datetime import date

import msgspec
import pytest
import pytest_asyncio

from fraud.profiles.keeping import Others
from fraud.profiles.profiles import Profiles
from services import blobs, names
from services.profiles import Manifest, profiles_of, write_piece

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def _forgotten_days() -> AsyncIterator[None]:  # pyright: ignore[reportUnusedFunction]
    """A later day that is there already would be the latest one to every night of other tests."""
    yield
    reports = await blobs.warehouse(names.REPORTS)
    for name in [blob.name async for blob in reports.list_blobs(name_starts_with="profiles/days/2031-05-")]:
        await reports.delete_blob(name)


async def keep(day: date, data: bytes) -> None:
    """Write the manifest of a day by hand."""
    await blobs.write_blob(await blobs.warehouse(names.REPORTS), f"profiles/days/{day}.json", data)


def manifest(day: date, **pieces: tuple[str, ...]) -> bytes:
    named = {"customers": (), "skus": (), **pieces}
    return msgspec.json.encode(Manifest(day=day, events=1, customers=0, skus=0, pieces=named, rates={}))


async def seen(day: date, caplog: pytest.LogCaptureFixture) -> bool:
    """True if the profiles of a day are empty and the log says that they cannot be read."""
    caplog.clear()
    with caplog.at_level(logging.ERROR, "services.profiles"):
        loaded = await profiles_of(day)
    return loaded.profiles.days == Profiles().days and f"the profiles of {day} cannot be read" in caplog.text


async def test_a_damaged_manifest_or_piece_is_judged_without(caplog: pytest.LogCaptureFixture):
    first, second, third, fourth = (date(2031, 5, day) for day in range(1, 5))
    await keep(first, b"\xff")
    await keep(second, manifest(second, others=("profiles/pieces/absent.msgpack",)))
    await keep(third, manifest(third, others=(await write_piece(third, "others", b"\xff\xff"),)))
    await keep(fourth, manifest(fourth))

    assert [await seen(day, caplog) for day in (first, second, third, fourth)] == [True] * 4


async def test_whole_profiles_are_read(caplog: pytest.LogCaptureFixture):
    day = date(2031, 5, 9)
    await keep(day, manifest(day, others=(await write_piece(day, "others", Others().encoded()),)))

    assert not await seen(day, caplog)
