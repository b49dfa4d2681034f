"""The changes of a trial in the verdicts of one window, and how right both sets are by what people know. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from fraud.desk.outcomes import Fate
from fraud.reanalysis.trial import EXAMPLES, LEVELS, Tried, TriedExample
from fraud.verdicts import Verdict

Pair = tuple[Verdict, Verdict]
"""A verdict as it is stored, and as the set that is tried gives it."""

FRAUD_FATES: tuple[Fate, ...] = ("fraud", "chargeback")


def tried_on(case_id: str, pairs: Sequence[Pair], decision: str | None, fates: Mapping[str, Fate]) -> Tried:
    """The changes in a window. `decision` is that of its case, if it is confirmed or dismissed; `fates` are by id."""
    changed = [pair for pair in pairs if pair[0].band != pair[1].band]
    largest = sorted(changed, key=lambda pair: (-abs(pair[1].score - pair[0].score), pair[0].event_id))[:EXAMPLES]
    before, after = [old for old, _ in pairs], [new for _, new in pairs]
    return Tried(
        verdicts=len(pairs),
        moved=_counts(f"{old.band} -> {new.band}" for old, new in changed),
        bands_before=_counts(verdict.band for verdict in before),
        bands_after=_counts(verdict.band for verdict in after),
        rules_before=_rules(before),
        rules_after=_rules(after),
        examples=tuple(TriedExample.of(case_id, *pair) for pair in largest),
        labels=_counts([*_of_case(before, after, decision), *_of_events(before, after, fates)]),
    )


def _of_case(before: Sequence[Verdict], after: Sequence[Verdict], decision: str | None) -> Iterable[str]:
    """A decision is about the case: a set names the case if one of its verdicts has the band."""
    if decision is None:
        return
    yield "case fraud" if decision == "confirmed" else "case innocent"
    for when, verdicts in (("before", before), ("after", after)):
        for level, bands in LEVELS.items():
            if any(verdict.band in bands for verdict in verdicts):
                yield f"case {when} {level} {'right' if decision == 'confirmed' else 'wrong'}"


def _of_events(before: Sequence[Verdict], after: Sequence[Verdict], fates: Mapping[str, Fate]) -> Iterable[str]:
    """An outcome is about an event: of several contents under its id the worst one counts."""
    for event_id, fate in fates.items():
        yield "event fraud" if fate in FRAUD_FATES else "event innocent"
        for when, verdicts in (("before", before), ("after", after)):
            bands_of_id = {verdict.band for verdict in verdicts if verdict.event_id == event_id}
            for level, bands in LEVELS.items():
                if bands_of_id & {*bands}:
                    yield f"event {when} {level} {'right' if fate in FRAUD_FATES else 'wrong'}"


def _rules(verdicts: Iterable[Verdict]) -> dict[str, int]:
    return _counts(rule for verdict in verdicts for rule in verdict.rules)


def _counts(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))
