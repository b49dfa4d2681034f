"""The share of sales for which a rule held bounds its weight."""

import pytest

from fraud.rules.definition import WeightStep
from fraud.rules.rates import LEAST_ASKED, NO_RATES, Rates

STEPS = (WeightStep(1, 10), WeightStep(2, 40))


def rates(asked: int, **reached: int) -> Rates:
    return Rates(asked, {("R", int(step[1:])): number for step, number in reached.items()})


@pytest.mark.parametrize(
    ("held", "weight"),
    [({"_0": 20, "_1": 2}, 40), ({"_0": 500, "_1": 100}, 16), ({"_0": 900, "_1": 480}, 0), ({}, 40)],
)
def test_a_rule_counts_the_less_the_more_often_it_held(held: dict[str, int], weight: int):
    assert rates(1_000, **held).weight("R", STEPS, 1) == weight


def test_a_milder_step_that_counts_more_within_its_bound_stays():
    assert rates(1_000, _0=100, _1=480).weight("R", STEPS, 1) == 10


def test_few_sales_and_weights_that_excuse_bound_nothing():
    assert rates(LEAST_ASKED - 1, _0=90).weight("R", STEPS, 0) == 10
    assert NO_RATES.weight("R", STEPS, 1) == 40
    assert rates(1_000, _0=990).weight("R", (WeightStep(1, -5),), 0) == -5


@pytest.mark.parametrize(("held", "weight"), [(5, 28), (20, 15), (200, 0)])
def test_a_rule_of_one_kind_of_fraud_counts_by_the_share_of_frauds_that_it_can_hold_for(held: int, weight: int):
    steps = (WeightStep(1, 40),)

    assert rates(1_000, _0=held).weight("R", steps, 0, of_frauds=0.1) == weight
    assert rates(1_000, _0=held).weight("R", steps, 0) >= weight


@pytest.mark.parametrize(
    ("held", "weight"),
    [({"_0": 400, "_1": 300}, -13), ({"_0": 400, "_1": 80}, -4), ({"_0": 60, "_1": 40}, -1), ({"_0": 20}, 0)],
)
def test_an_excuse_counts_the_less_the_fewer_it_holds_for(held: dict[str, int], weight: int):
    steps = (WeightStep(1, -3), WeightStep(2, -13))

    assert rates(1_000, **held).weight("R", steps, 1, of_frauds=0.05) == weight
    assert rates(1_000, **held).weight("R", steps, 1) == -13
    assert rates(LEAST_ASKED - 1, **held).weight("R", steps, 1, of_frauds=0.05) == -13


def test_a_day_counts_twice_as_much_as_all_before_it():
    day = Rates()
    day.add([("R", 1)])
    after = rates(8, _0=4).after(day)

    assert (after.asked, after.reached) == (5, {("R", 0): 3, ("R", 1): 1})
