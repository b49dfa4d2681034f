"""All contents that have arrived under an id, in any store, archived or in quarantine."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK's documents are untyped.

from contextlib import suppress
from typing import Any

import msgspec

from fraud.archive import ARCHIVE_FIELD, arrival_of, original_event
from fraud.desk.rows import EventContent, EventDetails, HubPlace
from fraud.readable import readable_events
from services import cosmos
from services.concurrency import LARGE, beside, both, together
from services.desk.quarantine import place_of
from services.further_contents import FIRST, FURTHER, contents_under
from services.quarantined import read_quarantined

MAX_BYTES = 2 * 1024 * 1024
"""Of the first contents under an id, in all stores, and of the further ones, that are looked at. A producer may send a
thousand of 1 MB, which are up to 40 GB as values of Python."""
_READS = 8


async def event_details(event_id: str) -> EventDetails:
    """The contents under an id; none for one that never arrived.

    Of the archived ones 1,000 and MAX_BYTES are looked at, where there are more the flagged ones first.
    """
    archive = await cosmos.events()
    asked = (contents_under(archive, event_id, where, cosmos.MAX_CONTENTS, MAX_BYTES) for where in (FIRST, FURTHER))
    (first, further), pointers = await both(together(asked), cosmos.find_quarantined([event_id]))
    documents = [*first.documents, *further.documents]
    blobs = pointers.get(event_id, {})
    quarantined = await together((_quarantined(path, event_id) for path in sorted(blobs.values())), at_once=_READS)
    return EventDetails(
        id=event_id,
        contents=(*map(_archived, documents), *(content for content in quarantined if content is not None)),
        complete=first.whole and further.whole,
    )


def _archived(document: dict[str, Any]) -> EventContent:
    event, run_id = original_event(document)
    place = None  # somebody else wrote the document
    with suppress(msgspec.ValidationError):
        place = msgspec.convert(document.get(ARCHIVE_FIELD), HubPlace) if arrival_of(document) else None
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
