"""Snoozes: for a while, a rule adds no points for a customer, or at a store. Pure.

A snooze holds for the windows that begin after it was made, and before its end: a window is judged when it is over, so
whoever judges it, or judges it again, finds the same snoozes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fraud.context.event_facts import key, store_of
from fraud.rules.definition import RuleName
from fraud.verdicts import Reason
from fraud.windows import Window

SnoozedKey = Annotated[str, Meta(min_length=1, max_length=200)]
Because = Annotated[str, Meta(min_length=1, max_length=200)]
"""It is told in each reason that the snooze silences."""


class Snooze(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule that is silenced for a customer or at a store; `number` is that of the change which made it.

    `woken` is when a person ended it early. `until` stays as it was: verdicts that were judged with it name that.
    """

    number: int
    rule: RuleName
    customer: SnoozedKey | None = None
    store: SnoozedKey | None = None
    since: datetime
    until: datetime
    who: str
    why: Because
    woken: datetime | None = None

    @property
    def end(self) -> datetime:
        """The time from which on it holds no more."""
        return self.until if self.woken is None else min(self.until, self.woken)

    def holds_in(self, window: Window) -> bool:
        """True if it silences its rule in a window."""
        return self.since <= window.start < self.end

    def is_about(self, event: Mapping[str, Any]) -> bool:
        """True for an event of its customer, or of its store."""
        if self.customer is not None:
            return key(event.get("cust_id")) == self.customer
        store = store_of(event)
        return store is not None and str(store) == self.store


def asleep_in(snoozes: Iterable[Snooze], window: Window) -> tuple[Snooze, ...]:
    """The snoozes that hold in a window."""
    return tuple(snooze for snooze in snoozes if snooze.holds_in(window))


def snoozed_for(event: Mapping[str, Any], asleep: Sequence[Snooze]) -> dict[str, Snooze]:
    """The rules that are asleep for an event, each with the first snooze that says so."""
    return {snooze.rule: snooze for snooze in reversed(asleep) if snooze.is_about(event)}


def silenced(reasons: Sequence[Reason], snoozed: Mapping[str, Snooze]) -> tuple[Reason, ...]:
    """The reasons against an event; those of rules that are asleep for it weigh nothing, and say until when and why."""
    return tuple(_silenced(reason, snoozed[reason.rule]) if reason.rule in snoozed else reason for reason in reasons)


def _silenced(reason: Reason, snooze: Snooze) -> Reason:
    until = f"{snooze.until:%Y-%m-%d %H:%M}"
    words = f"{reason.evidence}; snoozed until {until} by {snooze.who}: {snooze.why}"
    return Reason(reason.rule, 0, words, snoozed=True)


def are_alike(stored: Sequence[Reason], again: Sequence[Reason]) -> bool:
    """True if judging again gives the reasons that are stored, which earlier versions did not mark as snoozed."""
    if any(reason.snoozed for reason in stored):
        return tuple(again) == tuple(stored)
    return tuple(msgspec.structs.replace(reason, snoozed=False) for reason in again) == tuple(stored)
