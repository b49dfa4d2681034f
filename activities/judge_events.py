"""Judge a slice of a suspicious window: look its events up in the archive and ask the rules."""

import hashlib
from collections import Counter

import msgspec
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob.aio import ContainerClient

from activities.asleep import asleep_for
from activities.find_contents import find_contents
from activities.judge_in_shadow import judge_in_shadow
from activities.window_context import contexts_of
from activities.window_ids import read_ids, read_repeated
from fraud.analysis import Chunk, ChunkResult, WindowTask
from fraud.judging import may_be_more, verdicts_on
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import SEED, set_of_window
from fraud.verdicts import Verdict, from_ndjson, to_ndjson
from services import blobs
from services.written_lately import written_lately

_ids = msgspec.json.Decoder(list[str])


async def judge_events(chunk: Chunk) -> ChunkResult:
    """Judge one chunk and write its verdicts, in the order of the ids, to the chunk's work blob.

    An id gets the verdict `unresolved` if nothing flagged under it is archived or in quarantine. The next look-up asks
    for those ids only, and for those under which another content may come. Judging a chunk again replaces its verdicts,
    and reads the facts that the first judging read; the set `seed` needs none beside the event. A set in shadow judges
    the same contents. Raises LookupError, and what Cosmos or the blob service raised.
    """
    task, container = chunk.task, await blobs.workflow_data()
    ids = (await read_ids(task))[chunk.first : chunk.first + chunk.count]
    by_id = await _finished_before(chunk)
    contents_of = await find_contents([event_id for event_id in ids if event_id not in by_id], task.store_id)
    rules, asleep = _rules_of(task), await asleep_for(task)
    contexts = {} if rules is SEED else await contexts_of(chunk, contents_of)
    repeated = await read_repeated(task) if task.repeated else Counter[str]()
    unresolved: list[str] = []
    more: list[str] = []
    for event_id, contents in contents_of.items():
        by_id[event_id] = verdicts_on(
            event_id, contents, task.store_id, task.window, rules=rules, contexts=contexts.get(event_id), asleep=asleep
        )
        if by_id[event_id][0].band == "unresolved":
            unresolved.append(event_id)
        elif may_be_more(contents, task.store_id, task.window, named=1 + repeated[event_id]):
            more.append(event_id)
    verdicts = [verdict for event_id in ids for verdict in by_id[event_id]]
    lines = to_ndjson(verdicts)
    judged_before = await _write_verdicts(container, chunk, lines)
    if chunk.lookup and (unresolved or more):
        await blobs.write_blob(container, chunk.open_path, msgspec.json.encode([*unresolved, *more]))
    elif chunk.lookup and judged_before:
        # This activity has run before and was killed; events that it missed then have come since.
        await blobs.delete_blob(container, chunk.open_path)
    digest = hashlib.sha256(lines).hexdigest()[:32]
    written_lately.keep(digest, lines)
    if task.shadow:
        await judge_in_shadow(chunk, ids, contents_of, asleep)
    return ChunkResult(
        number=chunk.number,
        bands=dict(Counter(verdict.band for verdict in verdicts)),
        lookup=chunk.lookup,
        digest=digest,
        may_be_more=len(more),
    )


async def _write_verdicts(container: ContainerClient, chunk: Chunk, lines: bytes) -> bool:
    """Write the work blob of a look-up's verdicts; true if it was there. Creating it costs no request of its own."""
    if await blobs.create_blob(container, chunk.path, lines, blobs.NDJSON):
        return False
    await blobs.write_blob(container, chunk.path, lines, blobs.NDJSON)
    return True


def _rules_of(task: WindowTask) -> RuleSet:
    """The set that the window began with. Raises LookupError if this version of the app has none of its name."""
    if rules := set_of_window(task.rules):
        return rules
    raise LookupError(
        f"{task.name} began with the rule set {task.rules!r}, which this version does not have: put its file back "
        "into fraud/rule_sets/retired, or terminate the instance and repair the reconciliation of its day"
    )


async def _finished_before(chunk: Chunk) -> dict[str, list[Verdict]]:
    """The verdicts on the ids that needed no further look-up after the one before this one."""
    by_id: dict[str, list[Verdict]] = {}
    if chunk.lookup < 2:
        return by_id
    before, container = chunk.at(chunk.lookup - 1), await blobs.workflow_data()
    try:
        open_ids = set(_ids.decode(await blobs.read_blob(container, before.open_path)))
        lines = await blobs.read_blob(container, before.path)
    except ResourceNotFoundError:
        return by_id  # the work was cleared, and the analysis was started again
    for verdict in from_ndjson(lines):
        if verdict.event_id not in open_ids:
            by_id.setdefault(verdict.event_id, []).append(verdict)
    return by_id
