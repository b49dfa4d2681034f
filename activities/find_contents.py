"""Find all contents under the ids of a window: those that are archived, and the flagged ones in quarantine."""

from base64 import b64decode
from collections.abc import Iterable, Sequence

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from fraud.events import StoreKey, store_key
from fraud.judging import Content, archived_contents, quarantined_contents
from fraud.quarantine import QuarantinedEvent
from services import cosmos, names
from services.blobs import read_blob, warehouse
from services.concurrency import both, together

_READS = 8
_record = msgspec.json.Decoder(QuarantinedEvent)


async def find_contents(ids: Sequence[str], store_id: StoreKey | None) -> dict[str, list[Content]]:
    """The contents of a store under each id. Raises what Cosmos or the blob service raised."""
    documents, pointers = await both(cosmos.find_events(ids, store_key(store_id)), cosmos.find_quarantined(ids))
    paths = sorted({path for blobs in pointers.values() for path in blobs.values()})
    records = dict(zip(paths, await together(map(_read, paths), at_once=_READS), strict=True))
    return {
        event_id: [
            *archived_contents(documents.get(event_id, []), store_id),
            *quarantined_contents(event_id, _present(map(records.get, pointers.get(event_id, {}).values())), store_id),
        ]
        for event_id in ids
    }


async def _read(path: str) -> QuarantinedEvent | None:
    """The record in a quarantine blob; None if somebody has deleted it, or altered it beyond reading."""
    try:
        record = _record.decode(await read_blob(await warehouse(names.QUARANTINE), path))
        b64decode(record.raw_base64, validate=True)
    except (ResourceNotFoundError, msgspec.MsgspecError, ValueError):
        return None
    else:
        return record


def _present(records: Iterable[QuarantinedEvent | None]) -> list[QuarantinedEvent]:
    return [record for record in records if record is not None]
