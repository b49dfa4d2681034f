"""Judge a window by a set that is tried: on the facts of that time, without writing a verdict, case or alert."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any

import msgspec

from activities.find_contents import contents_in_portions
from activities.kept_evidence import list_evidence, snapshot_of
from activities.window_context import contexts_looked_up
from fraud.analysis import WindowTask
from fraud.desk.outcomes import Fate
from fraud.events import store_key
from fraud.identity import content_digest
from fraud.judging import Context, judged, own_facts
from fraud.reanalysis.labelling import labels_of, part_of
from fraud.reanalysis.messages import WindowAgain
from fraud.reanalysis.samples import Sampling
from fraud.reanalysis.telling import Pair, tried_on
from fraud.reanalysis.trial import Tried
from fraud.reanalysis.windows import NotItsVerdictsError, window_in
from fraud.rules.rates import NO_RATES
from fraud.rules.rule_set import RuleSet
from fraud.rules.sampling import held_in
from fraud.rules.shipped import SEED, set_named
from fraud.snoozes import Snooze, are_alike, asleep_in, snoozed_for
from fraud.verdicts import Verdict, name_in
from fraud.windows import SuspiciousWindow, Window
from reconciliation.reading.verdicts import contents_named, context_of
from services import names
from services.blobs import read_if_there, warehouse
from services.desk.outcomes import fates_in
from services.desk.reviews import read_case
from services.profiles import latest_profile_day
from services.rule_samples import keep_samples
from services.rules_in_use import read_rules_in_use
from services.tried_rules import rules_to_try

_DECIDED = ("confirmed", "dismissed")

_Rebuilt = dict[tuple[str, str | None], Context]
"""Contexts by the ids and the digests of contents."""


async def try_window(again: WindowAgain) -> Tried:
    """The verdicts of an order's set on a window, beside the stored ones.

    A verdict is judged on the evidence that it names, as live judging had it; without such evidence the facts are
    looked up, as of the end of the window. It reads only; samples, if the order asks for them, are written under the
    names of order and window, so that a second run writes them again. Raises what Cosmos or the blob service raised.
    """
    path, rules = again.path, await rules_to_try(again.order.rules)
    try:
        window, verdicts = window_in(path, await read_if_there(await warehouse(names.FRAUD_EVENTS), path) or b"")
    except NotItsVerdictsError:
        return Tried()  # deleted, archived or altered since it was listed
    case = await read_case(name_in(path), store_key(window.store_id))
    decision = case.review.state if case and case.review.state in _DECIDED else None
    fates: Mapping[str, Fate] = await fates_in(window.window.end, window.ids)
    trial = _Trial(rules, asleep_in((await read_rules_in_use()).state.snoozes, window.window))
    snapshot = await snapshot_of((await list_evidence([path]))[path])
    kept = {place: context for place, v in enumerate(verdicts) if (context := context_of(v, rules, snapshot))}
    missing = [verdict for place, verdict in enumerate(verdicts) if verdict.event and place not in kept]
    rebuilt = await _rebuilt(window, missing, rules) if missing and rules is not SEED else {}
    wanted = again.order.samples
    labels = labels_of(verdicts, decision, fates, rest_is_innocent=wanted == "all")
    for place, verdict in enumerate(verdicts):
        own = context_of(verdict, set_named(verdict.rule_set), snapshot)
        label = labels[place] if wanted else None
        trial.add(verdict, kept.get(place), rebuilt.get((verdict.event_id, verdict.content)), own, label)
    told = trial.told(tried_on(name_in(path), trial.pairs, decision, fates))
    if wanted is None:
        return told
    if trial.sampling.count.verdicts:
        await keep_samples(again.order.id, trial.sampling.of(name_in(path)))
    return told + Tried(sampled=trial.sampling.count)


class _Trial:
    """The verdicts of a window as they are tried, one by one."""

    def __init__(self, rules: RuleSet, asleep: Sequence[Snooze]) -> None:
        self._rules = rules
        self._asleep = asleep
        self.sampling = Sampling(rules)
        self._counts = Tried()
        self.pairs: list[Pair] = []

    def add(
        self,
        stored: Verdict,
        kept: Context | None,
        rebuilt: Context | None,
        own: Context | None,
        label: bool | None = None,
    ) -> None:
        """Try a verdict on the facts that it names, or on those that were looked up; `own` are those of its own set.

        With a label, its sample is taken.
        """
        if stored.event is None:
            self.pairs.append((stored, stored))
            return
        context = kept or rebuilt
        if context is None and self._rules is not SEED:
            self._count(Tried(without_facts=1))
            self.pairs.append((stored, stored))
            return
        self._count(Tried(rebuilt=1) if kept is None and rebuilt is not None else Tried(kept=1))
        self.pairs.append((stored, self._judged(stored, self._rules, context)))
        self._hold_against_its_own(stored, own, rebuilt)
        if label is not None:
            self._sample(stored, stored.event, context, is_fraud=label)

    def _sample(self, stored: Verdict, event: Mapping[str, Any], context: Context | None, *, is_fraud: bool) -> None:
        facts = context.facts if context else own_facts(event, contents_named(stored))
        held = held_in(self._rules, facts, snoozed_for(event, self._asleep))
        self.sampling.add(held, context.rates if context else NO_RATES, part=part_of(stored), is_fraud=is_fraud)

    def _hold_against_its_own(self, stored: Verdict, own: Context | None, rebuilt: Context | None) -> None:
        """Judge it by its own set again: the result must equal what is stored, unless facts had to be rebuilt."""
        rules = set_named(stored.rule_set)
        if rules is None:
            return
        needs_facts = stored.evidence is not msgspec.UNSET
        context = (own or rebuilt) if needs_facts else None
        if needs_facts and context is None:
            return
        if needs_facts and own is None and rules.definition.name != self._rules.definition.name:
            return  # the rates of the days before are those of the set that is tried
        again = self._judged(stored, rules, context)
        is_same = (again.score, again.band) == (stored.score, stored.band) and are_alike(stored.reasons, again.reasons)
        if not is_same:
            self._count(Tried(differing=1, rebuilt_differing=int(needs_facts and own is None)))

    def _judged(self, stored: Verdict, rules: RuleSet, context: Context | None) -> Verdict:
        return judged(
            stored.event or {},
            stored.store_id,
            Window(stored.window_start, stored.window_end),
            stored.run_id,
            contents=contents_named(stored),
            source=stored.source or "archive",
            name=stored.event_id,
            rules=rules,
            context=context,
            asleep=self._asleep,
        )

    def _count(self, more: Tried) -> None:
        self._counts = self._counts + more

    def told(self, changes: Tried) -> Tried:
        """The changes, with how they were found."""
        return changes + self._counts


async def _rebuilt(window: SuspiciousWindow, verdicts: Sequence[Verdict], rules: RuleSet) -> _Rebuilt:
    """The facts of verdicts that name none, looked up as of the end of the window, and kept nowhere."""
    day = await latest_profile_day(window.window.start.date())
    task = WindowTask.of(window, "tried", rules=rules.id, profile_day=day)
    ids = list(dict.fromkeys(verdict.event_id for verdict in verdicts))
    rebuilt: _Rebuilt = {}
    async with aclosing(contents_in_portions(ids, window.store_id)) as portions:
        async for contents_of in portions:
            for event_id, by_form in (await contexts_looked_up(task, contents_of)).items():
                rebuilt |= {(event_id, content_digest(form)): context for form, context in by_form.items()}
            del contents_of  # before the next ones are read
    return rebuilt
