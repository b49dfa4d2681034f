"""A trend tells growth from swings, and says so where the swings are larger."""

from math import sin
from random import Random

import pytest

from benchmarks.trends import trend

MINUTES = [number / 6 for number in range(90)]
"""A look each ten seconds, for a quarter of an hour."""


def test_a_line_has_its_slope_and_no_error():
    line = trend(MINUTES, [100 + 2 * minute for minute in MINUTES])

    assert (line.slope, line.error) == (pytest.approx(2), pytest.approx(0, abs=1e-9))
    assert line.kind == "grows"


def test_noise_around_a_level_is_flat():
    draws = Random(7)

    assert trend(MINUTES, [100 + draws.gauss(0, 2) for _ in MINUTES]).kind == "flat"


def test_growth_below_a_twentieth_is_flat_and_above_it_is_not():
    def growing_by(share: float) -> str:
        return trend(MINUTES, [100 * (1 + share * minute / 15) for minute in MINUTES]).kind

    assert (growing_by(0.045), growing_by(0.06)) == ("flat", "grows")


def test_a_level_that_falls_is_flat():
    assert trend(MINUTES, [100 - 3 * minute for minute in MINUTES]).kind == "flat"


def test_a_swing_that_is_larger_than_the_growth_leaves_it_untold():
    assert trend(MINUTES, [200 + 90 * sin(minute) + 2 * minute for minute in MINUTES]).kind == "not told"


def test_growth_shows_beside_a_swing():
    assert trend(MINUTES, [200 + 20 * sin(minute) + 12 * minute for minute in MINUTES]).kind == "grows"


@pytest.mark.parametrize("samples", [1, 2])
def test_of_one_or_two_samples_nothing_is_told(samples: int):
    assert trend(MINUTES[:samples], [100.0] * samples).kind == "not told"
