"""A stored verdict is judged again, and compared field by field with what that gives."""

import re
from collections.abc import Iterable
from enum import IntFlag
from typing import Any

import msgspec

from fraud.context.event_facts import event_facts
from fraud.evidence import NO_KEPT_RATES, Snapshot
from fraud.judging import Context, judged
from fraud.quarantine_index import whole_store
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import set_named
from fraud.snoozes import Snooze, are_alike, asleep_in
from fraud.verdicts import Verdict
from fraud.windows import Window
from reconciliation.reading.keys import NO_CONTENT, RunKeys

REUSED = "ID_REUSED"
"""The reason whose evidence begins with the number of contents under an id."""
_NUMBER = re.compile(r"\d{1,9}")
_CONTENTS_SHIFT = 16


class Field(IntFlag):
    """The fields of a verdict, or the number of contents under its id, that differ from the verdict judged again."""

    EVENT = 1
    SCORE = 2
    BAND = 4
    REASONS = 8
    RULE_SET = 16
    """It names a rule set that this version does not have, so that it cannot be judged again."""
    STORE_ID = 32
    RUN_ID = 64
    SOURCE = 128
    EVIDENCE = 256
    """The facts that it names are not beside it, or are those of another content."""


def names_of(fields: int) -> tuple[str, ...]:
    """The names of fields, in the order of a verdict's."""
    return tuple((field.name or "").lower() for field in Field if fields & field)


class Checked(msgspec.Struct, frozen=True):
    """A verdict judged again: the fields that differ, the number of contents that it says lie under its id, and the
    key of the content in it."""

    fields: Field
    contents: int
    content: int

    @property
    def packed(self) -> int:
        """Fields and number as one number, for a row."""
        return self.fields | self.contents << _CONTENTS_SHIFT

    @property
    def is_plain(self) -> bool:
        """No field differs, and it names no other content."""
        return not self.fields and self.contents == 1


def unpacked(packed: int) -> tuple[Field, int]:
    """The fields that differ, and the number of contents that the verdict says lie under its id."""
    return Field(packed & (1 << _CONTENTS_SHIFT) - 1), packed >> _CONTENTS_SHIFT


def check(verdict: Verdict, keys: RunKeys, evidence: Snapshot, snoozes: Iterable[Snooze] = ()) -> Checked:
    """Judge a verdict again, from the event in it, with the rule set and the facts, or contents, that it names.

    `snoozes` are all that were ever made: those that held in its window silenced their rules.
    """
    if verdict.event is None:
        return Checked(_of_none(verdict), 1, NO_CONTENT)
    fields = Field(0) if verdict.event.get("id") == verdict.event_id else Field.EVENT
    rules = set_named(verdict.rule_set)
    context = context_of(verdict, rules, evidence)
    contents = _contents_in(context) if context else contents_named(verdict)
    if rules is None:
        fields |= Field.RULE_SET
    elif verdict.evidence is not msgspec.UNSET and context is None:
        fields |= Field.EVIDENCE
    else:
        fields |= _judged_again(verdict, rules, contents, context, snoozes)
    return Checked(fields, contents, _key_of(verdict, verdict.event, keys))


def _key_of(verdict: Verdict, event: dict[str, Any], keys: RunKeys) -> int:
    return keys.of_cut(event, verdict.cut) if verdict.cut else keys.of_body(msgspec.json.encode(event))


def context_of(verdict: Verdict, rules: RuleSet | None, evidence: Snapshot) -> Context | None:
    """The facts that a verdict names; None if it names none, or none that are of its event."""
    if isinstance(verdict.evidence, msgspec.UnsetType) or rules is None:
        return None
    named = evidence.named(verdict.evidence)
    if named is None:
        return None
    entry, part = named
    try:
        content = verdict.content
    except RecursionError:
        return None  # nothing that is nested so deep was archived, or kept: it is of another hand
    if (entry.event_id, entry.content, part.profile_day) != (verdict.event_id, content, verdict.profile_day):
        return None
    own = event_facts(verdict.event or {})
    if any(entry.facts.get(name) != value for name, value in own.items()):
        return None
    rates = part.rates.get(rules.definition.name, NO_KEPT_RATES).rates
    return Context(entry.facts, rates, verdict.evidence, part.profile_day)


def _contents_in(context: Context) -> int:
    contents = context.facts.get("id.contents")
    return contents if isinstance(contents, int) else 1


def check_by_place(verdict: Verdict, keys: RunKeys, number: int, evidence: Snapshot) -> Checked:
    """Judge a verdict again that was judged by its place; `number` is that of the event in its body.

    It holds what quarantine tells, and so names no campaign; the set that it names judges the facts that it names.
    """
    event = verdict.event
    if event is None:
        return Checked(Field.EVENT, 1, NO_CONTENT)
    rules = set_named(verdict.rule_set)
    context = context_of(verdict, rules, evidence)
    if rules is None:
        fields = Field.RULE_SET
    elif verdict.evidence is not msgspec.UNSET and context is None:
        fields = Field.EVIDENCE
    else:
        fields = _judged_again(verdict, rules, 1, context)
    fields |= Field.STORE_ID if verdict.store_id != whole_store(event) else Field(0)
    fields |= Field.RUN_ID if verdict.run_id is not None else Field(0)
    fields |= Field.SOURCE if verdict.source != "quarantine" else Field(0)
    return Checked(fields, 1, keys.of_cut(event, verdict.cut, number) if verdict.cut else keys.of_event(event, number))


def contents_named(verdict: Verdict) -> int:
    """The number of contents that a verdict says lie under its id."""
    evidence = next((reason.evidence for reason in verdict.reasons if reason.rule == REUSED), "")
    number = _NUMBER.match(evidence)
    return int(number[0]) if number else 1


def _of_none(verdict: Verdict) -> Field:
    """A verdict without an event can only be unresolved."""
    fields = Field(0) if verdict.band == "unresolved" else Field.BAND
    return fields | (Field.SCORE if verdict.score else Field(0))


def _judged_again(
    verdict: Verdict, rules: RuleSet, contents: int, context: Context | None, snoozes: Iterable[Snooze] = ()
) -> Field:
    window = Window(verdict.window_start, verdict.window_end)
    again = judged(
        verdict.event or {},
        verdict.store_id,
        window,
        verdict.run_id,
        contents=contents,
        source=verdict.source or "archive",
        name=verdict.event_id,
        rules=rules,
        context=context,
        asleep=asleep_in(snoozes, window),
    )
    fields = Field.SCORE if again.score != verdict.score else Field(0)
    fields |= Field.BAND if again.band != verdict.band else Field(0)
    return fields | (Field(0) if are_alike(verdict.reasons, again.reasons) else Field.REASONS)
