"""Judging an event: every rule is asked, their weights are added, the sum decides the band."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any

import msgspec

from fraud.archive import arrival_of, is_read_in_part, original_event
from fraud.context.event_facts import event_facts
from fraud.context.look_ups import Told, told_of
from fraud.cutting import LONGEST_EVENT, cut
from fraud.events import StoreEvent, StoreKey, store_key
from fraud.identity import canonical
from fraud.quarantine import QuarantinedEvent
from fraud.quarantine_index import flagged_events, is_flagged, is_surely_of, may_be_of
from fraud.readable import keepable
from fraud.rules.language import Value
from fraud.rules.rates import Rates
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import SEED
from fraud.snoozes import Snooze, silenced, snoozed_for
from fraud.usable import problems_of
from fraud.verdicts import Band, Reason, Source, Verdict
from fraud.windows import Window

NOT_A_STORE_EVENT = "NOT_A_STORE_EVENT"
_NOT_FLAGGED = Reason("NOT_FLAGGED", 0, "what is archived under this id is not what the stream job flagged")


class Context(msgspec.Struct, frozen=True):
    """The facts of a content as of the end of its window, the rates of the days before, and where both are kept."""

    facts: Mapping[str, Value]
    rates: Rates
    evidence: str
    profile_day: date | None


def judge(event: StoreEvent, *, contents: int = 1) -> tuple[Reason, ...]:
    """The reasons of the set `seed` against an event, under whose id `contents` have arrived, in its rules' order."""
    return SEED.reasons(own_facts(msgspec.structs.asdict(event), contents))


def own_facts(event: Mapping[str, Any], contents: int) -> dict[str, Value]:
    """The facts of an event without a context, under whose id `contents` have arrived."""
    return {**event_facts(event), "id.contents": contents}


def band_of(score: int) -> Band:
    """The band of a score in points, by the set `seed`."""
    return SEED.band_of(score)


class Content(msgspec.Struct, frozen=True, dict=True):
    """An event that was found under an id, where, when it first reached the hub, and the campaign that it names."""

    event: dict[str, Any]
    source: Source
    arrived: datetime | None
    run_id: str | None = None
    in_part: bool = False
    """Not all contents under its id were read: they are too many or too large."""

    @cached_property
    def form(self) -> bytes:
        """Its canonical form, which is asked for by context and verdict."""
        return canonical(self.event)

    @cached_property
    def told(self) -> Told:
        """Its fields by which contents under an id are told apart."""
        return told_of(self.event)


def archived_contents(documents: Iterable[dict[str, Any]], store_id: StoreKey | None) -> list[Content]:
    """The contents in the documents that are archived under an id; those of other stores are left out."""
    contents: list[Content] = []
    for document in documents:
        event, run_id = original_event(document)
        if store_key(event.get("store_id")) == store_key(store_id):
            in_part = is_read_in_part(document)
            contents.append(Content(keepable(event), "archive", arrival_of(document), run_id, in_part))
    return contents


def flagged_contents(record: QuarantinedEvent) -> list[Content]:
    """The flagged contents of a body in quarantine, of whatever id."""
    return [Content(event, "quarantine", record.enqueued_time) for event in flagged_events(record.body)]


def quarantined_contents(event_id: str, flagged: Iterable[Content], store_id: StoreKey | None) -> list[Content]:
    """The flagged contents of an id in quarantine, except for those that are surely of other stores."""
    return [
        content for content in flagged if content.event.get("id") == event_id and may_be_of(content.event, store_id)
    ]


def may_be_more(contents: Iterable[Content], store_id: StoreKey | None, window: Window, *, named: int = 1) -> bool:
    """True if a flagged content of the window may not have been found yet, though another one under its id was.

    The window named the id so many times (`named`), so as many flagged contents arrived in it, or one was sent again.
    A content counts for what the window named if its store is surely the window's.
    """
    arrivals = [
        content.arrived
        for content in contents
        if is_flagged(content.event) and (content.source == "archive" or is_surely_of(content.event, store_id))
    ]
    here = sum(arrived is not None and window.start < arrived <= window.end for arrived in arrivals)
    return here < named


