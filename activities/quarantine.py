"""Keep what cannot be processed, with its reason."""

import logging

import msgspec

from fraud.quarantine import MAX_REASON, QuarantinedEvent, QuarantinedEvidence, QuarantinedWindow
from services import names
from services.blobs import warehouse, write_blob

_log = logging.getLogger(__name__)


async def quarantine(record: QuarantinedEvent | QuarantinedEvidence | QuarantinedWindow) -> None:
    """Write a record to the container `quarantine`, at a path computed from its origin. Its reason may be cut."""
    kept = msgspec.structs.replace(record, reason=record.reason[:MAX_REASON])
    await write_blob(await warehouse(names.QUARANTINE), record.path, msgspec.json.encode(kept))
    _log.warning("quarantined %s: %.500s", record.path, record.reason)
