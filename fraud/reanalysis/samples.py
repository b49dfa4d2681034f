"""Samples of a window: all that a regression over the weights of a set needs of its labelled verdicts. Pure."""

from typing import Annotated

import msgspec
from msgspec import Meta

from fraud.rules.rates import Rates
from fraud.rules.rule_set import RuleSet
from fraud.rules.sampling import Held, Points, bounds_in

PARTS = 4
"""Parts into which customers fall, one of which is not learned from."""
Number = Annotated[int, Meta(ge=0)]
StepBounds = tuple[tuple[Number, Points], ...]
"""The points that rates leave of a step, by its slot; steps that nothing bounds are left out."""


class LabelledSample(msgspec.Struct, frozen=True, array_like=True):
    """A labelled verdict. `part` is that of its customer, `day` the place of its bounds among those of the window.

    In JSON it is a list.
    """

    fraud: bool
    part: Annotated[int, Meta(ge=0, lt=PARTS)]
    day: Number
    held: tuple[Held, ...]


class WindowSamples(msgspec.Struct, frozen=True, kw_only=True):
    """The labelled verdicts of a window, as the set `rules` judges them. It names neither events nor customers."""

    window: str
    rules: str
    bounds: tuple[StepBounds, ...]
    samples: tuple[LabelledSample, ...]


class Sampled(msgspec.Struct, frozen=True):
    """The verdicts of which samples were written, and those of them that are on fraud."""

    verdicts: int = 0
    fraud: int = 0

    def __add__(self, other: "Sampled") -> "Sampled":
        return Sampled(self.verdicts + other.verdicts, self.fraud + other.fraud)


class Sampling:
    """The samples of a window as they are taken, in the order of its verdicts."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._bounds: dict[StepBounds, int] = {}
        self._samples: list[LabelledSample] = []

    def add(self, held: tuple[Held, ...], rates: Rates, *, part: int, is_fraud: bool) -> None:
        """Take the sample of a verdict."""
        bounds = tuple(sorted(bounds_in(self._rules, rates).items()))
        day = self._bounds.setdefault(bounds, len(self._bounds))
        self._samples.append(LabelledSample(is_fraud, part, day, held))

    @property
    def count(self) -> Sampled:
        """The number of samples that were taken."""
        return Sampled(len(self._samples), sum(sample.fraud for sample in self._samples))

    def of(self, window: str) -> WindowSamples:
        """All of them, under the name of their window."""
        return WindowSamples(
            window=window, rules=self._rules.id, bounds=tuple(self._bounds), samples=tuple(self._samples)
        )
