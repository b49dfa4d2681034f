"""Counts of what lies in the archives, each by a bounded number of small requests."""
# pyright: reportUnknownMemberType=false
# The SDKs pass their options on as untyped keyword arguments.

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import msgspec

from fraud.analysis import ALERTS_FOLDER
from fraud.desk.review import UNDECIDED
from fraud.verdicts import time_path
from services import cosmos, names
from services.alert_digests import WAITS
from services.blobs import warehouse
from services.concurrency import together
from services.desk.case_queries import IS_CASE
from services.reported_rows import list_reported, read_rows

_READ_BYTES = 4 * 1024 * 1024
"""Rows of the stream job that one look reads; it counts what is beyond by its bytes, and the next look reads on."""
_ID_BYTES = 60.0
TOLD_TO_NOBODY = {"quiet": "true"}
"""The metadata of an alert that is a record only."""
NOBODY_TO_TELL = {"receiver": "none"}
"""The metadata of an alert that no receiver took, because none was set for its band."""


class AlertCounts(msgspec.Struct, frozen=True):
    """Alerts that somebody was told of, and those for which there was nobody to tell."""

    told: int = 0
    nobody_to_tell: int = 0


async def count_cases() -> dict[str, int | None]:
    """The cases by the state of their review, and `undecided`, those that wait. Raises what Cosmos raised.

    Each query has one condition, so that an index alone answers it: no case is read. A case is open unless its review
    says otherwise.
    """
    states = ("in_review", "escalated", "confirmed", "dismissed", "expired")
    in_all, *each = await together([_count(IS_CASE), *(_count("c.review.state = @state", state) for state in states)])
    counts: dict[str, int | None] = dict(zip(states, each, strict=True))
    counts["open"] = in_all - sum(each)
    counts["undecided"] = sum(counts[state] or 0 for state in UNDECIDED)
    return counts


async def _count(condition: str, state: str = "") -> int:
    container = await cosmos.cases()
    parameters: list[dict[str, object]] = [{"name": "@state", "value": state}]
    rows = container.query_items(f"SELECT VALUE COUNT(1) FROM c WHERE {condition}", parameters=parameters)
    return sum([cast(int, row) async for row in rows])


async def count_alerts(days: Sequence[datetime]) -> AlertCounts:
    """Alerts on windows that ended on these days, but for those that wait; of each day 5,000 are looked at.

    Alerts of earlier versions, which did not keep if anybody was told, count as told.
    """
    container = await warehouse(names.REPORTS)
    told = nobody_to_tell = 0
    for day in days:
        listed = container.list_blobs(name_starts_with=f"{ALERTS_FOLDER}{time_path(day)[:10]}/", include=["metadata"])
        async for page in listed.by_page():
            marks = [blob.metadata or {} async for blob in page]
            nobody_to_tell += marks.count(NOBODY_TO_TELL)
            told += sum(mark not in (TOLD_TO_NOBODY, NOBODY_TO_TELL, WAITS) for mark in marks)
            break
    return AlertCounts(told, nobody_to_tell)


class _Row(msgspec.Struct, frozen=True):
    ids: list[object] = []


_rows = msgspec.json.Decoder(_Row)


class FlaggedIds:
    """Counts the ids in the rows that the stream job has written to `suspicious-events`, reading each row once."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[int, int]] = {}
        """By blob: its bytes that were read, and the ids in them."""

    async def count(self, days: Sequence[datetime]) -> int:
        """The ids in these days' folders; those that were not read yet by the mean size of the others."""
        folders = [f"{time_path(day)[:10]}/" for day in days]
        sizes: dict[str, int] = {blob.name: blob.size for folder in folders async for blob in list_reported(folder)}
        self._read = {name: read for name, read in self._read.items() if name in sizes}
        left = _READ_BYTES
        for name, size in sorted(sizes.items(), reverse=True):
            start, ids = self._read.get(name, (0, 0))
            if size > start and left > 0:
                rows, length = await read_rows(name, start, min(size - start, left), _ids_in)
                left -= length
                self._read[name] = (start + len(rows), ids + sum(map(_ids_in, rows.splitlines())))
        read_bytes, ids = (sum(column) for column in zip(*self._read.values(), strict=True)) if self._read else (0, 0)
        unread = sum(sizes.values()) - read_bytes
        return ids + round(unread / (read_bytes / ids if ids else _ID_BYTES))


def _ids_in(row: bytes) -> int:
    try:
        return len(_rows.decode(row).ids)
    except (ValueError, RecursionError):
        return 0  # the reconciliation names it
