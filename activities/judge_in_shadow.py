"""Judge a window by the set in shadow, beside the active one: its verdicts make neither cases nor alerts."""

import logging
from collections.abc import Mapping, Sequence

from azure.core.exceptions import ResourceNotFoundError
from msgspec.structs import replace

from activities.judge_contents import judged_contents
from activities.keep_verdicts import store_lines
from activities.window_evidence import ChunkEvidence
from fraud.analysis import Chunk, WindowTask
from fraud.judging import Content
from fraud.rules.shipped import set_of_window
from fraud.snoozes import Snooze
from fraud.verdict_lines import VerdictLine, line_of, lines_in, written
from fraud.verdicts import amended, by_id, shadow_path
from services import blobs
from services.concurrency import together

_READS = 8
_log = logging.getLogger(__name__)


class ShadowJudging:
    """The judging of a look-up by the set in shadow, on the same facts as the active set, and heeding the same snoozes.

    A set that this version does not have judges nothing.
    """

    def __init__(self, chunk: Chunk, asleep: Sequence[Snooze], evidence: ChunkEvidence) -> None:
        self._chunk = chunk
        self._task = chunk.task.in_shadow()
        self._asleep = asleep
        self._evidence = evidence
        self._judged: dict[str, list[VerdictLine]] = {}

    async def judge(self, contents_of: Mapping[str, Sequence[Content]]) -> None:
        """Judge what the look-up has found under some ids. Raises what the look-up of their context raises."""
        rules = set_of_window(self._task.rules)
        if rules is None:
            return
        chunk = replace(self._chunk, task=self._task)
        for event_id, verdicts in await judged_contents(chunk, contents_of, rules, self._asleep, self._evidence):
            self._judged[event_id] = [*map(line_of, verdicts)]

    async def write(self, ids: Sequence[str]) -> None:
        """Write the verdicts on all ids, in their order, to the chunk's work blob for the shadow."""
        if set_of_window(self._task.rules) is None:
            _log.error("%s: the rule set %s, in shadow, is not in this version", self._task.name, self._task.rules)
            return
        finished = await _judged_before(self._chunk, {*ids} - self._judged.keys())
        judged = finished | self._judged
        lines = written(line for event_id in ids for line in judged.get(event_id, ()))
        await blobs.write_blob(await blobs.workflow_data(), self._chunk.shadow_path, lines, blobs.NDJSON)


async def keep_shadow(task: WindowTask, path: str) -> None:
    """Write the chunks' verdicts of the set in shadow to `shadow/{path}` in `fraud-events`, or amend them."""
    parts = await together((_read(chunk) for chunk in task.chunks()), at_once=_READS)
    if lines := b"".join(parts):
        await store_lines(shadow_path(path), lines, amended)


async def _judged_before(chunk: Chunk, finished: set[str]) -> dict[str, list[VerdictLine]]:
    """The verdicts on the ids that needed no further look-up after the one before this one."""
    if not finished:
        return {}
    lines = await _read(chunk.at(chunk.lookup - 1))
    return by_id(verdict for verdict in lines_in(lines) if verdict.event_id in finished)


async def _read(chunk: Chunk) -> bytes:
    try:
        return await blobs.read_blob(await blobs.workflow_data(), chunk.shadow_path)
    except ResourceNotFoundError:
        return b""  # no set was in shadow, or none that this version has
