"""The records in quarantine, for people."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK passes its options on as untyped keyword arguments.

from base64 import b64decode
from datetime import UTC
from typing import Any

import msgspec
from azure.core.exceptions import HttpResponseError
from azure.storage.blob.aio import ContainerClient

from fraud.desk.paging import Page, place_in, token_of
from fraud.desk.problems import bad_request, not_found
from fraud.desk.queries import QuarantineQuery
from fraud.desk.rows import HubPlace, QuarantineRow
from fraud.quarantine import QuarantinedEvent, QuarantinedWindow
from services import names
from services.blobs import read_if_there, warehouse
from services.concurrency import together
from services.desk.blob_paths import PathRange, last_folders
from services.desk.bodies import MAX_SHOWN, shown

_ROOTS = {"events": "store-events/", "windows": "suspicious-windows/"}
_LEVELS = {"events": 4, "windows": 0}
"""Folders of a year, month, day and hour; messages lie in one."""
_READS = 8
_PREVIEW = 2_000
_ALTERED = "this record was altered, and cannot be read"
_event = msgspec.json.Decoder(QuarantinedEvent)
_window = msgspec.json.Decoder(QuarantinedWindow)


class _Place(msgspec.Struct, frozen=True):
    """The folder of the next record, and the service's mark of where its listing goes on; empty at its beginning."""

    folder: str
    mark: str = ""


async def list_quarantine(asked: QuarantineQuery) -> Page[QuarantineRow]:
    """A page of records with the beginning of each body, the newest hour first, and within an hour by their paths.

    A producer may fill an hour with any number of records, so no more are listed than are shown. Raises ProblemError
    for a bad token.
    """
    if asked.kind == "windows":
        for field, value in (("from", asked.start), ("to", asked.end), ("partition", asked.partition)):
            if value:
                raise bad_request(field, "messages that are not windows lie neither under a time nor in a partition")
    listed, following = await _paths(asked, place_in(asked.token, _Place) if asked.token else None)
    records = await together((_read(path) for path in listed), at_once=_READS)
    rows = tuple(_row(path, data, _PREVIEW) for path, data in zip(listed, records, strict=True) if data is not None)
    return Page(rows, token_of(following) if following else None)


async def _paths(asked: QuarantineQuery, place: _Place | None) -> tuple[list[str], _Place | None]:
    """The paths of a page, and the place of the next one."""
    container = await warehouse(names.QUARANTINE)
    root = _ROOTS[asked.kind]
    ends = [asked.end.astimezone(UTC).strftime("%Y/%m/%d/%H")] if asked.end else []
    ends += [place.folder.removeprefix(root).rstrip("/")] if place else []
    first = asked.start.astimezone(UTC).strftime("%Y/%m/%d/%H") if asked.start else ""
    names_of = f"p{asked.partition}-" if asked.partition else ""
    paths: list[str] = []
    async for folder in last_folders(container, PathRange(root, first, min(ends, default="")), _LEVELS[asked.kind]):
        if len(paths) == asked.limit:
            return paths, _Place(folder)
        mark = place.mark if place and place.folder == folder else ""
        while True:
            in_folder, mark = await _listed(container, folder + names_of, mark, asked.limit - len(paths))
            paths += in_folder
            if not mark:
                break
            if len(paths) == asked.limit:
                return paths, _Place(folder, mark)
    return paths, None


async def _listed(container: ContainerClient, begin: str, mark: str, most: int) -> tuple[list[str], str]:
    """The next names with a beginning, and the mark behind them; empty at the end."""
    pages: Any = container.list_blob_names(name_starts_with=begin, results_per_page=most).by_page(mark or None)
    listed: list[str] = []
    try:
        async for page in pages:
            listed = [name async for name in page]
            break
    except HttpResponseError as error:
        if mark and error.status_code == 400:
            raise bad_request("token", "token is not the `next` of a page of this list: begin without one") from error
        raise
    return listed, pages.continuation_token or ""


async def quarantine_record(path: str) -> QuarantineRow:
    """A record with its body, as text and in hexadecimal digits. Raises ProblemError (404)."""
    data = await _read(path) if path.startswith(tuple(_ROOTS.values())) else None
    if data is None:
        raise not_found("record of quarantine", path)
    return _row(path, data, None)


async def _read(path: str) -> bytes | None:
    return await read_if_there(await warehouse(names.QUARANTINE), path)


def _row(path: str, data: bytes, preview: int | None) -> QuarantineRow:
    try:
        record = (_event if path.startswith(_ROOTS["events"]) else _window).decode(data)
        body = b64decode(record.raw_base64, validate=True)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        text, is_cut = shown(data, preview or MAX_SHOWN)
        return QuarantineRow(path=path, reason=_ALTERED, size=len(data), body=text, is_cut=is_cut)
    text, is_cut = shown(body, preview or MAX_SHOWN)
    in_hub = isinstance(record, QuarantinedEvent)
    return QuarantineRow(
        path=path,
        reason=record.reason,
        size=len(body),
        body=text,
        is_cut=is_cut,
        enqueued_time=record.enqueued_time,
        place=place_of(record) if in_hub else None,
        message_id=None if in_hub else record.message_id,
        hex=None if preview else body[:MAX_SHOWN].hex(),
    )


def place_of(record: QuarantinedEvent) -> HubPlace:
    """The place in the hub of an event in quarantine."""
    return HubPlace(record.partition, record.sequence_number, record.offset, record.enqueued_time)
