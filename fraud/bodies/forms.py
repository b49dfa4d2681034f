"""The canonical forms of many bodies: in half the time of one after the other, if they have a shape in common."""

from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from fraud.bodies.shape import BodyShape
from fraud.identity import INEXACT_DIGITS, has_digits
from fraud.slices import slices

AT_ONCE = 512
"""Bodies whose fields are in memory at once, so that they stay in the cache of a core."""
_LESSON = 8
"""Bodies of another shape from which it is learned."""
_MOST_ODD = 4
"""Of so many bodies one may have another shape before they are tried anew with what was learned."""


class BodyForms:
    """Gives canonical forms, and learns the shape of the bodies."""

    def __init__(self) -> None:
        self._shape = BodyShape(("id", "store_id"))

    def of(self, bodies: Sequence[bytes]) -> list[bytes | None]:
        """The form of each body, as `fraud.identity.canonical` writes it; None for one that is to be read by itself.

        Those with a form are read alike by every reader (`fraud.quarantine_index.is_read_alike`).
        """
        return [form for part in slices(bodies, AT_ONCE) for form in self._of(part)]

    def _of(self, bodies: Sequence[bytes]) -> list[bytes | None]:
        rows = self._shape.rows_of(bodies)
        if rows.count(None) * _MOST_ODD > len(rows):
            self._learn(bodies, rows)
            rows = self._shape.rows_of(bodies)
        if has_long_number(b"\n".join(bodies)):
            rows = [None if has_digits(body, INEXACT_DIGITS) else row for row, body in zip(rows, bodies, strict=True)]
        alike = [row for row in rows if row is not None]
        written = iter(self._shape.read(alike).written if alike else ())
        forms = [None if row is None else next(written) for row in rows]
        if len(alike) < len(rows):
            self._learn(bodies, rows)
        return forms

    def _learn(self, bodies: Sequence[bytes], rows: Sequence[object]) -> None:
        odd = (body for body, row in zip(bodies, rows, strict=True) if row is None)
        self._shape.learn([*islice(odd, _LESSON)])


def has_long_number(text: bytes) -> bool:
    """True if a number has so many digits that Cosmos may not keep it exactly; any digits in a row count."""
    octets = np.frombuffer(text, np.uint8)
    # So many digits in a row have some on each fourth place of the text.
    return _has_run(octets[:: INEXACT_DIGITS // 4], 4) and _has_run(octets, INEXACT_DIGITS)


def _has_run(octets: NDArray[np.uint8], digits: int) -> bool:
    runs: NDArray[np.bool_] = (octets - ord("0")) < 10
    length = 1
    while length < digits:
        # Where so many digits follow, and so many again behind them, twice as many do.
        runs = runs[:-length] & runs[length:]
        length *= 2
    return bool(runs.any())
