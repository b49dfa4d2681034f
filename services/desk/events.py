"""All contents that have arrived under an id, in any store, archived or in quarantine."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK's documents are untyped.

from typing import Any

import msgspec

from fraud.archive import ARCHIVE_FIELD, original_event
from fraud.desk.rows import EventContent, EventDetails, HubPlace
from fraud.readable import readable_events
from services import cosmos
from services.concurrency import LARGE, beside, both, together
from services.desk.quarantine import place_of
from services.quarantined import read_quarantined

_CONTENTS = tuple(
    f"SELECT TOP {cosmos.MAX_CONTENTS} * FROM c WHERE {condition}"
    for condition in ("c.id = @id", f"c.{ARCHIVE_FIELD}.event_id = @id")
)
"""The first content under an id, and further ones. One query with OR costs what a scan of all costs."""
_READS = 8


async def event_details(event_id: str) -> EventDetails:
    """The contents under an id; none for one that never arrived. At most 1,000 archived ones are looked at."""
    (first, further), pointers = await both(
        together(_asked(query, event_id) for query in _CONTENTS), cosmos.find_quarantined([event_id])
    )
    documents = [*first, *further]
    blobs = pointers.get(event_id, {})
    quarantined = await together((_quarantined(path, event_id) for path in sorted(blobs.values())), at_once=_READS)
    return EventDetails(
        id=event_id,
        contents=(*map(_archived, documents), *(content for content in quarantined if content is not None)),
        complete=len(documents) < cosmos.MAX_CONTENTS,
    )


async def _asked(query: str, event_id: str) -> list[dict[str, Any]]:
    archive = await cosmos.events()
    parameters: list[dict[str, object]] = [{"name": "@id", "value": event_id}]
    return [document async for document in archive.query_items(query, parameters=parameters)]


def _archived(document: dict[str, Any]) -> EventContent:
    event, run_id = original_event(document)
    try:
        place = msgspec.convert(document.get(ARCHIVE_FIELD), HubPlace)
    except msgspec.ValidationError:
        place = None  # somebody else wrote the document
    store: object = event.get("store_id")
    return EventContent(
        source="archive",
        event=event,
        store_id=store if isinstance(store, int | str) else None,
        run_id=run_id,
        place=place,
        document_id=document["id"],
    )


async def _quarantined(path: str, event_id: str) -> EventContent | None:
    if (read := await read_quarantined(path)) is None:
        return None
    record, body = read
    events = await beside(len(body) > LARGE, readable_events, body)
    named = next((event for event in events if event.get("id") == event_id), None)
    store: object = named.get("store_id") if named else None
    return EventContent(
        source="quarantine",
        event=named,
        store_id=store if isinstance(store, int | str) and not isinstance(store, bool) else None,
        place=place_of(record),
        reason=record.reason,
        quarantine_path=path,
    )
