"""Alerts that wait for a digest: blobs in `reports`, by band and store, and when each of these was told last."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from fraud.analysis import WindowSummary
from fraud.desk.digests import worst_band
from fraud.windows import store_label
from services import names
from services.blobs import delete_blob, read_blob, warehouse, write_blob
from services.clients import CachedClient
from services.concurrency import together

_WAITING = "alerts-waiting/"
_TOLD = "alerts-told/"
MOST_LISTED = 20_000
"""Alerts that are looked at in a minute. The next one begins behind them: a producer may name any number of stores, and
have alerts of theirs wait before those of all others."""
MOST_NAMED = 10 * MOST_LISTED
_PAGE = 5_000
_AT_ONCE = 8
_summary = msgspec.json.Decoder(WindowSummary)
_log = logging.getLogger(__name__)


class _Told(msgspec.Struct, frozen=True):
    """The moment at which the alerts of a band and a store were told last."""

    at: datetime


async def wait_for_digest(alert: WindowSummary) -> None:
    """Let an alert wait for the digest of its store and worst band. Done twice, it waits once."""
    path = f"{_WAITING}{worst_band(alert)}/{store_label(alert.store_id)}/{alert.alert_name}.json"
    await write_blob(await warehouse(names.REPORTS), path, msgspec.json.encode(alert))


class _Listing:
    """The list of the alerts that wait, as far as this process has come with it."""

    def __init__(self) -> None:
        self._following: str | None = None

    async def next(self) -> list[str]:
        """The next paths, MOST_LISTED or some more; behind the last one it begins anew."""
        paths, self._following = await _listed(MOST_LISTED, self._following)
        return paths


async def _open_listing(_: AsyncExitStack) -> _Listing:
    return _Listing()


_listing = CachedClient(_open_listing)


async def waiting_alerts() -> dict[str, list[str]]:
    """The paths of alerts that wait, by `{band}/{store}`: of many, the next ones at each call."""
    groups: dict[str, list[str]] = {}
    for path in await (await _listing.get()).next():
        groups.setdefault(path.removeprefix(_WAITING).rpartition("/")[0], []).append(path)
    return groups


async def names_waiting() -> frozenset[str]:
    """The names of the alerts that wait, MOST_NAMED at most: nobody was told of them yet."""
    paths, _ = await _listed(MOST_NAMED, None)
    return frozenset(path.rpartition("/")[2].removesuffix(".json") for path in paths)


async def _listed(most: int, begin: str | None) -> tuple[list[str], str | None]:
    """Paths of alerts that wait, from a place in their list on; and the next place, None at its end."""
    reports, paths = await warehouse(names.REPORTS), list[str]()
    listed = reports.list_blob_names(name_starts_with=_WAITING, results_per_page=min(_PAGE, most))
    pages = listed.by_page(begin)
    async for page in pages:
        paths += [name async for name in page]
        if len(paths) >= most:
            break
    following: str | None = getattr(pages, "continuation_token", None)
    return paths, following or None


class Waiting(msgspec.Struct, frozen=True):
    """What waits at some paths: alerts, and by path the bytes of what nobody can read as one, with the reason."""

    alerts: list[WindowSummary]
    damaged: dict[str, tuple[bytes, str]]


async def read_waiting(paths: Sequence[str]) -> Waiting:
    """What waits at some paths. Raises what the blob service raised."""
    reports = await warehouse(names.REPORTS)
    contents = await together((read_blob(reports, path) for path in paths), at_once=_AT_ONCE)
    waiting = Waiting([], {})
    for path, content in zip(paths, contents, strict=True):
        try:
            waiting.alerts.append(_summary.decode(content))
        except (ValueError, RecursionError) as error:
            waiting.damaged[path] = content, str(error)
    return waiting


async def told_last(group: str) -> datetime | None:
    """The moment at which the alerts of a group were told last; None if they never were, or if nobody can read it."""
    try:
        content = await read_blob(await warehouse(names.REPORTS), f"{_TOLD}{group}.json")
    except ResourceNotFoundError:
        return None
    try:
        return msgspec.json.decode(content, type=_Told).at
    except (ValueError, RecursionError) as error:
        _log.error("%s%s.json cannot be read: %s", _TOLD, group, error)
        return None


async def note_told(group: str, at: datetime, paths: Sequence[str]) -> None:
    """Note that the alerts of a group were told; those at the paths wait no longer."""
    reports = await warehouse(names.REPORTS)
    await write_blob(reports, f"{_TOLD}{group}.json", msgspec.json.encode(_Told(at)))
    await together((delete_blob(reports, path) for path in paths), at_once=_AT_ONCE)
