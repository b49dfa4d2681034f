"""Judging an event: every rule is asked, their weights are added, the sum decides the band."""

from typing import Any

import msgspec

from fraud.events import StoreEvent, StoreKey
from fraud.rules import RULE_SET, RULES
from fraud.verdicts import Band, Reason, Verdict
from fraud.windows import Window

MEDIUM_SCORE, HIGH_SCORE = 60, 85


def judge(event: StoreEvent) -> tuple[Reason, ...]:
    """What speaks against an event, in the order of the rules."""
    return tuple(
        Reason(rule.name, rule.weight, evidence.text) for rule in RULES.values() if (evidence := rule.judge(event))
    )


def band_of(score: int) -> Band:
    """The band of a score in points."""
    if score >= HIGH_SCORE:
        return "high"
    return "medium" if score >= MEDIUM_SCORE else "low"


def judged(event: dict[str, Any], store_id: StoreKey | None, window: Window, run_id: str | None) -> Verdict:
    """The verdict on an archived event. Raises msgspec.ValidationError if it is no store event."""
    reasons = judge(msgspec.convert(event, StoreEvent))
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
    )


def unresolved(event_id: str, store_id: StoreKey | None, window: Window, *reasons: Reason) -> Verdict:
    """The verdict on an id whose event is not in the archive, or is there but is none; then `reasons` says why."""
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
