"""The evidence of a slice of a window, in parts beside its verdicts: each is written once, and never changed."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import ContentSettings

from fraud.analysis import Chunk
from fraud.evidence import EvidencePart, Snapshot, packed, unpacked
from fraud.verdicts import evidence_folder, verdicts_path
from services import names
from services.blobs import read_blob, warehouse

_GZIP = "application/gzip"


def evidence_path(chunk: Chunk, number: int) -> str:
    """The blob of a part: `evidence/{time}/{window}/{first id}-{ids}-{number}.json.gz`, in `fraud-events`."""
    folder = evidence_folder(verdicts_path(chunk.task.name, chunk.task.window_end))
    return f"{folder}{chunk.first:05}-{chunk.count:05}-{number:03}.json.gz"


async def read_evidence(chunk: Chunk) -> Snapshot:
    """All parts that were written for a chunk."""
    snapshot = Snapshot()
    await read_more(chunk, snapshot)
    return snapshot


async def read_more(chunk: Chunk, snapshot: Snapshot) -> None:
    """Read the parts that were written since the snapshot was read."""
    container = await warehouse(names.FRAUD_EVENTS)
    while True:
        try:
            data = await read_blob(container, evidence_path(chunk, len(snapshot.parts)))
        except ResourceNotFoundError:
            return
        snapshot.add(unpacked(data))


async def add_evidence(chunk: Chunk, snapshot: Snapshot, part: EvidencePart) -> bool:
    """Write the next part; False if another judging of the chunk has written it meanwhile, which is read then."""
    container = await warehouse(names.FRAUD_EVENTS)
    data = packed(part)
    content = ContentSettings(content_type=_GZIP)
    try:
        await container.upload_blob(
            evidence_path(chunk, len(snapshot.parts)), data, length=len(data), overwrite=False, content_settings=content
        )
    except ResourceExistsError:
        await read_more(chunk, snapshot)
        return False
    snapshot.add(part)
    return True
