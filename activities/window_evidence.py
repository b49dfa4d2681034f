"""The evidence of a slice of a window, in parts beside its verdicts: each is written once, and never changed.

A part that somebody has damaged stays where it is and counts for nothing: its bytes go to quarantine with the reason,
and what it said is looked up anew. The reconciliation names the verdicts that rest on it.
"""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import ContentSettings

from activities.quarantine import quarantine
from fraud.analysis import Chunk
from fraud.evidence import DamagedEvidenceError, EvidencePart, Snapshot, packed, unpacked
from fraud.quarantine import QuarantinedEvidence, raw
from fraud.verdicts import evidence_folder, verdicts_path
from services import names
from services.blobs import read_blob, warehouse

_GZIP = "application/gzip"


def evidence_path(chunk: Chunk, number: int) -> str:
    """The blob of a part: `evidence/{time}/{window}/{first id}-{ids}-{number}.json.gz`, in `fraud-events`.

    The name of the blob begins with that of a re-analysis if that has looked everything up anew.
    """
    folder = evidence_folder(verdicts_path(chunk.task.name, chunk.task.window_end))
    of_reanalysis = f"{chunk.task.evidence}-" if chunk.task.evidence else ""
    return f"{folder}{of_reanalysis}{chunk.first:05}-{chunk.count:05}-{number:03}.json.gz"


async def read_evidence(chunk: Chunk) -> Snapshot:
    """All parts that were written for a chunk."""
    snapshot = Snapshot()
    await read_more(chunk, snapshot)
    return snapshot


async def read_more(chunk: Chunk, snapshot: Snapshot) -> None:
    """Read the parts that were written since the snapshot was read."""
    container = await warehouse(names.FRAUD_EVENTS)
    while True:
        path = evidence_path(chunk, snapshot.next_number)
        try:
            data = await read_blob(container, path)
        except ResourceNotFoundError:
            return
        try:
            snapshot.add(unpacked(data))
        except DamagedEvidenceError as problem:
            await quarantine(QuarantinedEvidence(reason=str(problem), raw_base64=raw(data), blob=path))
            snapshot.damaged += 1


async def add_evidence(chunk: Chunk, snapshot: Snapshot, part: EvidencePart) -> bool:
    """Write the next part; False if another judging of the chunk has written it meanwhile, which is read then."""
    container = await warehouse(names.FRAUD_EVENTS)
    data, path = packed(part), evidence_path(chunk, snapshot.next_number)
    content = ContentSettings(content_type=_GZIP)
    try:
        await container.upload_blob(path, data, length=len(data), overwrite=False, content_settings=content)
    except ResourceExistsError:
        await read_more(chunk, snapshot)
        return False
    snapshot.add(part)
    return True
