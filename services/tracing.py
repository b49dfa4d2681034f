"""Where an event lies in the archives, each found by a bounded number of small requests."""
# pyright: reportUnknownMemberType=false
# The SDKs pass their options on as untyped keyword arguments.

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob.aio import ContainerClient

from fraud.analysis import KeptAlert, alert_path
from fraud.events import StoreKey
from fraud.identity import canonical, content_digest
from fraud.quarantine_places import parse_place, verdicts_of_place
from fraud.sweep import case_name, sweep_path
from fraud.verdicts import Verdict, name_in, time_path
from fraud.windows import WINDOW, Window, store_label
from services import names
from services.alert_digests import WAITS
from services.blobs import if_there, lines_of, read_chunks, read_if_there, warehouse
from services.capture_archive import list_blobs, list_partitions, sequence_span
from services.desk.cases_naming import SWEPT, cases_naming
from services.desk.verdicts import verdicts_in

_CAPTURE_LATE = timedelta(hours=2)
_CAPTURE_BLOBS = 6
MOST_ROW_BYTES = 256 * 1024 * 1024
"""Of the stream job's blobs that are looked through: at 10,000 events a second an hour has 115 MB of them."""
MOST_VERDICT_BYTES = 256 * 1024 * 1024
"""Of the verdicts of a store's window, which repairs and large windows keep in many blobs."""
_CASES = 20
_OF_WINDOWS = "c.type = 'window'"


class Captured(msgspec.Struct, frozen=True):
    """The Capture blob that holds an event, and when it was triggered."""

    path: str
    triggered: datetime


class JudgedIn(msgspec.Struct, frozen=True):
    """A blob of verdicts that names an event: the name of its case, and the verdicts on the event."""

    case_id: str
    path: str
    verdicts: tuple[Verdict, ...]


async def find_captured(partition: str, sequence_number: int, enqueued: datetime) -> Captured | None:
    """The Capture blob of an event: of those triggered from its arrival on, the first that reaches its number."""
    archive = await warehouse(names.ALL_EVENTS)
    for folder in await list_partitions(archive):
        if folder.rpartition("/")[2] != partition:
            continue
        # An event carries milliseconds, the name of a blob seconds.
        start = enqueued - timedelta(seconds=1)
        blobs = await list_blobs(archive, folder, start, enqueued + _CAPTURE_LATE)
        for blob in sorted(blobs, key=lambda blob: blob.triggered)[:_CAPTURE_BLOBS]:
            span = await sequence_span(archive, blob)
            if span and span[0] <= sequence_number <= span[1]:
                return Captured(blob.name, blob.triggered)
    return None


class _Row(msgspec.Struct, frozen=True):
    WindowEnd: datetime
    ids: list[object] = []


class TooMuchToReadError(Exception):
    """There is more than is looked through, and nobody can say that nothing of it names an id."""


async def find_reported(event_id: str, window_end: datetime) -> str | None:
    """The blob in which the stream job reported an id for a window; None if not in those of the next two hours.

    Raises TooMuchToReadError if it is in none of the first MOST_ROW_BYTES of them, and there are more.
    """
    container = await warehouse(names.SUSPICIOUS_EVENTS)
    quoted = msgspec.json.encode(event_id)
    left = MOST_ROW_BYTES
    for hour in range(3):
        folder = f"{window_end + timedelta(hours=hour):%Y/%m/%d/%H}/"
        async for blob in container.list_blobs(name_starts_with=folder):
            left -= blob.size
            if left < 0:
                raise TooMuchToReadError
            content = await read_if_there(container, blob.name) or b""
            if quoted not in content and not _is_escaped(event_id):
                continue
            if any(_names(line, event_id, window_end) for line in content.splitlines()):
                return blob.name
    return None


def _is_escaped(event_id: str) -> bool:
    """True if two writers of JSON may write it differently."""
    return (
        not event_id.isascii()
        or any(character in event_id for character in '"\\/<>&\x7f')
        or not event_id.isprintable()
    )


def _names(line: bytes, event_id: str, window_end: datetime) -> bool:
    try:
        row = msgspec.json.decode(line, type=_Row)
    except (ValueError, RecursionError):
        return False
    return row.WindowEnd == window_end and event_id in row.ids


