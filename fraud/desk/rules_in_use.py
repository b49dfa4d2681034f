"""The rules in use: the set that judges windows, the one that judges beside it, and the rules that are snoozed. Pure.

Each change names who made it, and why; the changes stay with the state, so both are written at once or neither is. What
is so already gives the same state again, and adds no change.
"""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fraud.context.event_facts import key, store_text
from fraud.desk.callers import Caller
from fraud.desk.problems import ProblemError, bad_request, not_found
from fraud.desk.queries import Moment
from fraud.desk.review import SAID, By, Why
from fraud.events import UNKNOWN_STORE
from fraud.rules.definition import RuleName
from fraud.snoozes import Because, Snooze, SnoozedKey

MAX_CHANGES = 500
"""Changes that are told, the latest ones: each version of the blob keeps those of its time."""

MAX_SNOOZES = 1_000
LONGEST_SNOOZE = timedelta(days=90)
CLOCKS = timedelta(minutes=1)
"""The clock of whoever asks may be so far before the app's: 90 days are 90 days there."""
_NOBODY = ("", "none", "null", UNKNOWN_STORE)
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d{1,3})?")
KEPT = timedelta(days=400)
"""A snooze stays so long after its end: a reconciliation of its time needs it to judge verdicts again."""

ChangeKind = Literal["activated", "shadowed", "snoozed", "woken"]
SetName = Annotated[str, Meta(min_length=1, max_length=40)]


class RulesChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change: who, when, what and why, and the set or the snooze that it is about.

    `set` is null where a shadow ends.
    """

    number: int
    when: datetime
    who: str
    by: By
    what: ChangeKind
    set: str | None = None
    snooze: Snooze | None = None
    why: str


class RulesInUse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The names of the sets. As long as nobody has activated one, the setting `RULE_SET` names it."""

    active: SetName | None = None
    shadow: SetName | None = None
    snoozes: tuple[Snooze, ...] = ()
    """Those that hold, and those that have ended; the first made comes first."""
    changes: tuple[RulesChange, ...] = ()


class SetToActivate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The set to judge windows from now on, and why."""

    set: SetName
    why: Why


class SetInShadow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The set to judge beside the active one, and why; null ends the shadow."""

    set: SetName | None
    why: Why


