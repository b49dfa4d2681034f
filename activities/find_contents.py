"""Find all contents under the ids of a window: those that are archived, and the flagged ones in quarantine."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from fraud.events import StoreKey, store_key
from fraud.judging import Content, archived_contents, flagged_contents, quarantined_contents
from fraud.nesting import has_many_values
from fraud.quarantine import QuarantinedEvent
from services import cosmos, names
from services.blobs import read_blob, warehouse
from services.concurrency import LARGE, beside, both, together

_READS = 8
_record = msgspec.json.Decoder(QuarantinedEvent)


async def find_contents(ids: Sequence[str], store_id: StoreKey | None) -> dict[str, list[Content]]:
    """The contents of a store under each id. Raises what Cosmos or the blob service raised."""
    documents, pointers = await both(
        cosmos.find_events(ids, store_key(store_id), in_part=True), cosmos.find_quarantined(ids)
    )
    paths = sorted({path for blobs in pointers.values() for path in blobs.values()})
    asked = frozenset(pointers)
    flagged = dict(zip(paths, await together((_flagged(path, asked) for path in paths), at_once=_READS), strict=True))
    contents_of: dict[str, list[Content]] = {}
    for event_id in ids:
        of_id = [content for path in pointers.get(event_id, {}).values() for content in flagged[path]]
        archived = documents.get(event_id, [])
        contents_of[event_id] = [
            *await beside(has_many_values(archived), _archived, archived, store_id),
            *quarantined_contents(event_id, of_id, store_id),
        ]
    return contents_of


def _archived(documents: Sequence[dict[str, Any]], store_id: StoreKey | None) -> list[Content]:
    return _with_forms(archived_contents(documents, store_id))


async def _flagged(path: str, ids: Collection[str]) -> list[Content]:
    """The flagged contents of some ids in a quarantine blob; none if somebody has deleted or altered it beyond reading.

    Nothing else of it is kept: a body may be large, and many ids may lead to it.
    """
    try:
        record = _record.decode(await read_blob(await warehouse(names.QUARANTINE), path))
        is_large = len(record.body) > LARGE
    except (ResourceNotFoundError, msgspec.MsgspecError, ValueError):
        return []
    return await beside(is_large, _flagged_of, record, ids)


def _flagged_of(record: QuarantinedEvent, ids: Collection[str]) -> list[Content]:
    return _with_forms([content for content in flagged_contents(record) if _id_of(content) in ids])


def _id_of(content: Content) -> str:
    event_id: object = content.event.get("id")
    return event_id if isinstance(event_id, str) else ""


def _with_forms(contents: list[Content]) -> list[Content]:
    """The contents, whose forms are computed here, where nobody waits for it."""
    for content in contents:
        _ = content.form
    return contents
