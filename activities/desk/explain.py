"""Explain the judgement of an event, rule by rule: as it was judged, or as it would be."""

from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Any

import msgspec

from activities.find_contents import contents_in_portions
from activities.kept_evidence import list_evidence, snapshot_of
from activities.window_context import ContentsUnderId, FlaggedContent, contexts_in, look_up
from fraud.analysis import WindowTask
from fraud.desk.explaining import Explained, ExplainedContent, Grounds
from fraud.desk.rows import EventContent, HubPlace
from fraud.events import StoreKey
from fraud.evidence import Snapshot
from fraud.identity import canonical, content_digest
from fraud.judging import Content, Context, distinct, judged, own_facts
from fraud.quarantine_index import is_flagged
from fraud.readable import keepable
from fraud.rules.language import Value
from fraud.rules.rates import NO_RATES, Rates
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import SEED, set_named, shipped
from fraud.snoozes import asleep_in
from fraud.suspicion import store_of
from fraud.verdicts import Verdict
from fraud.windows import Window, window_of
from reconciliation.reading.verdicts import context_of
from services import tracing
from services.desk.events import event_details
from services.profiles import latest_profile_day
from services.rules_in_use import Kept, read_rules_in_use
from services.tracing import JudgedIn, TooMuchToReadError

_MOST_CONTENTS = 20


class _Asked(msgspec.Struct, frozen=True):
    """A content that can be read, and the contents under its id at its store."""

    event_id: str
    content: EventContent
    event: dict[str, Any]
    place: HubPlace
    at_store: int

    @property
    def window(self) -> Window:
        """The window of its first arrival."""
        return window_of(self.place.enqueued_time)

    @property
    def store(self) -> StoreKey | None:
        """The store as the stream job takes it."""
        return store_of(self.event.get("store_id"))


class _Judgement(msgspec.Struct, frozen=True):
    """A verdict with the set that gave it, and the facts and rates that the set was asked with."""

    verdict: Verdict
    rules: RuleSet
    facts: Mapping[str, Value]
    rates: Rates
    grounds: Grounds
    case: str | None = None


async def explain_event(event_id: str) -> Explained:
    """Every rule on each content under an id. Raises what a service raised."""
    details = await event_details(event_id)
    stores = Counter(content.store_id for content in details.contents)
    explained: list[ExplainedContent] = []
    for content in details.contents[:_MOST_CONTENTS]:
        if content.event is not None and content.place is not None:
            event, at_store = keepable(content.event), stores[content.store_id]
            explained.append(await _explained(_Asked(event_id, content, event, content.place, at_store)))
    is_all = len(explained) == len(details.contents)
    return Explained(id=event_id, contents=tuple(explained), complete=details.complete and is_all)


async def _explained(asked: _Asked) -> ExplainedContent:
    judgement = await _as_judged(asked) or await _as_of_now(asked)
    verdict = judgement.verdict
    return ExplainedContent(
        source=asked.content.source,
        store_id=asked.content.store_id,
        arrived=asked.place.enqueued_time,
        window_end=verdict.window_end,
        flagged=is_flagged(asked.event),
        case=judgement.case,
        rule_set=verdict.rule_set,
        score=verdict.score,
        band=verdict.band,
        grounds=judgement.grounds,
        profile_day=verdict.profile_day or None,
        rules=judgement.rules.explain(judgement.facts, judgement.rates, verdict.reasons),
        facts=dict(judgement.facts),
    )


async def _as_judged(asked: _Asked) -> _Judgement | None:
    """The first verdict on a content whose set this version has and whose evidence is whole; None without such."""
    digest = content_digest(canonical(asked.event))
    async with aclosing(_judged_in(asked)) as blobs:
        async for blob in blobs:
            for verdict in blob.verdicts:
                rules = set_named(verdict.rule_set)
                if verdict.content != digest or rules is None:
                    continue
                if not isinstance(verdict.evidence, str):
                    facts = own_facts(verdict.event or {}, asked.at_store)
                    return _Judgement(verdict, rules, facts, NO_RATES, "event", blob.case_id)
                snapshot = await snapshot_of((await list_evidence([blob.path]))[blob.path])
                if context := context_of(verdict, rules, snapshot):
                    return _Judgement(verdict, rules, context.facts, context.rates, "evidence", blob.case_id)
    return None


async def _judged_in(asked: _Asked) -> AsyncGenerator[JudgedIn]:
    """The blobs of verdicts on a content, those of the window in which it first arrived before others."""
    event_id, event, place, end = asked.event_id, asked.event, asked.place, asked.window.end
    if not is_flagged(event):
        for blob in await tracing.find_swept(event_id, event, end):
            yield blob
        return
    with suppress(TooMuchToReadError):
        for blob in await tracing.find_judged(event_id, asked.store, end):
            yield blob
    if asked.content.source == "quarantine":
        for blob in await tracing.find_judged_by_place(place.partition, place.sequence_number, end):
            yield blob
    for blob in await tracing.find_judged_again(event_id, event, end):
        yield blob


async def _as_of_now(asked: _Asked) -> _Judgement:
    """The verdict that the active set would give, by what is looked up now as of the end of the window."""
    in_use = await read_rules_in_use()
    async with aclosing(contents_in_portions([asked.event_id], asked.store)) as portions:
        contents_of = await anext(portions)  # of one id they come at once, and are held one after another if large
        return await _judged_now(asked, distinct(contents_of[asked.event_id]), in_use)


async def _judged_now(asked: _Asked, by_form: dict[bytes, Content], in_use: Kept) -> _Judgement:
    rules, form = shipped()[in_use.active], canonical(asked.event)
    # Of a content in quarantine whose store is in doubt, nothing is found at any.
    content = by_form.setdefault(
        form, Content(asked.event, asked.content.source, asked.place.enqueued_time, asked.content.run_id)
    )
    context: Context | None = None
    if rules is not SEED:
        context = await _context(FlaggedContent(asked.event_id, form, content, ContentsUnderId(by_form)), asked, rules)
    verdict = judged(
        content.event,
        asked.store,
        asked.window,
        content.run_id,
        contents=len(by_form),
        source=content.source,
        rules=rules,
        context=context,
        asleep=asleep_in(in_use.state.snoozes, asked.window),
        form=form,
    )
    if context is None:
        return _Judgement(verdict, rules, own_facts(asked.event, len(by_form)), NO_RATES, "event")
    return _Judgement(verdict, rules, context.facts, context.rates, "looked up")


async def _context(content: FlaggedContent, asked: _Asked, rules: RuleSet) -> Context:
    task = WindowTask(
        name="explain",
        store_id=asked.store,
        window_start=asked.window.start,
        window_end=asked.window.end,
        count=1,
        rules=rules.id,
        profile_day=await latest_profile_day(asked.window.start.date()),
    )
    looked_up = Snapshot([await look_up(task, [content], Snapshot())])
    return contexts_in(looked_up, [content], task.set_name)[content.name][content.form]
