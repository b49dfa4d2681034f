"""Events in quarantine, whose records somebody may have deleted or altered."""

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from fraud.quarantine import QuarantinedEvent
from services import names
from services.blobs import read_blob, warehouse

_record = msgspec.json.Decoder(QuarantinedEvent)


async def read_quarantined(path: str) -> tuple[QuarantinedEvent, bytes] | None:
    """The record at a path, and its body; None if it is gone or cannot be read."""
    try:
        record = _record.decode(await read_blob(await warehouse(names.QUARANTINE), path))
        body = record.body
    except (ResourceNotFoundError, ValueError):  # msgspec's errors are ValueErrors
        return None
    return record, body
