"""Judge a window by the set in shadow, beside the active one: its verdicts make neither cases nor alerts."""

import logging
from collections.abc import Mapping, Sequence

from azure.core.exceptions import ResourceNotFoundError
from msgspec.structs import replace

from activities.keep_verdicts import store_lines
from activities.window_context import contexts_of
from fraud.analysis import Chunk, WindowTask
from fraud.judging import Content, verdicts_on
from fraud.rules.shipped import SEED, set_of_window
from fraud.snoozes import Snooze
from fraud.verdicts import Verdict, amended, from_ndjson, shadow_path, to_ndjson
from services import blobs
from services.concurrency import together

_READS = 8
_log = logging.getLogger(__name__)


async def judge_in_shadow(
    chunk: Chunk, ids: Sequence[str], contents_of: Mapping[str, Sequence[Content]], asleep: Sequence[Snooze]
) -> None:
    """Judge what a look-up has found, and write the verdicts on all ids to the chunk's work blob for the shadow.

    It reads the same facts as the active set, and heeds the same snoozes. A set that this version does not have judges
    nothing.
    """
    task = chunk.task.in_shadow()
    rules = set_of_window(task.rules)
    if rules is None:
        _log.error("%s: the rule set %s, in shadow, is not in this version", task.name, task.rules)
        return
    contexts = {} if rules is SEED else await contexts_of(replace(chunk, task=task), contents_of)
    by_id = await _judged_before(chunk, {event_id for event_id in ids if event_id not in contents_of})
    for event_id, contents in contents_of.items():
        by_id[event_id] = verdicts_on(
            event_id,
            contents,
            task.store_id,
            task.window,
            rules=rules,
            contexts=contexts.get(event_id),
            asleep=asleep,
        )
    verdicts = [verdict for event_id in ids for verdict in by_id.get(event_id, ())]
    await blobs.write_blob(await blobs.workflow_data(), chunk.shadow_path, to_ndjson(verdicts), blobs.NDJSON)


async def keep_shadow(task: WindowTask, path: str) -> None:
    """Write the chunks' verdicts of the set in shadow to `shadow/{path}` in `fraud-events`, or amend them."""
    parts = await together((_read(chunk) for chunk in task.chunks()), at_once=_READS)
    if lines := b"".join(parts):
        await store_lines(shadow_path(path), lines, amended)


async def _judged_before(chunk: Chunk, finished: set[str]) -> dict[str, list[Verdict]]:
    """The verdicts on the ids that needed no further look-up after the one before this one."""
    by_id: dict[str, list[Verdict]] = {}
    if not finished:
        return by_id
    for verdict in from_ndjson(await _read(chunk.at(chunk.lookup - 1))):
        if verdict.event_id in finished:
            by_id.setdefault(verdict.event_id, []).append(verdict)
    return by_id


async def _read(chunk: Chunk) -> bytes:
    try:
        return await blobs.read_blob(await blobs.workflow_data(), chunk.shadow_path)
    except ResourceNotFoundError:
        return b""  # no set was in shadow, or none that this version has
