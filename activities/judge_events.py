"""Judge a slice of a suspicious window: look its events up in the archive and ask the rules."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import aclosing

import msgspec
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob.aio import ContainerClient

from activities.asleep import asleep_for
from activities.find_contents import contents_in_portions
from activities.judge_contents import judged_contents
from activities.judge_in_shadow import ShadowJudging
from activities.window_evidence import ChunkEvidence
from activities.window_ids import read_ids, read_repeated
from fraud.analysis import Chunk, ChunkResult, WindowTask
from fraud.judging import Content, may_be_more
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import set_begun_with
from fraud.snoozes import Snooze
from fraud.verdict_lines import VerdictLine, line_of, lines_in, written
from fraud.verdicts import by_id
from services import blobs
from services.written_lately import written_lately

_ids = msgspec.json.Decoder(list[str])


class ChunkJudged(msgspec.Struct, frozen=True):
    """A look-up of a chunk: the verdicts by id in the order of the ids, the ids that the next look-up asks for, and
    those among these under which another content may come. `shadow` has those of the set in shadow."""

    verdicts: dict[str, list[VerdictLine]]
    unresolved: list[str]
    more: list[str]
    shadow: ShadowJudging | None

    @property
    def open_ids(self) -> list[str]:
        """The ids that the next look-up asks for."""
        return [*self.unresolved, *self.more]


async def judge_events(chunk: Chunk) -> ChunkResult:
    """Judge one chunk and write its verdicts, in the order of the ids, to the chunk's work blob.

    An id gets the verdict `unresolved` if nothing flagged under it is archived or in quarantine. The next look-up asks
    for those ids only, and for those under which another content may come. Judging a chunk again replaces its verdicts,
    and reads the facts that the first judging read; the set `seed` needs none beside the event. A set in shadow judges
    the same contents. Raises LookupError, and what Cosmos or the blob service raised.
    """
    container, judged = await blobs.workflow_data(), await judge(chunk)
    lines = written(verdict for verdicts in judged.verdicts.values() for verdict in verdicts)
    judged_before = await _write_verdicts(container, chunk, lines)
    if chunk.lookup and judged.open_ids:
        await blobs.write_blob(container, chunk.open_path, msgspec.json.encode(judged.open_ids))
    elif chunk.lookup and judged_before:
        # This activity has run before and was killed; events that it missed then have come since.
        await blobs.delete_blob(container, chunk.open_path)
    result = result_of(chunk, judged.verdicts, lines, more=len(judged.more))
    written_lately.keep(result.digest, lines)
    if judged.shadow:
        await judged.shadow.write(list(judged.verdicts))
    return result


async def judge(chunk: Chunk) -> ChunkJudged:
    """Judge one chunk as `judge_events`; nothing is written but evidence.

    Contents that are large together are looked up and judged in portions, and only the lines of verdicts are kept.
    """
    task = chunk.task
    ids = (await read_ids(task))[chunk.first : chunk.first + chunk.count]
    finished = await _finished_before(chunk)
    asked = [event_id for event_id in ids if event_id not in finished]
    judging = _Judging(chunk, set_begun_with(task.rules, task.name), await asleep_for(task), await _repeated(task))
    async with aclosing(contents_in_portions(asked, task.store_id)) as portions:
        async for contents_of in portions:
            await judging.judge(contents_of)
            del contents_of  # before the next ones are read
    verdicts = finished | judging.by_id
    return ChunkJudged(
        {event_id: verdicts[event_id] for event_id in ids}, judging.unresolved, judging.more, judging.shadow
    )


class _Judging:
    """A look-up of a chunk, as far as it has judged, in the order of the ids."""

    def __init__(self, chunk: Chunk, rules: RuleSet, asleep: tuple[Snooze, ...], repeated: Counter[str]) -> None:
        self._chunk = chunk
        self._rules = rules
        self._asleep = asleep
        self._repeated = repeated
        self._evidence = ChunkEvidence(chunk)
        self.shadow = ShadowJudging(chunk, asleep, self._evidence) if chunk.task.shadow else None
        self.by_id: dict[str, list[VerdictLine]] = {}
        self.unresolved: list[str] = []
        self.more: list[str] = []

    async def judge(self, contents_of: Mapping[str, Sequence[Content]]) -> None:
        """Judge what was found under some ids. Raises what the look-up of its context raises."""
        task = self._chunk.task
        judged = await judged_contents(self._chunk, contents_of, self._rules, self._asleep, self._evidence)
        for event_id, verdicts in judged:
            contents = contents_of[event_id]
            self.by_id[event_id] = [*map(line_of, verdicts)]
            if verdicts[0].band == "unresolved":
                self.unresolved.append(event_id)
            elif may_be_more(contents, task.store_id, task.window, named=1 + self._repeated[event_id]):
                self.more.append(event_id)
        if self.shadow:
            await self.shadow.judge(contents_of)


async def _repeated(task: WindowTask) -> Counter[str]:
    return await read_repeated(task) if task.repeated else Counter()


def result_of(chunk: Chunk, verdicts: Mapping[str, Sequence[VerdictLine]], lines: bytes, *, more: int) -> ChunkResult:
    """The counts of verdicts by id, and the digest of their lines."""
    return ChunkResult(
        number=chunk.number,
        bands=dict(Counter(verdict.band for of_id in verdicts.values() for verdict in of_id)),
        lookup=chunk.lookup,
        digest=hashlib.sha256(lines).hexdigest()[:32],
        may_be_more=more,
    )


async def _write_verdicts(container: ContainerClient, chunk: Chunk, lines: bytes) -> bool:
    """Write the work blob of a look-up's verdicts; true if it was there. Creating it costs no request of its own."""
    if await blobs.create_blob(container, chunk.path, lines, blobs.NDJSON):
        return False
    await blobs.write_blob(container, chunk.path, lines, blobs.NDJSON)
    return True


async def _finished_before(chunk: Chunk) -> dict[str, list[VerdictLine]]:
    """The verdicts on the ids that needed no further look-up after the one before this one."""
    if chunk.lookup < 2:
        return {}
    before, container = chunk.at(chunk.lookup - 1), await blobs.workflow_data()
    try:
        open_ids = set(_ids.decode(await blobs.read_blob(container, before.open_path)))
        lines = await blobs.read_blob(container, before.path)
    except ResourceNotFoundError:
        return {}  # the work was cleared, and the analysis was started again
    return by_id(verdict for verdict in lines_in(lines) if verdict.event_id not in open_ids)
