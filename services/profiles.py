"""Profiles of each day, in `reports`: a manifest per day, written last and once, names the pieces.

`profiles/days/{yyyy-mm-dd}.json` is the manifest, `profiles/pieces/{yyyy-mm-dd}/{kind}-{digest}.msgpack` a piece.
"""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import asyncio
import logging
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from datetime import date
from hashlib import sha256

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from fraud.evidence import KeptRates
from fraud.profiles.keeping import Others, read, read_others
from fraud.profiles.profiles import Profiles
from services import names
from services.blobs import JSON, create_blob, delete_blob, read_blob, warehouse
from services.concurrency import together

_DAYS = "profiles/days/"
_PIECES = "profiles/pieces/"
_DAY = re.compile(r"profiles/days/(\d{4}-\d\d-\d\d)\.json", re.ASCII)
_READS = 8
_DAYS_IN_MEMORY = 2
_ASK_AGAIN_SECONDS = 5.0
"""Real seconds for which a day that was not profiled is believed to be so: each window asks."""
_MSGPACK = "application/vnd.msgpack"


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
    matches = [_DAY.fullmatch(blob.name) async for blob in container.list_blobs(name_starts_with=_DAYS)]
    return sorted(date.fromisoformat(match[1]) for match in matches if match)


async def latest_profile_day(before: date) -> date | None:
    """The last day before another one that was profiled; None on the first evening."""
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
    """The manifest of a day. Raises ResourceNotFoundError if the day has none."""
    return _manifest.decode(await read_blob(await warehouse(names.REPORTS), _manifest_path(day)))


async def read_profiles(manifest: Manifest) -> Profiles:
    """The profiles that a manifest names, for whoever changes them. Raises what the blob service raised."""
    container = await warehouse(names.REPORTS)
    pieces = {
        kind: await together((read_blob(container, path) for path in paths), at_once=_READS)
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
        yield await read_blob(container, path)


async def read_others_of(manifest: Manifest) -> Others:
    """All but the tables. Raises what the blob service raised."""
    (path,) = manifest.pieces["others"]
    return read_others(await read_blob(await warehouse(names.REPORTS), path))


async def write_piece(day: date, kind: str, data: bytes) -> str:
    """Keep a piece of the profiles up to a day, unless it was kept before; gives its path."""
    path = f"{_PIECES}{day}/{kind}-{sha256(data).hexdigest()[:32]}.msgpack"
    await _create(path, data, _MSGPACK)
    return path


async def write_manifest(manifest: Manifest) -> None:
    """Keep the manifest of a day behind its pieces, unless it was kept: what windows were judged with never changes."""
    await _create(_manifest_path(manifest.day), msgspec.json.encode(manifest), JSON)
    _asked.clear()


async def forget_profiles(before: date) -> None:
    """Delete the profiles of the days before one, manifests first."""
    container = await warehouse(names.REPORTS)
    for folder in (_DAYS, _PIECES):
        paths = [blob.name async for blob in container.list_blobs(name_starts_with=folder)]
        # The name after the folder begins with the day.
        await together(
            (delete_blob(container, path) for path in paths if path.removeprefix(folder)[:10] < before.isoformat()),
            at_once=_READS,
        )


async def _create(path: str, data: bytes, content_type: str) -> None:
    await create_blob(await warehouse(names.REPORTS), path, data, content_type)


def _manifest_path(day: date) -> str:
    return f"{_DAYS}{day}.json"
