"""Judge a slice of a suspicious window: look its events up in the archive and ask the rules."""

from collections import Counter

from activities.window_ids import read_ids
from fraud.analysis import Chunk, ChunkResult
from fraud.events import store_key
from fraud.judging import verdict_on
from fraud.verdicts import to_ndjson
from services import blobs, cosmos


async def judge_events(chunk: Chunk) -> ChunkResult:
    """Judge one chunk and write its verdicts, one for each id, to the chunk's work blob.

    An id whose event is not in the archive gets the verdict `unresolved`; judging the chunk again replaces it.
    Raises what Cosmos or the blob service raised.
    """
    task = chunk.task
    ids = (await read_ids(task))[chunk.first : chunk.first + chunk.count]
    archived = await cosmos.find_events(ids, store_key(task.store_id))
    verdicts = [verdict_on(event_id, archived.get(event_id, []), task.store_id, task.window) for event_id in ids]
    await blobs.write_blob(await blobs.work(), chunk.path, to_ndjson(verdicts), blobs.NDJSON)
    return ChunkResult(number=chunk.number, bands=dict(Counter(verdict.band for verdict in verdicts)))
