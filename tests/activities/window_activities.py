"""The activities of a window's analysis, one after another, and what they leave behind."""

from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

from activities.find_contents import contents_in_portions
from activities.judge_events import judge_events
from activities.store_verdicts import store_verdicts
from fraud.analysis import ChunkResult, WindowSummary, WindowTask
from fraud.judging import Content
from fraud.verdicts import Verdict, from_ndjson
from services import blobs, cosmos


async def find_contents(ids: Sequence[str], store_id: int) -> dict[str, list[Content]]:
    """The contents under each id, in however many portions they come."""
    contents_of: dict[str, list[Content]] = {}
    async with aclosing(contents_in_portions(ids, store_id)) as portions:
        async for portion in portions:
            contents_of |= portion
    return contents_of


async def judge_all(task: WindowTask, lookup: int = 0) -> list[dict[Any, int]]:
    return [(await judge_events(chunk.at(lookup))).bands for chunk in task.chunks()]


async def result_of(task: WindowTask, lookup: int) -> ChunkResult:
    (chunk,) = task.chunks()
    return await judge_events(chunk.at(lookup))


async def judge_and_store(task: WindowTask, lookup: int) -> WindowSummary:
    return await store_verdicts(task.judged_by([await judge_events(chunk.at(lookup)) for chunk in task.chunks()]))


async def verdicts_of(summary: WindowSummary) -> bytes:
    container, _, path = summary.verdicts_blob.partition("/")
    return await blobs.read_blob(await blobs.warehouse(container), path)


async def missing_id(task: WindowTask) -> str:
    return next(verdict.event_id for verdict in await chunk_verdicts(task) if verdict.band == "unresolved")


async def chunk_verdicts(task: WindowTask) -> list[Verdict]:
    return from_ndjson(await blobs.read_blob(await blobs.workflow_data(), task.chunks()[0].path))


async def case_of(task: WindowTask) -> dict[str, Any]:
    return await (await cosmos.cases()).read_item(task.name, partition_key=3)
