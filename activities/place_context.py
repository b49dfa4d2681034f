"""Judge the events of one quarantined body with what is around them: read from evidence, or looked up and kept."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from msgspec.structs import replace

from activities.evidence_parts import add_part, read_parts
from activities.find_contents import contents_in_portions
from activities.window_context import ContentsUnderId, Contexts, FlaggedContent, contexts_in, look_up
from fraud.analysis import SEED_NAME, WindowTask
from fraud.evidence import EvidencePart, Snapshot
from fraud.identity import canonical
from fraud.judging import Content, distinct, judged
from fraud.nesting import has_many_values
from fraud.quarantine import QuarantinedEvent
from fraud.quarantine_index import is_nameable, whole_store
from fraud.quarantine_places import EVENTS_WITH_CONTEXT, PlacesTask, place_of
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import SEED, set_begun_with
from fraud.verdicts import Verdict
from services.concurrency import LARGE, beside


async def judged_by_place(
    task: PlacesTask, record: QuarantinedEvent, events: Sequence[dict[str, Any]]
) -> list[Verdict]:
    """The verdicts on the flagged events of a body, by the set that judged its place first, which the evidence names.

    So they depend neither on how places are grouped nor on what was activated since. Raises LookupError if this version
    does not have the set, and what Cosmos or the blob service raised.
    """
    if not events:
        return []
    beginning = task.evidence(record.sequence_number)
    snapshot = await read_parts(beginning)
    rules, contexts = _set_of(snapshot, task), Contexts()
    if rules.definition.name == SEED_NAME:
        rules = await _keep(task, beginning, snapshot, [])
    if rules.definition.name != SEED_NAME:
        async with aclosing(_asked(record, events[:EVENTS_WITH_CONTEXT])) as portions:
            async for asked in portions:
                rules = await _keep(task, beginning, snapshot, asked)
                if rules.definition.name == SEED_NAME:
                    break  # another judging has begun with it
                contexts |= contexts_in(snapshot, asked, rules.definition.name)
                del asked  # before the next ones are read
    return await beside(len(record.raw_base64) > LARGE, _verdicts, task, record, events, rules, contexts)


async def _keep(task: PlacesTask, beginning: str, snapshot: Snapshot, asked: Sequence[FlaggedContent]) -> RuleSet:
    """Keep evidence on what has none, unless the set that judged the place first needs none. Gives this set."""
    while True:
        rules = _set_of(snapshot, task)
        missing = [each for each in asked if snapshot.of(each.name, each.digest) is None]
        if snapshot.parts and (rules.definition.name == SEED_NAME or not missing):
            return rules
        await add_part(beginning, snapshot, await _look_up(task, rules, missing, snapshot))


def _verdicts(
    task: PlacesTask, record: QuarantinedEvent, events: Sequence[dict[str, Any]], rules: RuleSet, contexts: Contexts
) -> list[Verdict]:
    verdicts: list[Verdict] = []
    for number, event in enumerate(events):
        name = place_of(record, number)
        form = canonical(event)
        context = contexts[name][form] if name in contexts else None
        by = rules if context or not contexts else SEED
        verdicts.append(
            judged(
                event,
                whole_store(event),
                task.window,
                None,
                source="quarantine",
                name=name,
                rules=by,
                context=context,
                form=form,
            )
        )
    return verdicts


async def _asked(record: QuarantinedEvent, events: Sequence[dict[str, Any]]) -> AsyncGenerator[list[FlaggedContent]]:
    """The events with the other contents under their ids, where an id can have some: those of a store at once, unless
    these contents are large. To be closed, as it may hold a lock."""
    for store, numbers in _by_store(events).items():
        by_id: defaultdict[str, list[int]] = defaultdict(list)
        for number in numbers:
            event_id: Any = events[number].get("id")
            by_id[event_id if is_nameable(event_id) else ""].append(number)
        without_id = by_id.pop("", [])
        async with aclosing(contents_in_portions(sorted(by_id), store)) as portions:
            async for contents in portions:
                named = [number for event_id in contents for number in by_id[event_id]]
                yield [await _with_others(record, events, n, contents) for n in sorted([*without_id, *named])]
                without_id = []
                del contents  # before the next ones are read


async def _with_others(
    record: QuarantinedEvent, events: Sequence[dict[str, Any]], number: int, contents: Mapping[str, Sequence[Content]]
) -> FlaggedContent:
    event = events[number]
    own = await beside(has_many_values(event), _content, record, event)
    event_id: Any = event.get("id") if is_nameable(event.get("id")) else ""
    of_id = ContentsUnderId(distinct([own, *contents.get(event_id, ())]))
    return FlaggedContent(event_id, own.form, own, of_id, place_of(record, number))


def _content(record: QuarantinedEvent, event: dict[str, Any]) -> Content:
    """The content of an event, whose form is computed here, where nobody waits for it."""
    content = Content(event, "quarantine", record.enqueued_time)
    _ = content.form
    return content


async def _look_up(
    task: PlacesTask, rules: RuleSet, missing: Sequence[FlaggedContent], snapshot: Snapshot
) -> EvidencePart:
    """Evidence on events that have none, if any. A body may name several stores: each has a shelf of its own."""
    part = EvidencePart(profile_day=None, rates={}, entries=(), rules=rules.id)
    for store, numbers in _by_store([each.content.event for each in missing]).items():
        of_store = WindowTask(
            name=task.name,
            store_id=store,
            window_start=task.window_start,
            window_end=task.window_end,
            count=len(numbers),
            rules=rules.id,
            profile_day=task.profile_day,
        )
        looked_up = await look_up(of_store, [missing[number] for number in numbers], snapshot)
        part = replace(looked_up, entries=(*part.entries, *looked_up.entries), rules=rules.id)
    return part


def _by_store(events: Sequence[dict[str, Any]]) -> dict[int | None, list[int]]:
    numbers: defaultdict[int | None, list[int]] = defaultdict(list)
    for number, event in enumerate(events):
        numbers[whole_store(event)].append(number)
    return numbers


def _set_of(snapshot: Snapshot, task: PlacesTask) -> RuleSet:
    """The set that judges a place. Raises LookupError if this version of the app has none of its name."""
    first = snapshot.parts[0].rules if snapshot.parts else task.rules
    name = first if isinstance(first, str) else task.rules
    return set_begun_with(name, task.name)