class RuleToSnooze(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule to snooze for a customer or for a store, until a time; one of the two is given."""

    rule: RuleName
    until: Moment
    why: Annotated[Because, Meta(pattern=SAID)]
    customer: SnoozedKey | None = None
    store: SnoozedKey | None = None


class SnoozeName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A snooze by its number."""

    number: Annotated[int, Meta(ge=1, le=2**53 - 1)]


class Waking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reason why a snooze ends early."""

    why: Why


class RulesInUseRow(msgspec.Struct, frozen=True, kw_only=True):
    """The sets in use by name, the snoozes that have not ended, the latest change first.

    `etag` names this state: a change says which it has seen.
    """

    active: str
    shadow: str | None
    snoozes: tuple[Snooze, ...]
    changes: tuple[RulesChange, ...]
    etag: str


def activated(
    state: RulesInUse, asked: SetToActivate, who: Caller, when: datetime, shipped: Collection[str]
) -> RulesInUse:
    """The state in which a set judges; it ends its own shadow. Raises ProblemError for an unknown set."""
    _must_be(asked.set, shipped)
    shadow = None if state.shadow == asked.set else state.shadow
    changed = msgspec.structs.replace(state, active=asked.set, shadow=shadow)
    if changed == state:
        return state
    return _noted(changed, who, when, "activated", why=asked.why, set=asked.set)


def shadowed(
    state: RulesInUse, asked: SetInShadow, who: Caller, when: datetime, shipped: Collection[str], *, active: str
) -> RulesInUse:
    """The state in which a set judges in the shadow of the `active` one, or none does.

    Raises ProblemError for an unknown set, and for the active one itself.
    """
    if asked.set is not None:
        _must_be(asked.set, shipped)
        if asked.set == active:
            raise ProblemError(409, "Active itself", f"{active} judges windows: name another set, or null")
    changed = msgspec.structs.replace(state, shadow=asked.set)
    if changed == state:
        return state
    return _noted(changed, who, when, "shadowed", why=asked.why, set=asked.set)


def snoozed(state: RulesInUse, asked: RuleToSnooze, who: Caller, when: datetime, rules: Collection[str]) -> RulesInUse:
    """The state in which a rule is snoozed, from the windows on that begin later. Raises ProblemError.

    It is so already where a snooze of the same that runs ends no more than CLOCKS before; a longer one is another.
    """
    if asked.rule not in rules:
        raise bad_request("rule", f"no set of this version has the rule {asked.rule}")
    if (asked.customer is None) == (asked.store is None):
        raise bad_request("customer", "say for which customer, or at which store: one of the two")
    if asked.customer is not None:
        _must_be_as_in_events("customer", asked.customer)
    if asked.store is not None:
        _must_be_as_in_events("store", asked.store)
    if not when < asked.until <= when + LONGEST_SNOOZE + CLOCKS:
        raise bad_request("until", f"a snooze ends within {LONGEST_SNOOZE.days} days from now, {when:%Y-%m-%d %H:%M}Z")
    if any(_lasts(snooze, asked, when) for snooze in state.snoozes):
        return state
    kept = tuple(snooze for snooze in state.snoozes if snooze.end > when - KEPT)
    if len(kept) >= MAX_SNOOZES:
        raise ProblemError(409, "Too many", f"{MAX_SNOOZES} snoozes are kept: change the rule itself")
    snooze = Snooze(
        number=_next_number(state),
        rule=asked.rule,
        customer=asked.customer,
        store=asked.store,
        since=when,
        until=asked.until,
        who=who.name or "",
        why=asked.why,
    )
    changed = msgspec.structs.replace(state, snoozes=(*kept, snooze))
    return _noted(changed, who, when, "snoozed", why=asked.why, snooze=snooze)


def _lasts(snooze: Snooze, asked: RuleToSnooze, when: datetime) -> bool:
    """True if a snooze runs that silences what is asked for, and as long."""
    is_the_same = (snooze.rule, snooze.customer, snooze.store) == (asked.rule, asked.customer, asked.store)
    return is_the_same and snooze.end > when and snooze.end >= asked.until - CLOCKS


def woken(state: RulesInUse, number: int, asked: Waking, who: Caller, when: datetime) -> RulesInUse:
    """The state in which a snooze has ended. Raises ProblemError for one that is not there, or has ended before."""
    snooze = next((snooze for snooze in state.snoozes if snooze.number == number), None)
    if snooze is None:
        raise not_found("snooze", str(number))
    if snooze.end <= when:
        raise ProblemError(409, "Ended already", f"this snooze ended at {snooze.end:%Y-%m-%d %H:%M}Z")
    ended = msgspec.structs.replace(snooze, woken=when)
    snoozes = tuple(ended if each is snooze else each for each in state.snoozes)
    changed = msgspec.structs.replace(state, snoozes=snoozes)
    return _noted(changed, who, when, "woken", why=asked.why, snooze=ended)


def _must_be(name: str, shipped: Collection[str]) -> None:
    if name not in shipped:
        raise bad_request("set", f"this version has the sets {', '.join(sorted(shipped))}, and not {name!r}")


def _must_be_as_in_events(field: str, name: str) -> None:
    """Raise ProblemError for a name of nobody, or a number as no producer writes it: it would never hold."""
    text = name.strip()
    if text.casefold() in _NOBODY:
        raise bad_request(field, f"say which {field}: a rule is not snoozed for events without one")
    if not _NUMBER.fullmatch(text):
        return
    number = int(text) if text.lstrip("+-").isdecimal() else float(text)
    written = key(number) if field == "customer" else store_text(number)
    if written is None:
        raise bad_request(field, f"no event has the {field} {name}")
    if written != name:
        raise bad_request(field, f"write the {field} as events have it: {written}")


def _next_number(state: RulesInUse) -> int:
    return state.changes[-1].number + 1 if state.changes else 1


def _noted(
    state: RulesInUse,
    who: Caller,
    when: datetime,
    what: ChangeKind,
    *,
    why: str,
    set: str | None = None,
    snooze: Snooze | None = None,
) -> RulesInUse:
    change = RulesChange(
        number=_next_number(state),
        when=when,
        who=who.name or "",
        by=who.by,
        what=what,
        set=set,
        snooze=snooze,
        why=why,
    )
    return msgspec.structs.replace(state, changes=(*state.changes, change)[-MAX_CHANGES:])
