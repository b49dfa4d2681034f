"""Evidence in parts beside verdicts: `{beginning}-{number}.json.gz`, each written once and never changed.

If somebody has damaged a part or moved it to the archive tier, it stays where it is and is ignored. Its bytes, if they
can be read, go to quarantine with the reason, and the facts in it are looked up anew. The reconciliation names the
verdicts that rest on it.
"""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import logging

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from activities.quarantine import quarantine
from fraud.evidence import DamagedEvidenceError, EvidencePart, Snapshot, packed, unpacked
from fraud.quarantine import QuarantinedEvidence, raw
from services import names
from services.blobs import create_blob, is_unreadable, read_blob, warehouse
from services.concurrency import beside

_GZIP = "application/gzip"

_log = logging.getLogger(__name__)
_MANY = 100
"""Events of a part from which it is packed on a thread: those of 500 take 15 ms, most of them without Python's lock."""


async def read_parts(beginning: str) -> Snapshot:
    """All parts in `fraud-events` whose paths begin with this prefix. Raises what the blob service raised."""
    snapshot = Snapshot()
    await _read_more(beginning, snapshot)
    return snapshot


async def add_part(beginning: str, snapshot: Snapshot, part: EvidencePart) -> bool:
    """Write the next part; False if another judging has written it meanwhile: then that one is read."""
    container = await warehouse(names.FRAUD_EVENTS)
    data, path = await beside(len(part.entries) >= _MANY, packed, part), _path(beginning, snapshot)
    if not await create_blob(container, path, data, _GZIP):
        await _read_more(beginning, snapshot)
        return False
    snapshot.add(part)
    return True


async def _read_more(beginning: str, snapshot: Snapshot) -> None:
    """Read the parts that were written since the snapshot was read."""
    container = await warehouse(names.FRAUD_EVENTS)
    while True:
        path = _path(beginning, snapshot)
        try:
            data = await read_blob(container, path)
        except ResourceNotFoundError:
            return
        except HttpResponseError as error:
            if not is_unreadable(error):
                raise
            _log.error("%s/%s is left out: %s", names.FRAUD_EVENTS, path, error)
            snapshot.damaged += 1
            continue
        try:
            snapshot.add(unpacked(data))
        except DamagedEvidenceError as problem:
            await quarantine(QuarantinedEvidence(reason=str(problem), raw_base64=raw(data), blob=path))
            snapshot.damaged += 1


def _path(beginning: str, snapshot: Snapshot) -> str:
    return f"{beginning}-{snapshot.next_number:03}.json.gz"
