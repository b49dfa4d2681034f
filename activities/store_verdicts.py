"""Keep the verdicts of a window: one blob in `fraud-events`, one case in Cosmos."""

from typing import Any

import msgspec
from azure.core import MatchConditions
from azure.cosmos.exceptions import CosmosResourceExistsError

from fraud.analysis import WindowSummary, WindowTask
from fraud.verdicts import Case, case_of, from_ndjson, verdicts_path
from services import blobs, cosmos, names


async def store_verdicts(task: WindowTask) -> WindowSummary:
    """Merge the chunks' verdicts in the order of the ids, write them and the case.

    Run twice, it writes the same bytes and leaves the case as it is. Raises ResourceNotFoundError if a chunk was not
    judged, and what Cosmos or the blob service raised.
    """
    work = await blobs.work()
    # Lines in the order of the chunks are lines in the order of the ids: nothing is encoded again.
    lines = b"".join([await blobs.read_blob(work, chunk.path) for chunk in task.chunks()])
    path = verdicts_path(task.name, task.window_end)
    await blobs.write_blob(await blobs.warehouse(names.FRAUD_EVENTS), path, lines, blobs.NDJSON)
    case = case_of(task.name, task.store_id, task.window, from_ndjson(lines), f"{names.FRAUD_EVENTS}/{path}")
    await _store_case(case)
    return WindowSummary(
        name=task.name,
        store_id=task.store_id,
        window_start=task.window_start,
        window_end=task.window_end,
        suspicious=case.suspicious,
        bands=case.bands,
        max_score=case.max_score,
        verdicts_blob=case.verdicts_blob,
    )


async def _store_case(case: Case) -> None:
    """Create the case, or bring the analysis in an existing one up to date; what others wrote into it stays."""
    container = await cosmos.cases()
    # As Cosmos will give it back, lists and all, so that it can be compared with what is there.
    analysis: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(case))
    try:
        await container.create_item(analysis)
    except CosmosResourceExistsError:
        existing = await container.read_item(case.id, partition_key=case.store_id)
        if existing | analysis == existing:
            return
        await container.replace_item(
            case.id, existing | analysis, etag=existing["_etag"], match_condition=MatchConditions.IfNotModified
        )
