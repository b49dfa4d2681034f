"""The figures of a judge on a world, against values computed by hand; and a world that is judged by the rules."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from benchmarks.labelled.context import context_features
from benchmarks.labelled.figures import Judgement, bands, by_scenario, never_flagged, ranking
from benchmarks.labelled.flagged import Occurrence, flagged_occurrences
from benchmarks.labelled.recent import Recent
from benchmarks.labelled.replaying import replayed
from fraud.generation import generate_events
from fraud.verdicts import Band
from worlds import Label, WorldPlan, make_world

START = datetime(2026, 3, 2, tzinfo=UTC)
EVENT = next(generate_events("1", 0, 1, 0, START.isoformat()))


def judgement(
    score: float, band: Band, scenario: str = "", ring: str = "", *, fraud: bool = False, day: int = 2
) -> Judgement:
    label = Label("a", 0, scenario, ring, fraud)
    return Judgement(Occurrence(0, day, START + timedelta(days=day), EVENT, label), score, band)


JUDGED = [
    judgement(90, "high", "drip", "drip-1", fraud=True),
    judgement(70, "medium", "drip", "drip-1", fraud=True),
    judgement(20, "low", "drip", "drip-2", fraud=True),
    judgement(95, "high", "spree", "spree-1"),
    judgement(10, "low", "spree", "spree-2"),
    judgement(88, "high"),
    judgement(30, "low"),
    judgement(15, "low"),
]


def test_bands_have_their_shares_of_fraud():
    figures = bands(JUDGED)

    assert figures.fraud_in_high == pytest.approx(1 / 3)
    assert figures.precision_of_high == pytest.approx(1 / 3)
    assert figures.fraud_in_low == pytest.approx(1 / 3)
    assert figures.lookalikes_in_high == pytest.approx(1 / 2)


def test_figures_of_a_scenario_count_its_rings_with_one_event_in_high():
    drip, spree = by_scenario(JUDGED)["drip"], by_scenario(JUDGED)["spree"]

    assert (drip.flagged, drip.in_high, drip.in_low, drip.rings, drip.rings_in_high) == (3, 1, 1, 2, 1)
    # Against 95, 88, 30, 15, 10: the frauds beat 4, 3 and 2 of five.
    assert drip.auc == pytest.approx(9 / 15)
    assert (spree.flagged, spree.rings, spree.rings_in_high, spree.auc) == (2, 2, 1, None)
    assert set(by_scenario(JUDGED)) == {"drip", "spree"}


def test_precision_at_50_is_the_mean_of_the_days():
    # On day 2 three of eight are fraud, on day 3 the only one is.
    assert ranking([*JUDGED, judgement(1, "low", fraud=True, day=3)]).precision_at_50_a_day == pytest.approx(
        (3 / 8 + 1) / 2
    )


def test_what_is_recent_is_forgotten_after_its_time():
    recent: Recent[str] = Recent(10)
    recent.add("a", 0, "x", 2.0)
    recent.add("a", 5, "y", 3.0)

    assert (recent.count("a", 9.9), recent.amount("a", 9.9), len(recent.members("a", 9.9))) == (2, 5.0, 2)
    assert (recent.count("a", 10), recent.count("a", 15), recent.count("b", 0)) == (1, 0, 0)


@pytest.mark.slow
def test_rules_judge_every_flagged_occurrence_of_a_world_once():
    world = make_world(WorldPlan(seed=3, days=3, customers=1_000, sales_per_day=2_000))
    occurrences = flagged_occurrences(world, history_days=2)

    judgements = replayed(world, occurrences, "seed", history_days=2)

    ids = {occurrence.event.id for occurrence in occurrences}
    assert {judged.occurrence.event.id for judged in judgements} == ids
    assert len({judged.occurrence.place for judged in judgements}) == len(judgements)
    assert all(judged.occurrence.day == 2 for judged in judgements)
    assert 0 < never_flagged(world, history_days=2) < 1


def test_context_knows_nothing_of_what_comes_after_a_window():
    whole = make_world(WorldPlan(seed=3, days=2, customers=500, sales_per_day=1_000))
    half = msgspec.structs.replace(
        whole, arrivals=tuple(arrival for arrival in whole.arrivals if arrival.enqueued <= 86_400_000)
    )
    features = context_features(whole, flagged_occurrences(whole, 0))
    of_half = context_features(half, flagged_occurrences(half, 0))

    assert len(of_half) > 30
    assert features[: len(of_half)] == of_half
