"""The figures of a judge on a world: those of its ranking, and those of its bands."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from benchmarks.labelled.flagged import Occurrence, is_flagged
from cli.rules.ranking import auc, average_precision, precision_at
from fraud.verdicts import Band
from worlds import LabelledWorld

PER_DAY = 50
"""The cases that a small team looks into in a day."""


class Judgement(msgspec.Struct, frozen=True, eq=False):
    """The score of an occurrence; `band` is None for a judge that only ranks."""

    occurrence: Occurrence
    score: float
    band: Band | None = None

    @property
    def is_fraud(self) -> bool:
        """The truth."""
        return self.occurrence.label.fraud

    @property
    def is_lookalike(self) -> bool:
        """True if it is innocent, and part of an occasion that looks otherwise."""
        return not self.is_fraud and bool(self.occurrence.label.scenario)


class Ranking(msgspec.Struct, frozen=True):
    """Figures of the order of scores."""

    auc: float
    average_precision: float
    precision_at_50_a_day: float
    """The mean over the judged days."""


class Bands(msgspec.Struct, frozen=True):
    """Shares, 0 to 1. A share of nothing is 0."""

    fraud_in_high: float
    precision_of_high: float
    fraud_in_low: float
    lookalikes_in_high: float


def ranking(judgements: Sequence[Judgement]) -> Ranking:
    """The figures of a judge's scores."""
    days: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for judgement in judgements:
        days[judgement.occurrence.day].append((judgement.score, judgement.is_fraud))
    ranked = [pair for pairs in days.values() for pair in pairs]
    by_day = [precision_at(pairs, PER_DAY) for pairs in days.values()]
    return Ranking(auc(ranked), average_precision(ranked), sum(by_day) / len(by_day))


def bands(judgements: Sequence[Judgement]) -> Bands:
    """The figures of a judge's bands."""
    frauds = [judgement for judgement in judgements if judgement.is_fraud]
    lookalikes = [judgement for judgement in judgements if judgement.is_lookalike]
    high = [judgement for judgement in judgements if judgement.band == "high"]
    return Bands(
        fraud_in_high=_share(judgement.band == "high" for judgement in frauds),
        precision_of_high=_share(judgement.is_fraud for judgement in high),
        fraud_in_low=_share(judgement.band == "low" for judgement in frauds),
        lookalikes_in_high=_share(judgement.band == "high" for judgement in lookalikes),
    )


def never_flagged(world: LabelledWorld, history_days: int) -> float:
    """The share of fraudulent sales after the days of history that the stream job does not flag: no rule sees them."""
    return _share(
        not is_flagged(event)
        for (enqueued, event), label in zip(world.events(), world.labels(), strict=True)
        if label.fraud and event.event_type == "sale_event" and (enqueued - world.start).days >= history_days
    )


class ScenarioFigures(msgspec.Struct, frozen=True):
    """The figures of a scenario. `auc` is of its events against everything innocent, None for an innocent scenario."""

    flagged: int
    in_high: int
    in_low: int
    auc: float | None
    rings: int
    rings_in_high: int
    """Rings of which one event at least is high; of innocent occasions too."""


def by_scenario(judgements: Sequence[Judgement]) -> dict[str, ScenarioFigures]:
    """The figures of each scenario; the everyday is not one."""
    innocent = [(judgement.score, False) for judgement in judgements if not judgement.is_fraud]
    groups: defaultdict[str, list[Judgement]] = defaultdict(list)
    for judgement in judgements:
        if judgement.occurrence.label.scenario:
            groups[judgement.occurrence.label.scenario].append(judgement)
    return {scenario: _of_scenario(group, innocent) for scenario, group in sorted(groups.items())}


def _of_scenario(group: list[Judgement], innocent: list[tuple[float, bool]]) -> ScenarioFigures:
    high = [judgement for judgement in group if judgement.band == "high"]
    frauds = [(judgement.score, True) for judgement in group if judgement.is_fraud]
    return ScenarioFigures(
        flagged=len(group),
        in_high=len(high),
        in_low=sum(judgement.band == "low" for judgement in group),
        auc=auc(frauds + innocent) if frauds else None,
        rings=len(_rings(group)),
        rings_in_high=len(_rings(high)),
    )


def _rings(judgements: list[Judgement]) -> set[str]:
    return {ring for judgement in judgements if (ring := judgement.occurrence.label.ring)}


def _share(truths: Iterable[bool]) -> float:
    listed = list(truths)
    return sum(listed) / len(listed) if listed else 0.0
