"""The trend of a quantity over time: does it still grow, as far as its swings let that be told?"""

from collections.abc import Sequence
from itertools import pairwise
from math import isnan, nan, sqrt
from statistics import fmean
from typing import Literal

import msgspec

BLOCKS = 10
"""Samples are averaged in so many blocks: neighbours swing together, and would pass for more evidence than they are."""
CERTAIN = 2.31
"""Standard errors to either side of a slope that hold it in 95 of 100 cases (Student's t, BLOCKS - 2 degrees)."""
NOTICEABLE_SHARE = 0.05
"""Of the mean: a quantity that grows by less in the time that was looked at counts as flat."""

Kind = Literal["flat", "grows", "not told"]


class Trend(msgspec.Struct, frozen=True):
    """A straight line through samples: their mean, the change of each unit of x, its standard error, the span of x.

    Slope and error are NaN of fewer than three blocks.
    """

    mean: float
    slope: float
    error: float
    span: float

    @property
    def kind(self) -> Kind:
        """`flat` or `grows` if the whole of the slope's range says so, `not told` if the range holds both.

        It is flat if the mean changed by less than NOTICEABLE_SHARE of itself over the span.
        """
        if isnan(self.error):
            return "not told"
        noticeable = NOTICEABLE_SHARE * self.mean
        if (self.slope + CERTAIN * self.error) * self.span <= noticeable:
            return "flat"
        return "grows" if (self.slope - CERTAIN * self.error) * self.span > noticeable else "not told"


def trend(xs: Sequence[float], ys: Sequence[float]) -> Trend:
    """The least squares line through the means of blocks of samples; at least one sample."""
    blocks = min(BLOCKS, len(xs))
    bounds = [len(xs) * block // blocks for block in range(blocks + 1)]
    x = [fmean(xs[first:end]) for first, end in pairwise(bounds)]
    y = [fmean(ys[first:end]) for first, end in pairwise(bounds)]
    mean_x, mean_y, span = fmean(x), fmean(y), xs[-1] - xs[0]
    spread = sum((value - mean_x) ** 2 for value in x)
    if blocks <= 2 or not spread:
        return Trend(mean_y, nan, nan, span)
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / spread
    rest = sum((b - mean_y - slope * (a - mean_x)) ** 2 for a, b in zip(x, y, strict=True))
    return Trend(mean_y, slope, sqrt(rest / (blocks - 2) / spread), span)
