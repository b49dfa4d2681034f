"""The evidence of a slice of a window, in parts beside its verdicts."""

from activities.evidence_parts import add_part, read_parts
from fraud.analysis import Chunk
from fraud.evidence import EvidencePart, Snapshot
from fraud.verdicts import evidence_folder, verdicts_path


def evidence_path(chunk: Chunk, number: int) -> str:
    """The blob of a part: `evidence/{time}/{window}/{first id}-{ids}-{number}.json.gz`, in `fraud-events`.

    The name of the blob begins with that of a re-analysis if that has looked everything up anew.
    """
    return f"{_beginning(chunk)}-{number:03}.json.gz"


async def read_evidence(chunk: Chunk) -> Snapshot:
    """All parts that were written for a chunk."""
    return await read_parts(_beginning(chunk))


async def add_evidence(chunk: Chunk, snapshot: Snapshot, part: EvidencePart) -> bool:
    """Write the next part; False if another judging of the chunk has written it meanwhile, which is read then."""
    return await add_part(_beginning(chunk), snapshot, part)


def _beginning(chunk: Chunk) -> str:
    folder = evidence_folder(verdicts_path(chunk.task.name, chunk.task.window_end))
    of_reanalysis = f"{chunk.task.evidence}-" if chunk.task.evidence else ""
    return f"{folder}{of_reanalysis}{chunk.first:05}-{chunk.count:05}"
