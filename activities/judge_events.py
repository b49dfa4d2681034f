"""Judge a slice of a suspicious window: look its events up in the archive and ask the rules."""

import hashlib
from collections import Counter

from azure.core.exceptions import ResourceNotFoundError

from activities.find_contents import find_contents
from activities.window_ids import read_ids
from fraud.analysis import Chunk, ChunkResult
from fraud.judging import verdicts_on
from fraud.verdicts import Verdict, from_ndjson, to_ndjson
from services import blobs


async def judge_events(chunk: Chunk) -> ChunkResult:
    """Judge one chunk and write its verdicts, in the order of the ids, to the chunk's work blob.

    An id of which nothing flagged is archived or in quarantine gets the verdict `unresolved`; the next look-up asks for
    those ids only.
    Judging a chunk again replaces its verdicts. Raises what Cosmos or the blob service raised.
    """
    task = chunk.task
    ids = (await read_ids(task))[chunk.first : chunk.first + chunk.count]
    by_id = await _found_before(chunk)
    missing = [event_id for event_id in ids if event_id not in by_id]
    for event_id, contents in (await find_contents(missing, task.store_id)).items():
        by_id[event_id] = verdicts_on(event_id, contents, task.store_id, task.window)
    verdicts = [verdict for event_id in ids for verdict in by_id[event_id]]
    lines = to_ndjson(verdicts)
    await blobs.write_blob(await blobs.work(), chunk.path, lines, blobs.NDJSON)
    return ChunkResult(
        number=chunk.number,
        bands=dict(Counter(verdict.band for verdict in verdicts)),
        lookup=chunk.lookup,
        digest=hashlib.sha256(lines).hexdigest()[:32],
    )


async def _found_before(chunk: Chunk) -> dict[str, list[Verdict]]:
    """The verdicts on the ids that the look-up before this one has found."""
    by_id: dict[str, list[Verdict]] = {}
    if chunk.lookup < 2:
        return by_id
    try:
        lines = await blobs.read_blob(await blobs.work(), chunk.at(chunk.lookup - 1).path)
    except ResourceNotFoundError:
        return by_id  # the work was cleared, and the analysis was started again
    for verdict in from_ndjson(lines):
        if verdict.band != "unresolved":
            by_id.setdefault(verdict.event_id, []).append(verdict)
    return by_id
