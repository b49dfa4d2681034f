"""The figures of rankings, against values computed by hand and against scikit-learn."""

from collections.abc import Callable
from random import Random

import pytest

from cli.rules.ranking import Ranked, auc, average_precision, mean_and_spread, precision_at

RANKED = [(0.9, True), (0.8, False), (0.7, True), (0.6, False), (0.5, False)]
TIED = [(0.9, True), (0.5, True), (0.5, False), (0.5, False), (0.1, False)]


def test_auc_is_the_share_of_pairs_in_the_right_order():
    # Of 2 x 3 pairs one is wrong: 0.7 below 0.8.
    assert auc(RANKED) == pytest.approx(5 / 6)


def test_a_tie_counts_half_a_pair():
    # 0.9 beats three, 0.5 beats one and ties with two.
    assert auc(TIED) == pytest.approx((3 + 1 + 2 / 2) / 6)


def test_average_precision_is_the_mean_precision_down_to_each_fraud():
    assert average_precision(RANKED) == pytest.approx((1 / 1 + 2 / 3) / 2)


def test_frauds_of_one_score_share_the_precision_at_its_end():
    assert average_precision(TIED) == pytest.approx((1 / 1 + 2 / 4) / 2)


def test_precision_counts_the_highest_scores():
    assert precision_at(RANKED, 1) == 1
    assert precision_at(RANKED, 2) == pytest.approx(1 / 2)
    assert precision_at(RANKED, 3) == pytest.approx(2 / 3)


def test_precision_takes_a_share_of_those_that_tie_for_the_last_places():
    # One whole, and one of the three that share a score, of which one is fraud.
    assert precision_at(TIED, 2) == pytest.approx((1 + 1 / 3) / 2)


def test_precision_of_fewer_events_than_asked_for_is_of_all_of_them():
    assert precision_at(RANKED, 50) == pytest.approx(2 / 5)


def test_figures_have_a_mean_and_a_spread():
    assert mean_and_spread([1.0, 2.0, 3.0]) == (2.0, 1.0)
    assert mean_and_spread([4.0]) == (4.0, 0.0)


def test_figures_agree_with_scikit_learn_with_and_without_ties():
    from sklearn.metrics import average_precision_score, roc_auc_score  # noqa: PLC0415 - takes a second, for this test only

    random = Random(1)
    for digits in (1, 2, 9):
        ranked = [(round(random.random(), digits), random.random() < 0.2) for _ in range(500)]
        scores, truth = zip(*ranked, strict=True)
        assert auc(ranked) == pytest.approx(roc_auc_score(truth, scores))
        assert average_precision(ranked) == pytest.approx(average_precision_score(truth, scores))


@pytest.mark.parametrize("figure", [auc, average_precision])
def test_without_fraud_there_is_nothing_to_measure(figure: Callable[[Ranked], float]):
    with pytest.raises(ValueError, match="needs"):
        figure([(0.5, False)])
