"""The rule sets in use: the one that judges windows, and the one that judges beside it, in its shadow. Pure.

Each change names who made it, and why; the changes stay with the state, so both are written at once or neither is.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fraud.desk.callers import Caller
from fraud.desk.problems import ProblemError, bad_request
from fraud.desk.review import By, Why

MAX_CHANGES = 500
"""Changes that are told, the latest ones: each version of the blob keeps those of its time."""

SetName = Annotated[str, Meta(min_length=1, max_length=40)]


class RulesChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change: who, when, what and why, and the set that it names; null where a shadow ends."""

    number: int
    when: datetime
    who: str
    by: By
    what: Literal["activated", "shadowed"]
    set: str | None
    why: str


class RulesInUse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The names of the sets. As long as nobody has activated one, the setting `RULE_SET` names it."""

    active: SetName | None = None
    shadow: SetName | None = None
    changes: tuple[RulesChange, ...] = ()


class SetToActivate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The set that shall judge windows from now on, and why."""

    set: SetName
    why: Why


class SetInShadow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The set that shall judge beside the active one, and why; null ends the shadow."""

    set: SetName | None
    why: Why


class RulesInUseRow(msgspec.Struct, frozen=True, kw_only=True):
    """The sets in use by name, the latest change first. `etag` names this state: a change says which it has seen."""

    active: str
    shadow: str | None
    changes: tuple[RulesChange, ...]
    etag: str


def activated(
    state: RulesInUse, asked: SetToActivate, who: Caller, when: datetime, shipped: Collection[str]
) -> RulesInUse:
    """The state in which a set judges; it ends its own shadow. Raises ProblemError for a set that nobody has."""
    _must_be(asked.set, shipped)
    shadow = None if state.shadow == asked.set else state.shadow
    changed = msgspec.structs.replace(state, active=asked.set, shadow=shadow)
    return _noted(changed, who, when, "activated", asked)


def shadowed(
    state: RulesInUse, asked: SetInShadow, who: Caller, when: datetime, shipped: Collection[str], *, active: str
) -> RulesInUse:
    """The state in which a set judges in the shadow of the `active` one, or none does.

    Raises ProblemError for a set that nobody has, and for the active one itself.
    """
    if asked.set is not None:
        _must_be(asked.set, shipped)
        if asked.set == active:
            raise ProblemError(409, "Active itself", f"{active} judges windows: name another set, or null")
    return _noted(msgspec.structs.replace(state, shadow=asked.set), who, when, "shadowed", asked)


def _must_be(name: str, shipped: Collection[str]) -> None:
    if name not in shipped:
        raise bad_request("set", f"this version has the sets {', '.join(sorted(shipped))}, and not {name!r}")


def _noted(
    state: RulesInUse,
    who: Caller,
    when: datetime,
    what: Literal["activated", "shadowed"],
    asked: SetToActivate | SetInShadow,
) -> RulesInUse:
    number = state.changes[-1].number + 1 if state.changes else 1
    change = RulesChange(
        number=number, when=when, who=who.name or "", by=who.by, what=what, set=asked.set, why=asked.why
    )
    return msgspec.structs.replace(state, changes=(*state.changes, change)[-MAX_CHANGES:])