async def find_judged(event_id: str, store_id: StoreKey | None, window_end: datetime) -> list[JudgedIn]:
    """The blobs of verdicts of a store's window that name an event.

    Raises TooMuchToReadError if none of the first MOST_VERDICT_BYTES does, and there are more.
    """
    container = await warehouse(names.FRAUD_EVENTS)
    judged: list[JudgedIn] = []
    named, left = b'{"event_id":' + msgspec.json.encode(event_id), MOST_VERDICT_BYTES
    prefix = f"{time_path(window_end)}/window-{store_label(store_id)}-"
    async for blob in container.list_blobs(name_starts_with=prefix):
        left -= blob.size
        if left < 0:
            if not judged:
                raise TooMuchToReadError
            break
        if not await if_there(_has_line(container, blob.name, named)):
            continue
        verdicts = await verdicts_in(f"{names.FRAUD_EVENTS}/{blob.name}")
        if ours := tuple(verdict for verdict in verdicts if verdict.event_id == event_id):
            judged.append(JudgedIn(name_in(blob.name), blob.name, ours))
    return judged


async def _has_line(container: ContainerClient, path: str, begin: bytes) -> bool:
    async for line in lines_of(read_chunks(container, path)):
        if line.startswith(begin):
            return True
    return False


async def find_judged_by_place(partition: str, sequence_number: int, window_end: datetime) -> list[JudgedIn]:
    """The blobs of verdicts on the events at a place of the hub, which no window can name."""
    judged: list[JudgedIn] = []
    for path in verdicts_of_place(partition, sequence_number, window_end):
        verdicts = await verdicts_in(f"{names.FRAUD_EVENTS}/{path}")
        places = ((verdict, parse_place(verdict.event_id)) for verdict in verdicts)
        ours = tuple(
            verdict
            for verdict, at in places
            if at and (at.partition, at.sequence_number) == (partition, sequence_number)
        )
        if ours:
            judged.append(JudgedIn(name_in(path), path, ours))
    return judged


async def find_swept(event_id: str, event: dict[str, Any], window_end: datetime) -> list[JudgedIn]:
    """The cases that sweeps have made of a content, the earliest window first: of its arrival in a window, for which
    there is one name, and of others, when it was sent again; of these the cases tell, _CASES under an id."""
    named = (case.path for case in (await cases_naming([event_id], SWEPT))[:_CASES])
    own = sweep_path(case_name(Window(window_end - WINDOW, window_end), content_digest(canonical(event))), window_end)
    return await _of_content(event_id, event, {own, *named})


async def find_judged_again(event_id: str, event: dict[str, Any], window_end: datetime) -> list[JudgedIn]:
    """The cases of other windows than that of the first arrival, in which a content was judged when it was sent again:
    of _CASES that name its id among their worst."""
    cases = await cases_naming([event_id], _OF_WINDOWS)
    others = {case.path for case in cases if case.window_end != window_end}
    return await _of_content(event_id, event, sorted(others)[:_CASES])


async def _of_content(event_id: str, event: dict[str, Any], paths: Iterable[str]) -> list[JudgedIn]:
    content = content_digest(canonical(event))
    judged: list[JudgedIn] = []
    for path in sorted(paths):
        verdicts = await verdicts_in(f"{names.FRAUD_EVENTS}/{path}")
        ours = (verdict for verdict in verdicts if verdict.event_id == event_id)
        if of_content := tuple(verdict for verdict in ours if verdict.content == content):
            judged.append(JudgedIn(name_in(path), path, of_content))
    return judged


class AlertOnCase(msgspec.Struct, frozen=True):
    """The path of an alert; if there was somebody to tell, None if that cannot be read; if it waits for a digest."""

    path: str
    had_receiver: bool | None
    waits: bool


async def find_alert(case_id: str, window_end: datetime) -> AlertOnCase | None:
    """The first alert on a case; None if there is not any."""
    path = alert_path(window_end, case_id)
    reports = await warehouse(names.REPORTS)
    try:
        properties = await reports.get_blob_client(path).get_blob_properties()
    except ResourceNotFoundError:
        return None
    waits = properties.metadata == WAITS
    try:
        alert = msgspec.json.decode(await read_if_there(reports, path) or b"", type=KeptAlert)
    except (ValueError, RecursionError):
        return AlertOnCase(path, None, waits)  # the reconciliation names it
    return AlertOnCase(path, alert.had_receiver, waits)
