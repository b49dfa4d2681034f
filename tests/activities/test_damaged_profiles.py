"""Contract: profiles that somebody has damaged hold up no window; the log says that it is judged without them."""

import logging
from collections.abc import AsyncIterator
from datetime import date

import msgspec
import pytest
import pytest_asyncio

from activities.reconciliation.linked_profiles import check_profiles
from activities.whole_profiles import whole_profile_days
from fraud.profiles.keeping import Others
from fraud.profiles.profiles import Profiles
from reconciliation.chain import Link
from services import blobs, names
from services.profiles import Manifest, altered_pieces, profiles_of, read_manifest, write_manifest, write_piece

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


async def test_profiles_in_the_archive_tier_hold_up_neither_windows_nor_nights_and_are_written_anew(
    caplog: pytest.LogCaptureFixture,
):
    first, second = date(2031, 5, 11), date(2031, 5, 12)
    reports = await blobs.warehouse(names.REPORTS)
    pieces = [await write_piece(day, "others", Others().encoded()) for day in (first, second)]
    for day, piece, archived in ((first, pieces[0], f"profiles/days/{first}.json"), (second, pieces[1], pieces[1])):
        await keep(day, manifest(day, others=(piece,)))
        await reports.get_blob_client(archived).set_standard_blob_tier("Archive")
    link = Link(number=1, previous="", subject="profiles", files={f"profiles/days/{first}.json": ""})

    judged_without = [await seen(day, caplog) for day in (first, second)]
    whole = await whole_profile_days(second)
    problems = await check_profiles(link)
    written = Manifest(day=first, events=2, customers=0, skus=0, pieces={}, rates={})
    await write_manifest(written)
    await write_piece(second, "others", Others().encoded())

    assert judged_without == [True, True]
    assert not {first, second} & {*whole}
    assert problems == [f"profiles/days/{second}.json is in no link: somebody else wrote it"]
    assert await read_manifest(first) == written
    assert not await altered_pieces(await read_manifest(second))


async def test_whole_profiles_are_read(caplog: pytest.LogCaptureFixture):
    day = date(2031, 5, 9)
    await keep(day, manifest(day, others=(await write_piece(day, "others", Others().encoded()),)))

    assert not await seen(day, caplog)