def distinct(contents: Iterable[Content]) -> dict[bytes, Content]:
    """Each content once, by its canonical form and in that order."""
    by_form = {content.form: content for content in reversed([*contents])}
    return dict(sorted(by_form.items())) if len(by_form) > 1 else by_form


def verdicts_on(
    event_id: str,
    contents: Sequence[Content],
    store_id: StoreKey | None,
    window: Window,
    *,
    rules: RuleSet = SEED,
    contexts: Mapping[bytes, Context] | None = None,
    asleep: Sequence[Snooze] = (),
) -> list[Verdict]:
    """The verdicts on an id of a window, from all contents that were found under it.

    Each content that the stream job flags has one, in the order of the canonical contents, and the id's being used
    again counts against each. As long as no flagged content is found there is one verdict, `unresolved`: the event may
    still come. `contexts` are by canonical form; without them the rules are asked about the event alone.
    `asleep` are the snoozes that hold in the window.
    """
    by_form = distinct(contents)
    verdicts = [
        judged(
            content.event,
            store_id,
            window,
            content.run_id,
            contents=len(by_form),
            source=content.source,
            rules=rules,
            context=contexts[form] if contexts else None,
            asleep=asleep,
            form=form,
        )
        for form, content in by_form.items()
        if is_flagged(content.event)
    ]
    if verdicts:
        return verdicts
    problems = {_not_to_be_judged(content.event) for content in by_form.values()}
    reasons = sorted(problems, key=lambda reason: (reason.rule, reason.evidence))
    return [unresolved(event_id, store_id, window, *reasons, rules=rules)]


def _not_to_be_judged(event: dict[str, Any]) -> Reason:
    problems = problems_of(event)
    return Reason(NOT_A_STORE_EVENT, 0, "; ".join(problems)) if problems else _NOT_FLAGGED


def judged(
    event: dict[str, Any],
    store_id: StoreKey | None,
    window: Window,
    run_id: str | None,
    *,
    contents: int = 1,
    source: Source = "archive",
    name: str | None = None,
    rules: RuleSet = SEED,
    context: Context | None = None,
    asleep: Sequence[Snooze] = (),
    form: bytes = b"",
) -> Verdict:
    """The verdict on an event, under whose id `contents` have arrived, or that has another `name` than its id.

    With a context its facts are judged, and the number of contents is among them. Raises nothing, whatever the event
    holds: rules apply to the fields that are usable, and the others are a reason. `form` is its canonical form if it
    may be long: then it is judged as the verdict keeps it, as whoever judges it again does.
    """
    event, whole = cut(event, form) if len(form) > LONGEST_EVENT else (event, msgspec.UNSET)
    problems = problems_of(event)
    snoozed = snoozed_for(event, asleep) if asleep else {}
    if context is None:
        reasons = rules.reasons(own_facts(event, contents), silent=snoozed)
    else:
        reasons = rules.reasons(context.facts, context.rates, snoozed)
    if snoozed:
        reasons = silenced(reasons, snoozed)
    if problems:
        reasons = (*reasons, Reason(NOT_A_STORE_EVENT, 0, "; ".join(problems)))
    score = max(0, sum(reason.weight for reason in reasons))
    return Verdict(
        event_id=str(event.get("id")) if name is None else name,
        store_id=store_id,
        window_start=window.start,
        window_end=window.end,
        score=score,
        band=rules.band_of(score),
        reasons=reasons,
        rule_set=rules.id,
        run_id=run_id,
        event=event,
        source=source,
        evidence=context.evidence if context else msgspec.UNSET,
        profile_day=context.profile_day if context else msgspec.UNSET,
        cut=whole,
    )


def unresolved(
    event_id: str, store_id: StoreKey | None, window: Window, *reasons: Reason, rules: RuleSet = SEED
) -> Verdict:
    """The verdict on an id whose document is absent from the archive or not a store event; `reasons` says why."""
    return Verdict(
        event_id=event_id,
        store_id=store_id,
        window_start=window.start,
        window_end=window.end,
        score=0,
        band="unresolved",
        reasons=reasons,
        rule_set=rules.id,
        run_id=None,
        event=None,
    )
