"""Samples that take numbers in together hold what they hold if they take them one after the other."""

from random import Random

import numpy as np
import pytest

from fraud.profiles.counts import Sample
from fraud.profiles.day import samples
from fraud.profiles.day.samples import add_numbers


def draw(draws: Random, number: int) -> list[float]:
    """Numbers of which many are the same."""
    return [draws.choice([0.5, 3.0, draws.uniform(0, 9)]) for _ in range(number)]


def one_by_one(of_sample: Sample, numbers: list[float]) -> list[float]:
    """Add numbers; gives the median before each."""
    medians: list[float] = []
    for number in numbers:
        median = of_sample.median
        medians.append(np.nan if median is None else median)
        of_sample.add(number)
    return medians


@pytest.mark.parametrize(("seed", "few", "at_once"), [(1, 1, 1_024), (2, 1, 7), (3, 9, 1_024), (4, 9, 20), (5, 48, 64)])
def test_samples_of_any_fullness_are_those_of_one_number_after_the_other(
    seed: int, few: int, at_once: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(samples, "_FEW", few)
    monkeypatch.setattr(samples, "_AT_ONCE", at_once)
    draws = Random(seed)
    together, singly = ([Sample(0, []) for _ in range(60)] for _ in range(2))

    for most in (40, 1, 0, 90):
        numbers = [draw(draws, draws.randint(0, most)) for _ in together]
        counts = np.array([len(own) for own in numbers])
        medians = add_numbers(together, counts, np.array([number for own in numbers for number in own], np.float64))

        expected = [one_by_one(own, added) for own, added in zip(singly, numbers, strict=True)]
        assert np.array_equal(medians, [median for own in expected for median in own], equal_nan=True)
        assert together == singly
