"""Windows that the stream job reported and that have no verdicts: each is told, even if others with its end have some.

A window's verdicts have its name, which is computed from its row. Rows are read once, and the verdicts of an end are
listed only while a window of that end is open, so a look costs two lists and what was written since the last one.
"""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from azure.storage.blob.aio import ContainerClient

from fraud.slices import slices
from fraud.verdicts import time_path
from fraud.watching.checks import CLOCKS_DIFFER
from fraud.windows import parse_windows
from services import names
from services.blobs import warehouse
from services.concurrency import together
from services.reported_rows import list_reported, read_rows

FORGOTTEN = timedelta(hours=26)
"""By then a night has named what is missing, and a repair may have judged it under another name."""
MOST_OPEN = 500
"""Windows that are told and remembered; of more, those that have waited longest. A process keeps the others itself."""
_READ_BYTES = 4 * 1024 * 1024
"""Of the rows; what is beyond is read at the next look."""
_HOUR = timedelta(hours=1)
_HOURS_AT_FIRST = 3 * _HOUR
_LISTS = 8


class OpenWindows:
    """Which reported windows have no verdicts, as far as this process has read."""

    def __init__(self) -> None:
        self._read: dict[str, int] = {}
        """By blob of the stream job: its bytes that were read."""
        self._open: dict[str, datetime] = {}
        """All that may be open, also those that are not told yet."""
        self._from: datetime | None = None
        """The first hour with rows that may not have been read."""

    async def look(self, now: datetime, remembered: Mapping[str, datetime]) -> dict[str, datetime]:
        """The ends of open windows by name, those that another process `remembered` included, the oldest first.

        At most MOST_OPEN: younger ones are looked at once these have verdicts. Raises what the blob service raised.
        """
        waiting = {**remembered, **self._open, **await self._newly_reported(now)}
        # The job reports no window before it ends: a row of the future is of another hand.
        waiting = {name: end for name, end in waiting.items() if now - FORGOTTEN < end <= now + CLOCKS_DIFFER}
        verdicts = await warehouse(names.FRAUD_EVENTS)
        told: set[tuple[str, datetime]] = set()
        for ends in slices(sorted(set(waiting.values())), _LISTS):
            judged = {pair for of_end in await together(_judged(verdicts, end) for end in ends) for pair in of_end}
            looked_at = {(name, end) for name, end in waiting.items() if ends[0] <= end <= ends[-1]}
            told |= looked_at - judged
            waiting = dict(waiting.items() - (looked_at & judged))
            if len(told) >= MOST_OPEN:
                break
        self._open = waiting
        return dict(sorted(told, key=lambda pair: pair[::-1])[:MOST_OPEN])

    async def _newly_reported(self, now: datetime) -> dict[str, datetime]:
        """The windows in the rows that the job has written since the last look, to folders by the hour of writing."""
        folders: list[str] = []
        earliest = _hour_of(now - (FORGOTTEN if self._from else _HOURS_AT_FIRST))
        hour = self._from = max(self._from or earliest, earliest)
        while hour <= now:
            folders.append(f"{hour:%Y/%m/%d/%H}/")
            hour += _HOUR
        sizes: dict[str, int] = {blob.name: blob.size for folder in folders async for blob in list_reported(folder)}
        self._read = {name: end for name, end in self._read.items() if name in sizes}
        reported: dict[str, datetime] = {}
        left = _READ_BYTES
        for name, size in sizes.items():
            start = self._read.get(name, 0)
            if start < size and left > 0:
                rows, length = await read_rows(name, start, min(size - start, left), _windows_in)
                left -= length
                self._read[name] = start + len(rows)
                reported |= _windows_in(rows)
        if left > 0:
            self._from = _hour_of(now - _HOUR)
        return reported


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _windows_in(rows: bytes) -> dict[str, datetime]:
    """The ends of the windows in some rows, by name, as the queue's trigger reads them."""
    windows = [window for row in rows.splitlines() for window in parse_windows(row).windows]
    return {window.name: window.window.end for window in windows}


async def has_verdicts_since(name: str, end: datetime, moment: datetime) -> bool:
    """True if the verdicts of a window were written at a moment or later. Raises what the blob service raised."""
    container = await warehouse(names.FRAUD_EVENTS)
    prefix = f"{time_path(end)}/{name}."
    return any([blob.last_modified >= moment async for blob in container.list_blobs(name_starts_with=prefix)])


async def _judged(container: ContainerClient, end: datetime) -> set[tuple[str, datetime]]:
    """The names of the windows of an end that have verdicts, with it."""
    listed = container.list_blob_names(name_starts_with=f"{time_path(end)}/")
    return {(PurePosixPath(name).stem, end) async for name in listed}
