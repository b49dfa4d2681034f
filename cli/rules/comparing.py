"""The changes that another set, or another run, makes to the verdicts on the same events."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from cli.rules.labels import BandQuality, FraudLabels
from fraud.replay.replay import ReplayVerdict
from fraud.verdicts import BANDS

EXAMPLES = 5


class Example(msgspec.Struct, frozen=True):
    """A verdict whose band changes."""

    id: str
    window_end: str
    before: str
    after: str
    rules: tuple[str, ...]
    """The rules of the verdict after the change, the heaviest first."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Precision and recall of both judgements. `never_flagged` of the `fraud_sales` are the filter's own blindness."""

    before: tuple[BandQuality, ...]
    after: tuple[BandQuality, ...]
    fraud_sales: int
    never_flagged: int


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Two judgements of the same events. `moved` counts verdicts by `band before -> band after`."""

    before: str
    after: str
    verdicts: int
    only_before: int
    only_after: int
    bands_before: dict[str, int]
    bands_after: dict[str, int]
    moved: dict[str, int]
    rules_before: dict[str, int]
    rules_after: dict[str, int]
    examples: tuple[Example, ...]
    truth: Comparison | None = None


def changes(
    before: Sequence[ReplayVerdict], after: Sequence[ReplayVerdict], truth: FraudLabels | None = None
) -> Changes:
    """The changes from one judgement to another, verdict by verdict: by id, store, window and arrival."""
    first, second = ({_key(verdict): verdict for verdict in verdicts} for verdicts in (before, after))
    both = sorted(first.keys() & second.keys())
    pairs = [(first[key], second[key]) for key in both]
    moved = [(old, new) for old, new in pairs if old.band != new.band]
    largest = sorted(moved, key=lambda pair: (-abs(pair[1].score - pair[0].score), _key(pair[0])))[:EXAMPLES]
    return Changes(
        before=_names(first.values()),
        after=_names(second.values()),
        verdicts=len(both),
        only_before=len(first) - len(both),
        only_after=len(second) - len(both),
        bands_before=_bands(first.values()),
        bands_after=_bands(second.values()),
        moved=dict(sorted(Counter(f"{old.band} -> {new.band}" for old, new in moved).items())),
        rules_before=_rules(first.values()),
        rules_after=_rules(second.values()),
        examples=tuple(_example(old, new) for old, new in largest),
        truth=_told(before, after, truth) if truth else None,
    )


def _told(before: Sequence[ReplayVerdict], after: Sequence[ReplayVerdict], truth: FraudLabels) -> Comparison:
    return Comparison(
        before=truth.found(before),
        after=truth.found(after),
        fraud_sales=truth.fraud_sales,
        never_flagged=truth.never_flagged,
    )


def _key(verdict: ReplayVerdict) -> tuple[str, str, str, str]:
    return verdict.window_end, verdict.id, str(verdict.store_id), verdict.enqueued_time


def _names(verdicts: Iterable[ReplayVerdict]) -> str:
    return ", ".join(sorted({verdict.rule_set for verdict in verdicts}))


def _bands(verdicts: Iterable[ReplayVerdict]) -> dict[str, int]:
    counts = Counter(verdict.band for verdict in verdicts)
    return {band: counts[band] for band in BANDS if band != "unresolved"}


def _rules(verdicts: Iterable[ReplayVerdict]) -> dict[str, int]:
    return dict(sorted(Counter(reason.rule for verdict in verdicts for reason in verdict.reasons).items()))


def _example(old: ReplayVerdict, new: ReplayVerdict) -> Example:
    heaviest = sorted(new.reasons, key=lambda reason: -reason.weight)
    rules = tuple(reason.rule for reason in heaviest)
    return Example(new.id, new.window_end, f"{old.band} {old.score}", f"{new.band} {new.score}", rules)
