"""The evidence of a slice of a window, in parts beside its verdicts."""

from activities.evidence_parts import add_part, read_parts
from fraud.analysis import Chunk
from fraud.evidence import EvidencePart, Snapshot
from fraud.verdicts import evidence_folder, verdicts_path


def beginning_of(chunk: Chunk) -> str:
    """The beginning of the paths of a chunk's parts in `fraud-events`: `evidence/{time}/{window}/{first id}-{ids}`.

    The name of a blob begins with that of a re-analysis if that has looked everything up anew.
    """
    folder = evidence_folder(verdicts_path(chunk.task.name, chunk.task.window_end))
    of_reanalysis = f"{chunk.task.evidence}-" if chunk.task.evidence else ""
    return f"{folder}{of_reanalysis}{chunk.first:05}-{chunk.count:05}"


async def read_evidence(chunk: Chunk) -> Snapshot:
    """All parts that were written for a chunk."""
    return await read_parts(beginning_of(chunk))


class ChunkEvidence:
    """The evidence of a chunk as far as this judging has read or written it, however many portions it judges."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        # A window that is judged for the first time has no evidence; if it has, writing the first part fails.
        self._snapshot = Snapshot() if chunk.is_first else None

    async def snapshot(self) -> Snapshot:
        """The parts that are there. Raises what the blob service raised."""
        if self._snapshot is None:
            self._snapshot = await read_evidence(self._chunk)
        return self._snapshot

    async def add(self, part: EvidencePart) -> None:
        """Write the next part, or read the one that another judging of the chunk has written meanwhile."""
        await add_part(beginning_of(self._chunk), await self.snapshot(), part)
