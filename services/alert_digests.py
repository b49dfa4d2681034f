"""Alerts that wait for a digest: blobs in `reports`, by band and store, and when each group was last told.

While an alert waits, its own blob is marked. So deleting it from those that wait does not turn it into a told one.
"""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import contextlib
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import msgspec
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import ContainerClient

from fraud.analysis import ALERTS_FOLDER, KeptAlert, WindowSummary, alert_path
from fraud.desk.digests import worst_band
from fraud.verdicts import time_path
from fraud.windows import store_label
from services import names
from services.blobs import beyond_lease, delete_blob, is_unreadable, read_if_there, warehouse, write_blob, write_over
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
_SEEN = 500
_LOOKED_BACK = 8
"""Days of alerts that are looked at for some that wait no more: each night sees those of the one before, and more."""
LONGEST_PATH = 900
"""Characters; the service takes 1,024 for the name of a blob, with what quarantine adds, and ours have some hundred."""
WAITS = {"digest": "waits"}
"""The metadata of an alert that waits for a digest: nobody was told of it yet."""
_IS_TOLD = {"digest": "told"}
_summary = msgspec.json.Decoder(WindowSummary)
_log = logging.getLogger(__name__)


class _Told(msgspec.Struct, frozen=True):
    """The moment at which the alerts of a band and a store were told last."""

    at: datetime


async def wait_for_digest(alert: WindowSummary) -> None:
    """Let an alert wait for the digest of its store and worst band. Done twice, it waits once."""
    await write_blob(await warehouse(names.REPORTS), _path_of(alert), msgspec.json.encode(alert))


def _path_of(alert: WindowSummary) -> str:
    return f"{_WAITING}{worst_band(alert)}/{store_label(alert.store_id)}/{alert.alert_name}.json"


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
    """The names of the alerts that wait, MOST_NAMED at most."""
    paths, _ = await _listed(MOST_NAMED, None)
    return frozenset(map(_name_in, paths))


async def waiting_problems(now: datetime) -> list[str]:
    """A sentence for each alert of the last days that waits by its mark, and does not lie among those that wait.

    Raises what the blob service raised.
    """
    reports = await warehouse(names.REPORTS)
    marked: list[str] = []
    for ago in range(_LOOKED_BACK):
        day = f"{ALERTS_FOLDER}{time_path(now - timedelta(days=ago))[:10]}/"
        listed = reports.list_blobs(name_starts_with=day, include=["metadata"])
        marked += [blob.name async for blob in listed if blob.metadata == WAITS]
    waiting = await names_waiting() if marked else frozenset[str]()
    lost = [path for path in marked if _name_in(path) not in waiting and len(waiting) < MOST_NAMED]
    # One that was told since it was listed has its mark no more: that goes first.
    marks = await together((_mark_of(reports, path) for path in lost), at_once=_AT_ONCE)
    return [
        f"{path} waits for a digest, and somebody has deleted it from {_WAITING}: nobody was told"
        for path, mark in zip(lost, marks, strict=True)
        if mark == WAITS
    ]


async def _mark_of(reports: ContainerClient, path: str) -> dict[str, str] | None:
    try:
        return (await reports.get_blob_client(path).get_blob_properties()).metadata
    except ResourceNotFoundError:
        return None


def _name_in(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".json")


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
    """What waits at some paths, as the alerts' own blobs have it, which each night compares with the verdicts.

    Raises what the blob service raised.
    """
    reports = await warehouse(names.REPORTS)
    contents = await together((read_if_there(reports, path) for path in paths), at_once=_AT_ONCE)
    read = await together(map(_alert_at, paths, contents), at_once=_AT_ONCE)
    waiting = Waiting([], {})
    for path, content, alert in zip(paths, contents, read, strict=True):
        if isinstance(alert, WindowSummary):
            waiting.alerts.append(alert)
        else:
            waiting.damaged[path] = content or b"", str(alert)
    return waiting


async def _alert_at(path: str, content: bytes | None) -> WindowSummary | Exception:
    """The alert that waits at a path, as its own blob has it if that is whole; an error if nothing readable waits
    there.

    The name in an alert must be that of its path. With another name it could have other alerts told as its own, and the
    name leads to a blob.
    """
    if content is None:
        return ValueError("it is gone, or somebody has put it into the archive tier")
    try:
        alert = _summary.decode(content)
        own = alert_path(alert.window_end, alert.alert_name)
    except (ValueError, RecursionError, OverflowError) as error:
        return error
    if alert.alert_name == _name_in(path) and len(own) <= LONGEST_PATH:
        with contextlib.suppress(ValueError, RecursionError):
            written = _summary.decode(await read_if_there(await warehouse(names.REPORTS), own) or b"")
            if _path_of(written) == path:
                return written
        if _path_of(alert) == path:
            return alert
    return ValueError("no alert of this name, store and band waits there")


async def told_last(group: str) -> datetime | None:
    """The moment at which the alerts of a group were told last; None if they never were, or if nobody can read it."""
    if (content := await read_if_there(await warehouse(names.REPORTS), f"{_TOLD}{group}.json")) is None:
        return None
    try:
        return msgspec.json.decode(content, type=_Told).at
    except (ValueError, RecursionError) as error:
        _log.error("%s%s.json cannot be read: %s", _TOLD, group, error)
        return None


async def has_waited(group: str, at_least: timedelta) -> bool:
    """True if an alert of a group has waited for so long, by the moments at which the blob service wrote them.

    Of many, the first ones of a page are looked at. Raises what the blob service raised.
    """
    listed = (await warehouse(names.REPORTS)).list_blobs(name_starts_with=f"{_WAITING}{group}/", results_per_page=_SEEN)
    async for page in listed.by_page():
        written = [blob.creation_time async for blob in page]
        return bool(written) and _now() - min(written) >= at_least
    return False


def _now() -> datetime:
    """The time of the blob service, as far as ours is the same: it does not run faster, as Cosmos' may."""
    return datetime.now(UTC)


async def note_told(group: str, at: datetime, paths: Sequence[str], alerts: Sequence[WindowSummary]) -> None:
    """Note that the alerts of a group were told; those at the paths wait no longer."""
    reports, path = await warehouse(names.REPORTS), f"{_TOLD}{group}.json"
    await write_over(reports, path, msgspec.json.encode(_Told(at)))
    await together((_mark_told(reports, alert) for alert in alerts), at_once=_AT_ONCE)
    await together((delete_blob(reports, path) for path in paths), at_once=_AT_ONCE)


async def _mark_told(reports: ContainerClient, alert: WindowSummary) -> None:
    """Mark an alert as told. If it is told before its blob is written, the blob is created here, and its writer leaves
    it.

    An alert that somebody has moved to the archive tier keeps its mark, and `waiting_problems` names it.
    """
    blob = reports.get_blob_client(alert_path(alert.window_end, alert.alert_name))
    kept = msgspec.json.encode(KeptAlert(**msgspec.structs.asdict(alert), had_receiver=True))
    try:
        await beyond_lease(blob, lambda: blob.set_blob_metadata(_IS_TOLD))
    except ResourceNotFoundError:
        try:
            await blob.upload_blob(kept, length=len(kept), metadata=_IS_TOLD)
        except ResourceExistsError:
            await blob.set_blob_metadata(_IS_TOLD)
    except HttpResponseError as error:
        if not is_unreadable(error):
            raise
        _log.error("%s cannot be marked as told: %s", blob.blob_name, error)
