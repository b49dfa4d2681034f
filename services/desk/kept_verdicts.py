"""Verdicts that were read a moment ago: cases of a night are looked at one by one, each with those around it."""

import time
from collections import OrderedDict
from collections.abc import Sequence

from fraud.verdicts import Verdict
from services.desk.verdicts import verdicts_in

MAX_VERDICTS = 50_000
"""Verdicts that are kept, of some 2 KB each."""
_SECONDS = 600.0


class VerdictsCache:
    """The verdicts of the bands high and medium by their blob and its revision; those asked for last are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], tuple[float, tuple[Verdict, ...]]] = OrderedDict()
        self._count = 0

    async def read(self, blob: str, revision: int) -> Sequence[Verdict]:
        """Those of a case, at most _SECONDS old. Raises what the blob service raised."""
        now = time.monotonic()
        read_at, verdicts = self._kept.get((blob, revision), (-_SECONDS, ()))
        if now - read_at >= _SECONDS:
            read_at = now
            verdicts = tuple(each for each in await verdicts_in(blob) if each.band in ("high", "medium"))
        self._forget((blob, revision))
        self._kept[blob, revision] = read_at, verdicts
        self._count += len(verdicts)
        while self._count > MAX_VERDICTS:
            self._forget(next(iter(self._kept)))
        return verdicts

    def _forget(self, key: tuple[str, int]) -> None:
        if key in self._kept:
            self._count -= len(self._kept.pop(key)[1])
