"""Archived events that are alike in a value, the latest first: everything else of a customer, a sku or a store."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from fraud.archive import ARCHIVE_FIELD, arrival_of, original_event
from fraud.desk.paging import Page, place_in, token_of
from fraud.desk.problems import bad_request
from fraud.desk.queries import EventQuery
from fraud.desk.rows import EventRow
from fraud.events import StoreEvent
from fraud.suspicion import is_suspicious
from services import cosmos
from services.cosmos_lists import listed
from services.desk.case_queries import store_of
from services.portions import BytesTaken, TooLargeError, bytes_of
from services.watching import azure_time

SPAN = timedelta(hours=24)
_TIME = f"c.{ARCHIVE_FIELD}.enqueued_time"
_ARRIVALS = f"SELECT c.id, c.{ARCHIVE_FIELD} FROM c WHERE c.id IN ({{}})"
_WHOLE = "*"
OWN = ", ".join(f"c.{name}" for name in (*StoreEvent.__struct_fields__, ARCHIVE_FIELD))
"""The fields of a store's event alone: what pages show. A producer may send a megabyte of others with each."""
MAX_BYTES = 2 * 1024 * 1024
"""Of the events of a page: one of fifty whole events of 1 MB would keep the host busy for seconds."""
_MOST_OF_A_MOMENT = 1_000
"""A page takes all events of its last moment, at most so many: the next page begins with an earlier moment."""


class _Place(msgspec.Struct, frozen=True):
    """The moment of the last events of a page, as the archive writes it."""

    moment: str


async def latest_events(asked: EventQuery) -> tuple[EventRow, ...]:
    """The latest events of a question, `limit` at most, with their OWN fields; of the last moment perhaps not all.

    Raises as `list_events`.
    """
    documents, _ = await _read(asked, OWN, *_span(asked, await _end(asked)), None, asked.limit)
    return tuple(map(_row, documents))


async def list_events(asked: EventQuery, fields: str = _WHOLE) -> Page[EventRow]:
    """A page of events; of large ones it has less than `limit`.

    Raises ProblemError for a bad token, or if no value that has an index is named.
    """
    since, until = _span(asked, await _end(asked))
    before = place_in(asked.token, _Place).moment if asked.token else None
    documents, is_cut = await _read(asked, fields, since, until, before, asked.limit + 1)
    if len(documents) <= asked.limit and not is_cut:
        return Page(tuple(map(_row, documents)))
    # Events of one moment have no order: those of the last one come whole, or on the next page.
    last = _moment(documents[-1])
    shown = [document for document in documents if _moment(document) != last]
    if not shown:
        shown, _ = await _read(asked, fields, last, last, None, _MOST_OF_A_MOMENT, whole=True)
    return Page(tuple(map(_row, shown)), token_of(_Place(_moment(shown[-1]))))


async def arrivals_of(event_ids: Sequence[str]) -> dict[str, datetime]:
    """The times at which the first contents under some ids arrived, by id; of those that are archived."""
    if not event_ids:
        return {}
    ids = listed(event_ids, "i")
    documents = (await cosmos.events()).query_items(_ARRIVALS.format(ids.names), parameters=ids.parameters)
    return {document["id"]: arrived async for document in documents if (arrived := arrival_of(document)) is not None}


async def _end(asked: EventQuery) -> datetime:
    if asked.store is None and asked.customer is None and asked.sku is None:
        raise bad_request("customer", "name a store, a customer or a sku; a gateway only beside one of them")
    return asked.end or await azure_time()


def _span(asked: EventQuery, end: datetime) -> tuple[str, str]:
    return _text(asked.start or end - SPAN), _text(end)


async def _read(  # noqa: PLR0917 - a question, what of the answer, from when to when, and how much
    asked: EventQuery,
    fields: str,
    since: str,
    until: str,
    before: str | None,
    most: int,
    *,
    whole: bool = False,
) -> tuple[list[dict[str, Any]], bool]:
    """The documents, and if they were cut behind the one with which they go beyond MAX_BYTES."""
    conditions = {
        "c.store_id": store_of(asked.store) if asked.store else None,
        "c.cust_id": asked.customer,
        "c.sku": asked.sku,
        "c.store_ip": asked.gateway,
    }
    named = {field: value for field, value in conditions.items() if value is not None}
    texts = [f"{field} = @v{number}" for number, field in enumerate(named)]
    texts += [f"{_TIME} >= @since", f"{_TIME} <= @until", *([f"{_TIME} < @before"] if before else [])]
    values: dict[str, object] = {"@most": most, "@since": since, "@until": until}
    values |= {f"@v{number}": value for number, value in enumerate(named.values())}
    if before:
        values["@before"] = before
    query = f"SELECT TOP @most {fields} FROM c WHERE {' AND '.join(texts)} ORDER BY {_TIME} DESC"
    parameters = [{"name": name, "value": value} for name, value in values.items()]
    archive = await cosmos.events()
    documents: list[dict[str, Any]] = []
    taken = BytesTaken(None if whole else MAX_BYTES)
    async for document in archive.query_items(query, parameters=parameters):
        documents.append(document)
        try:
            taken.add(bytes_of(document))
        except TooLargeError:
            return documents, True
    return documents, False


def _moment(document: dict[str, Any]) -> str:
    return document[ARCHIVE_FIELD]["enqueued_time"]


def _row(document: dict[str, Any]) -> EventRow:
    event, _ = original_event(document)
    return EventRow(
        id=str(event.get("id")),
        arrived=arrival_of(document) or datetime.fromtimestamp(0, UTC),
        flagged=is_suspicious(event.get("event_type"), event.get("discount"), event.get("priority_shipping")),
        event=event,
    )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
