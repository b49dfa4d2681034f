"""Judge a slice of a suspicious window: look its events up in the archive and ask the rules."""

from collections import Counter
from typing import Any

import msgspec

from activities.window_ids import read_ids
from fraud.analysis import Chunk, ChunkResult
from fraud.archive import original_event
from fraud.events import store_key
from fraud.judging import judged, unresolved
from fraud.verdicts import Reason, Verdict, to_ndjson
from services import blobs, cosmos


async def judge_events(chunk: Chunk) -> ChunkResult:
    """Judge one chunk and write its verdicts, one for each id, to the chunk's work blob.

    An id whose event is not in the archive gets the verdict `unresolved`; judging the chunk again replaces it.
    Raises what Cosmos or the blob service raised.
    """
    task = chunk.task
    ids = (await read_ids(task))[chunk.first : chunk.first + chunk.count]
    archived = {document["id"]: document for document in await cosmos.find_events(ids, store_key(task.store_id))}
    verdicts = [_verdict(chunk, event_id, archived.get(event_id)) for event_id in ids]
    await blobs.write_blob(await blobs.work(), chunk.path, to_ndjson(verdicts), blobs.NDJSON)
    return ChunkResult(number=chunk.number, bands=dict(Counter(verdict.band for verdict in verdicts)))


def _verdict(chunk: Chunk, event_id: str, document: dict[str, Any] | None) -> Verdict:
    task = chunk.task
    if document is None:
        return unresolved(event_id, task.store_id, task.window)
    event, run_id = original_event(document)
    try:
        return judged(event, task.store_id, task.window, run_id)
    except msgspec.ValidationError as problem:
        # Written by someone else than the archiver. One such document must not hold up a whole window.
        return unresolved(event_id, task.store_id, task.window, Reason("NOT_A_STORE_EVENT", 0, str(problem)))
