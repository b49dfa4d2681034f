"""Alerts that wait for a digest: blobs in `reports`, by band and store, and when each of these was told last."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import logging
from collections.abc import Sequence
from datetime import datetime

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from fraud.analysis import WindowSummary
from fraud.desk.digests import worst_band
from fraud.windows import store_label
from services import names
from services.blobs import delete_blob, read_blob, warehouse, write_blob
from services.concurrency import together

_WAITING = "alerts-waiting/"
_TOLD = "alerts-told/"
MOST_LISTED = 20_000
"""Alerts that are looked at in a minute; those beyond wait for the next one."""
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


async def waiting_alerts() -> dict[str, list[str]]:
    """The paths of the alerts that wait, by `{band}/{store}`."""
    groups: dict[str, list[str]] = {}
    count = 0
    async for name in (await warehouse(names.REPORTS)).list_blob_names(name_starts_with=_WAITING):
        groups.setdefault(name.removeprefix(_WAITING).rpartition("/")[0], []).append(name)
        count += 1
        if count == MOST_LISTED:
            break
    return groups


async def names_waiting() -> frozenset[str]:
    """The names of the alerts that wait: nobody was told of them yet."""
    groups = await waiting_alerts()
    return frozenset(path.rpartition("/")[2].removesuffix(".json") for paths in groups.values() for path in paths)


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
