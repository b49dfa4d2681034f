"""The number of cases and verdicts since a moment, for those who look every few seconds."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

from datetime import datetime
from typing import Any

import msgspec

from services import cosmos
from services.desk.case_queries import time_text
from services.watching import azure_time

_CHANGED = (
    "SELECT c.id, c.suspicious, c.bands.high FROM c WHERE c.type IN ('window', 'quarantine') "
    "AND c.window_end >= @since AND c._ts >= @from"
)
"""A night's sweep finds what was never flagged, and tells nobody: it is not on this way."""
_PAGE = 5_000
_OVERLAP = 60
"""Seconds of Azure's that are read again: a write may be seen after one that was stamped later."""


class JudgedCases(msgspec.Struct, frozen=True):
    """Cases since a moment, the verdicts that they count, and how many of those are high."""

    cases: int
    verdicts: int
    high: int


class JudgedCounts:
    """Counts the cases of windows that ended at a moment or later, as the folders of days have them.

    It reads each case once, and again when it has changed.
    """

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._seen: dict[str, tuple[int, int]] = {}
        """By the id of a case: its verdicts, and those that are high."""
        self._verdicts = self._high = 0
        self._read_to = 0

    async def count(self, since: datetime) -> JudgedCases:
        """The counts as they are now. Raises what Cosmos raised."""
        if since != self._since:
            self._since, self._seen, self._read_to = since, {}, 0
            self._verdicts = self._high = 0
        parameters: list[dict[str, object]] = [
            {"name": "@since", "value": time_text(since)},
            {"name": "@from", "value": self._read_to - _OVERLAP},
        ]
        now = await azure_time()
        container = await cosmos.cases()
        read = [row async for row in container.query_items(_CHANGED, parameters=parameters, max_item_count=_PAGE)]
        for row in read:
            self._take(row["id"], _number(row, "suspicious"), _number(row, "high"))
        self._read_to = int(now.timestamp())
        return JudgedCases(len(self._seen), self._verdicts, self._high)

    def _take(self, case: str, verdicts: int, high: int) -> None:
        """Count a case, in the place of what it was before. The sums go along: days of cases are never added up."""
        verdicts_before, high_before = self._seen.get(case, (0, 0))
        self._verdicts += verdicts - verdicts_before
        self._high += high - high_before
        self._seen[case] = (verdicts, high)


def _number(row: dict[str, Any], name: str) -> int:
    """A count of a case; 0 in one that somebody has damaged."""
    value = row.get(name)
    return value if isinstance(value, int) else 0
