"""Judging an event: every rule is asked, their weights are added, the sum decides the band."""

from collections.abc import Sequence
from typing import Any

import msgspec

from fraud.archive import original_event
from fraud.context.event_facts import event_facts
from fraud.events import StoreEvent, StoreKey, store_key
from fraud.identity import canonical
from fraud.rules.shipped import ACTIVE, RULE_SET
from fraud.suspicion import is_suspicious
from fraud.verdicts import Band, Reason, Verdict
from fraud.windows import Window

MEDIUM_SCORE, HIGH_SCORE = ACTIVE.bands.medium, ACTIVE.bands.high

_NOT_FLAGGED = Reason("NOT_FLAGGED", 0, "what is archived under this id is not what the stream job flagged")


def judge(event: StoreEvent, *, contents: int = 1) -> tuple[Reason, ...]:
    """The reasons against an event, under whose id `contents` have arrived, in the order of the rules."""
    return ACTIVE.reasons({**event_facts(msgspec.structs.asdict(event)), "id.contents": contents})


def band_of(score: int) -> Band:
    """The band of a score in points."""
    return ACTIVE.band_of(score)


def verdicts_on(
    event_id: str, documents: Sequence[dict[str, Any]], store_id: StoreKey | None, window: Window
) -> list[Verdict]:
    """The verdicts on an id of a window, from all documents that are archived under it.

    Each content that the stream job flags has one, in the order of the canonical contents, and the id's being used
    again counts against each. As long as no flagged content is archived there is one verdict, `unresolved`: the event
    may still come.
    """
    contents = [content for content in map(original_event, documents) if _store_of(content[0]) == store_key(store_id)]
    verdicts: list[Verdict] = []
    problems: list[Reason] = []
    for event, run_id in contents:
        try:
            verdict = judged(event, store_id, window, run_id, contents=len(contents))
        except (msgspec.ValidationError, ValueError) as problem:
            # Written by someone else than the archiver. One such document must not hold up a whole window.
            problems.append(Reason("NOT_A_STORE_EVENT", 0, str(problem)))
            continue
        if is_suspicious(event.get("event_type"), event.get("discount"), event.get("priority_shipping")):
            verdicts.append(verdict)
        else:
            problems.append(_NOT_FLAGGED)
    if verdicts:
        return sorted(verdicts, key=lambda verdict: canonical(verdict.event or {}))
    reasons = sorted(set(problems), key=lambda reason: (reason.rule, reason.evidence))
    return [unresolved(event_id, store_id, window, *reasons)]


def _store_of(event: dict[str, Any]) -> StoreKey:
    return store_key(event.get("store_id"))


def judged(
    event: dict[str, Any], store_id: StoreKey | None, window: Window, run_id: str | None, *, contents: int = 1
) -> Verdict:
    """The verdict on an archived event, under whose id `contents` have arrived.

    Raises msgspec.ValidationError if it is not a store event.
    """
    reasons = judge(msgspec.convert(event, StoreEvent), contents=contents)
    score = sum(reason.weight for reason in reasons)
    return Verdict(
        event_id=event["id"],
        store_id=store_id,
        window_start=window.start,
        window_end=window.end,
        score=score,
        band=band_of(score),
        reasons=reasons,
        rule_set=RULE_SET,
        run_id=run_id,
        event=event,
        source="archive",
    )


def unresolved(event_id: str, store_id: StoreKey | None, window: Window, *reasons: Reason) -> Verdict:
    """The verdict on an id whose document is absent from the archive or not a store event; `reasons` says why."""
    return Verdict(
        event_id=event_id,
        store_id=store_id,
        window_start=window.start,
        window_end=window.end,
        score=0,
        band="unresolved",
        reasons=reasons,
        rule_set=RULE_SET,
        run_id=None,
        event=None,
    )
