"""Keep the verdicts of a window: one blob in `fraud-events`, one case in Cosmos, amended as events are found."""

from activities.store_case import store_case
from fraud.analysis import WindowSummary, WindowTask
from fraud.verdicts import amended, case_of, from_ndjson, readable_verdicts, to_ndjson, verdicts_path
from services import blobs, names
from services.blob_revisions import Revision, create_revision, read_revision, replace_revision
from services.concurrency import together

_READS = 8
_ATTEMPTS = 10
"""Two analyses of one window, or an activity and its twin, may write its verdicts at the same time."""


class AmendedElsewhereError(Exception):
    """Others have changed the verdicts at every attempt."""


async def store_verdicts(task: WindowTask) -> WindowSummary:
    """Merge the chunks' verdicts in the order of the ids, write them and the case.

    Run twice, it writes the same bytes and leaves the case as it is; run late, it takes nothing back that was found
    since. Raises ResourceNotFoundError if a chunk was not judged, and what Cosmos or the blob service raised.
    """
    work = await blobs.work()
    parts = await together((blobs.read_blob(work, chunk.path) for chunk in task.chunks()), at_once=_READS)
    path = verdicts_path(task.name, task.window_end)
    stored = await _store_blob(path, b"".join(parts))
    verdicts = from_ndjson(stored.data)
    blob = f"{names.FRAUD_EVENTS}/{path}"
    case = case_of(task.name, task.store_id, task.window, verdicts, blob, revision=stored.number)

    async def is_newest() -> bool:
        newest = await read_revision(await blobs.warehouse(names.FRAUD_EVENTS), path)
        return newest is not None and newest.number == stored.number

    await store_case(case, is_newest)
    return WindowSummary(
        name=task.name,
        store_id=task.store_id,
        window_start=task.window_start,
        window_end=task.window_end,
        suspicious=case.suspicious,
        bands=case.bands,
        max_score=case.max_score,
        verdicts_blob=case.verdicts_blob,
        revision=stored.number,
    )


async def _store_blob(path: str, lines: bytes) -> Revision:
    """Write the verdicts, or amend those that are there."""
    container = await blobs.warehouse(names.FRAUD_EVENTS)
    if first := await create_revision(container, path, lines, blobs.NDJSON):
        return first
    for _ in range(_ATTEMPTS):
        before = await read_revision(container, path)
        if before is None:
            stored = await create_revision(container, path, lines, blobs.NDJSON)
        else:
            now = to_ndjson(amended(readable_verdicts(before.data), from_ndjson(lines)))
            if now == before.data:
                return before
            stored = await replace_revision(container, path, before, now, blobs.NDJSON)
        if stored:
            return stored
    raise AmendedElsewhereError(f"{names.FRAUD_EVENTS}/{path} was changed by others at each of {_ATTEMPTS} attempts")
