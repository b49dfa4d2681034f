"""The records in quarantine, for people."""

from base64 import b64decode
from datetime import UTC

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from fraud.desk.paging import Page, place_in, token_of
from fraud.desk.problems import bad_request, not_found
from fraud.desk.queries import QuarantineQuery
from fraud.desk.rows import HubPlace, QuarantineRow
from fraud.quarantine import QuarantinedEvent, QuarantinedWindow
from services import names
from services.blobs import read_blob, warehouse
from services.concurrency import together
from services.desk.blob_paths import PathRange, last_paths
from services.desk.bodies import MAX_SHOWN, shown

_ROOTS = {"events": "store-events/", "windows": "suspicious-windows/"}
_READS = 8
_PREVIEW = 2_000
_ALTERED = "this record was altered, and cannot be read"
_event = msgspec.json.Decoder(QuarantinedEvent)
_window = msgspec.json.Decoder(QuarantinedWindow)


class _Place(msgspec.Struct, frozen=True):
    """The path of the last record of a page."""

    path: str


async def list_quarantine(asked: QuarantineQuery) -> Page[QuarantineRow]:
    """A page of records, the newest first, with the beginning of each body. Raises ProblemError for a bad token."""
    if asked.kind == "windows" and (asked.start or asked.end):
        raise bad_request("from" if asked.start else "to", "messages that are not windows do not lie under a time")
    place = place_in(asked.token, _Place) if asked.token else None
    paths = PathRange(
        _ROOTS[asked.kind],
        asked.start.astimezone(UTC).strftime("%Y/%m/%d/%H") if asked.start else "",
        asked.end.astimezone(UTC).strftime("%Y/%m/%d/%H") if asked.end else "",
        place.path if place else None,
    )
    listed = await last_paths(await warehouse(names.QUARANTINE), paths, asked.limit + 1)
    records = await together((_read(path) for path in listed[: asked.limit]), at_once=_READS)
    rows = tuple(_row(path, data, _PREVIEW) for path, data in zip(listed, records, strict=False) if data is not None)
    return Page(rows, token_of(_Place(listed[asked.limit - 1])) if len(listed) > asked.limit else None)


async def quarantine_record(path: str) -> QuarantineRow:
    """A record with its body, as text and in hexadecimal digits. Raises ProblemError (404)."""
    data = await _read(path) if path.startswith(tuple(_ROOTS.values())) else None
    if data is None:
        raise not_found("record of quarantine", path)
    return _row(path, data, None)


async def _read(path: str) -> bytes | None:
    try:
        return await read_blob(await warehouse(names.QUARANTINE), path)
    except ResourceNotFoundError:
        return None


def _row(path: str, data: bytes, preview: int | None) -> QuarantineRow:
    try:
        record = (_event if path.startswith(_ROOTS["events"]) else _window).decode(data)
        body = b64decode(record.raw_base64, validate=True)
    except ValueError:  # msgspec's errors are ValueErrors
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
