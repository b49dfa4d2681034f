"""Events in quarantine, whose records somebody may have deleted or altered."""

import msgspec

from fraud.quarantine import QuarantinedEvent
from fraud.windows import is_in_calendar
from services import names
from services.blobs import read_if_there, warehouse

_record = msgspec.json.Decoder(QuarantinedEvent)


async def read_quarantined(path: str) -> tuple[QuarantinedEvent, bytes] | None:
    """The record at a path, and its body; None if it is gone, in the archive tier, or cannot be read."""
    if (data := await read_if_there(await warehouse(names.QUARANTINE), path)) is None:
        return None
    try:
        record = _record.decode(data)
        body = record.body
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None
    return (record, body) if is_in_calendar(record.enqueued_time) else None
