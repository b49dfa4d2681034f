"""Profiles of each day, in `reports`: a manifest per day, written last and once, names the pieces.

`profiles/days/{yyyy-mm-dd}.json` is the manifest, which the chain of reports holds, and
`profiles/pieces/{yyyy-mm-dd}/{kind}-{digest}.msgpack` a piece, whose bytes its name tells.
"""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from datetime import date
from hashlib import sha256

import msgspec
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob.aio import ContainerClient

from fraud.evidence import KeptRates
from fraud.profiles.keeping import Others, read, read_others
from fraud.profiles.profiles import Profiles
from services import names
from services.blobs import JSON, delete_blob, digest_of_blob, read_if_there, warehouse, write_over
from services.concurrency import together
from services.named_days import named_day

MANIFESTS = "profiles/days/"
_PIECES = "profiles/pieces/"
_READS = 8
_DAYS_IN_MEMORY = 2
_ASK_AGAIN_SECONDS = 5.0
"""Real seconds for which a day that was not profiled is believed to be so: each window asks."""
_MSGPACK = "application/vnd.msgpack"
_DIGITS = 32


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The profiles up to a day: their pieces by kind, in order, and how often rules held, by the name of the set."""

    day: date
    events: int
    """Distinct events of the day itself."""
    customers: int
    skus: int
    pieces: dict[str, tuple[str, ...]]
    rates: dict[str, KeptRates]


class DayProfiles(msgspec.Struct, frozen=True):
    """Profiles as a window reads them; empty without a day, and where somebody has damaged those of the day."""

    profiles: Profiles
    rates: dict[str, KeptRates]


_log = logging.getLogger(__name__)
_manifest = msgspec.json.Decoder(Manifest)
_days: set[date] = set()
_asked: dict[date, tuple[float, date | None]] = {}
"""When a day was asked for in vain, and the last one before it that was profiled; of the last such day only."""
_loaded: OrderedDict[date, "asyncio.Task[DayProfiles]"] = OrderedDict()


async def profile_days() -> list[date]:
    """The days that have been profiled, in order."""
    container = await warehouse(names.REPORTS)
    days = [day_of(blob.name) async for blob in container.list_blobs(name_starts_with=MANIFESTS)]
    return sorted(day for day in days if day)


async def latest_profile_day(before: date) -> date | None:
    """The last day before another one that was profiled; None on the first evening."""
    if before == date.min:
        return None  # of a message that somebody else has sent
    day_before = date.fromordinal(before.toordinal() - 1)
    if day_before in _days:
        return day_before  # a day that was profiled stays so
    asked_at, latest = _asked.get(day_before, (-_ASK_AGAIN_SECONDS, None))
    if time.monotonic() - asked_at < _ASK_AGAIN_SECONDS:
        return latest
    days = await profile_days()
    _days.update(days)
    latest = max((day for day in days if day < before), default=None)
    _asked.clear()
    _asked[day_before] = time.monotonic(), latest
    return latest


async def read_manifest(day: date) -> Manifest:
    """The manifest of a day. Raises ResourceNotFoundError if the day has none, or somebody has archived it."""
    return parse_manifest(await _there(await warehouse(names.REPORTS), manifest_path(day)))


def parse_manifest(data: bytes) -> Manifest:
    """The manifest in some bytes. Raises ValueError or RecursionError if they are not one."""
    return _manifest.decode(data)


async def read_profiles(manifest: Manifest) -> Profiles:
    """The profiles that a manifest names, for whoever changes them. Raises what the blob service raised."""
    container = await warehouse(names.REPORTS)
    pieces = {
        kind: await together((_read_piece(container, path) for path in paths), at_once=_READS)
        for kind, paths in manifest.pieces.items()
    }
    return await asyncio.to_thread(read, pieces)


async def profiles_of(day: date | None) -> DayProfiles:
    """The profiles up to a day, read once per process and kept while they are used. Without a day they are empty."""
    if day is None:
        return DayProfiles(Profiles(), {})
    task = _loaded.get(day)
    if task is None or task.get_loop() is not asyncio.get_running_loop() or (task.done() and task.exception()):
        task = _loaded[day] = asyncio.create_task(_load(day))
    _loaded.move_to_end(day)
    while len(_loaded) > _DAYS_IN_MEMORY:
        _loaded.popitem(last=False)
    return await asyncio.shield(task)


async def _load(day: date) -> DayProfiles:
    try:
        manifest = await read_manifest(day)
        return DayProfiles(await read_profiles(manifest), manifest.rates)
    except (ValueError, LookupError, RecursionError, ResourceNotFoundError) as error:
        # Whoever may write profiles must not hold up all windows of a day: they are judged on the rest.
        _log.error("the profiles of %s cannot be read, and windows are judged without them: %s", day, error)
        return DayProfiles(Profiles(), {})


async def read_shards(manifest: Manifest, kind: str) -> AsyncIterator[bytes]:
    """The shards of a table that a manifest names, one after the other. Raises what the blob service raised."""
    container = await warehouse(names.REPORTS)
    for path in manifest.pieces[kind]:
        yield await _read_piece(container, path)


async def read_others_of(manifest: Manifest) -> Others:
    """All but the tables. Raises what the blob service raised."""
    (path,) = manifest.pieces["others"]
    return read_others(await _read_piece(await warehouse(names.REPORTS), path))


async def altered_pieces(manifest: Manifest) -> list[str]:
    """The paths of the pieces that are missing, or not what was written there. Raises what the blob service raised."""
    container = await warehouse(names.REPORTS)
    paths = sorted({path for paths in manifest.pieces.values() for path in paths})
    are_whole = await together((_is_whole(container, path) for path in paths), at_once=_READS)
    return [path for path, is_whole in zip(paths, are_whole, strict=True) if not is_whole]


async def write_piece(day: date, kind: str, data: bytes) -> str:
    """Keep a piece of the profiles up to a day; gives its path, at which nothing else is ever kept."""
    path = f"{_PIECES}{day}/{kind}-{sha256(data).hexdigest()[:_DIGITS]}.msgpack"
    await write_over(await warehouse(names.REPORTS), path, data, _MSGPACK)
    return path


async def write_manifest(manifest: Manifest) -> None:
    """Keep the manifest of a day behind its pieces. What windows were judged with is kept as their evidence."""
    await write_over(await warehouse(names.REPORTS), manifest_path(manifest.day), msgspec.json.encode(manifest), JSON)
    _asked.clear()


async def forget_profiles(before: date) -> None:
    """Delete the profiles of the days before one, manifests first."""
    container = await warehouse(names.REPORTS)
    for folder in (MANIFESTS, _PIECES):
        paths = [blob.name async for blob in container.list_blobs(name_starts_with=folder)]
        # The name after the folder begins with the day.
        await together(
            (delete_blob(container, path) for path in paths if path.removeprefix(folder)[:10] < before.isoformat()),
            at_once=_READS,
        )


def manifest_path(day: date) -> str:
    """The path of the manifest of a day in `reports`."""
    return f"{MANIFESTS}{day}.json"


def day_of(path: str) -> date | None:
    """The day of the manifest at a path; None if it is not the path of one."""
    return named_day(path, MANIFESTS)


async def _read_piece(container: ContainerClient, path: str) -> bytes:
    """A piece as it was written. Raises ValueError if somebody has altered it, and what the blob service raised."""
    data = await _there(container, path)
    if not _is_named(path, sha256(data).hexdigest()):
        raise ValueError(f"{path} is not what its name was computed from")
    return data


async def _there(container: ContainerClient, path: str) -> bytes:
    if (data := await read_if_there(container, path)) is None:
        raise ResourceNotFoundError(f"{path} is gone, or in the archive tier")
    return data


async def _is_whole(container: ContainerClient, path: str) -> bool:
    digest = await digest_of_blob(container, path)
    return digest is not None and _is_named(path, digest)


def _is_named(path: str, digest: str) -> bool:
    return path.endswith(f"-{digest[:_DIGITS]}.msgpack")
