"""Surprise against sums that are written out."""

import math

import pytest

from fraud.context.surprise import MOST, of_events, of_share


@pytest.mark.parametrize(("count", "expected"), [(1, 0.3), (3, 0.5), (5, 2.0), (14, 9.0)])
def test_events_are_as_surprising_as_the_sum_of_poisson_says_or_a_little_less(count: int, expected: float):
    exact = 1 - sum(math.exp(-expected) * expected**k / math.factorial(k) for k in range(count))
    assert -math.log10(exact) - 0.2 <= of_events(count, expected) <= -math.log10(exact) + 1e-9


@pytest.mark.parametrize(("count", "total", "share"), [(2, 2, 0.1), (3, 10, 0.1), (6, 20, 0.15), (30, 200, 0.1)])
def test_a_share_is_as_surprising_as_the_binomial_sum_says_or_a_little_less(count: int, total: int, share: float):
    exact = sum(math.comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(count, total + 1))
    assert -math.log10(exact) - 0.25 <= of_share(count, total, share) <= -math.log10(exact) + 1e-9


def test_what_is_usual_surprises_nobody_and_nothing_surprises_without_bounds():
    assert of_events(2, 3.0) == of_events(0, 0.1) == of_share(1, 10, 0.2) == of_share(0, 0, 0.1) == 0
    assert of_events(200, 0.01) == of_share(200, 200, 0.001) == MOST
