"""All judges on one world: the rule sets, and what stands beside them."""

from collections.abc import Mapping, Sequence
from random import Random

import msgspec

from benchmarks.labelled.boosting import Boosting
from benchmarks.labelled.context import context_features
from benchmarks.labelled.figures import (
    Bands,
    Judgement,
    Ranking,
    ScenarioFigures,
    bands,
    by_scenario,
    never_flagged,
    ranking,
)
from benchmarks.labelled.flagged import Occurrence, flagged_occurrences
from benchmarks.labelled.own_fields import own_fields
from benchmarks.labelled.replaying import replayed
from worlds import WorldPlan, make_world

HISTORY_DAYS = 2


class RuleFigures(msgspec.Struct, frozen=True):
    """The figures of a rule set on a world."""

    ranking: Ranking
    bands: Bands
    scenarios: dict[str, ScenarioFigures]


class WorldFigures(msgspec.Struct, frozen=True):
    """All figures of a world. `beside` has the rankings of what is not a rule set."""

    seed: int
    flagged: int
    fraud_share: float
    never_flagged: float
    beside: dict[str, Ranking]
    rules: dict[str, RuleFigures]
    reference: dict[str, RuleFigures]
    """Of boosting on all context, if it put as many into high as each rule set; all others are low. Else empty."""


class References(msgspec.Struct, frozen=True):
    """Classifiers that have learned from worlds of other seeds."""

    own_fields: Boosting
    context: Boosting


def references(plans: Sequence[WorldPlan]) -> References:
    """Learn from these worlds."""
    truth: list[bool] = []
    fields: list[list[float]] = []
    features: list[list[float]] = []
    for plan in plans:
        world = make_world(plan)
        occurrences = flagged_occurrences(world, HISTORY_DAYS)
        truth += [occurrence.label.fraud for occurrence in occurrences]
        fields += map(own_fields, occurrences)
        features += context_features(world, occurrences)
    return References(Boosting(fields, truth), Boosting(features, truth))


def judge_world(plan: WorldPlan, rule_sets: Mapping[str, str | None], learned: References | None) -> WorldFigures:
    """Let every judge rank the flagged occurrences of a world. `rule_sets` has the option of `replay` by a name."""
    world = make_world(plan)
    occurrences = flagged_occurrences(world, HISTORY_DAYS)
    judged = {name: replayed(world, occurrences, rules, HISTORY_DAYS) for name, rules in rule_sets.items()}
    chance = Random(plan.seed)
    scores: dict[str, Sequence[float]] = {
        "chance": [chance.random() for _ in occurrences],
        "discount alone": [occurrence.event.discount for occurrence in occurrences],
        "amount alone": [occurrence.event.price * occurrence.event.qty for occurrence in occurrences],
    }
    if learned:
        scores["boosting on own fields"] = learned.own_fields.scores(list(map(own_fields, occurrences)))
        scores["boosting on all context"] = learned.context.scores(context_features(world, occurrences))
    learned_scores = scores.get("boosting on all context")
    return WorldFigures(
        seed=plan.seed,
        flagged=len(occurrences),
        fraud_share=sum(occurrence.label.fraud for occurrence in occurrences) / len(occurrences),
        never_flagged=never_flagged(world, HISTORY_DAYS),
        beside={name: ranking(_scored(occurrences, its_scores)) for name, its_scores in scores.items()},
        rules={name: _of_rules(judgements) for name, judgements in judged.items()},
        reference={
            name: _of_rules(_with_as_many_in_high(occurrences, learned_scores, judgements))
            for name, judgements in judged.items()
            if learned_scores
        },
    )


def _with_as_many_in_high(
    occurrences: list[Occurrence], scores: Sequence[float], judged: list[Judgement]
) -> list[Judgement]:
    count = sum(judgement.band == "high" for judgement in judged)
    bound = sorted(scores, reverse=True)[min(count, len(scores) - 1)]
    pairs = zip(occurrences, scores, strict=True)
    return [Judgement(occurrence, score, "high" if score > bound else "low") for occurrence, score in pairs]


def _scored(occurrences: list[Occurrence], scores: Sequence[float]) -> list[Judgement]:
    return [Judgement(occurrence, score) for occurrence, score in zip(occurrences, scores, strict=True)]


def _of_rules(judgements: list[Judgement]) -> RuleFigures:
    return RuleFigures(ranking(judgements), bands(judgements), by_scenario(judgements))
