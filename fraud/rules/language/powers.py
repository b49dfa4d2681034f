"""Chances and ratios, which facts have as powers, as people say them: in two digits, such as `1,600`.

Each raises OverflowError for a whole number that no float can be.
"""

import math
from collections.abc import Callable, Mapping

_MOST = 1e6
_BEYOND = "a million or more"


def odds(surprise: float) -> str:
    """The N of "once in N", of a probability of 10 to the minus `surprise`; `1` if it is as often as not."""
    return _said(surprise * math.log(10))


def times(log_ratio: float) -> str:
    """The N of "N times as likely", of a natural logarithm; at least `1`."""
    return _said(log_ratio)


def _said(log: float) -> str:
    if not log < math.log(_MOST):
        return _BEYOND
    return f"{round(float(f'{math.exp(max(log, 0.0)):.1e}')):,}"


POWERS: Mapping[str, Callable[[float], str]] = {"odds": odds, "times": times}
"""By the format that shows a number so."""
