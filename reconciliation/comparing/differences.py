"""A difference: one id in one class of differences, with what is needed to look at it."""

from datetime import datetime

import msgspec

MAX_EXAMPLES = 100
"""Of each class in a report; the lists beside it hold all."""


class Difference(msgspec.Struct, frozen=True, order=True):
    """One id in one class, with what is needed to look at it.

    `where` names the archives that disagree. `expected` and `seen` are ends of windows. `partition`, `sequence_number`
    and `arrived`, the end of its window, find the event in the archive (None if it is not there). `blobs` are paths of
    blobs to look at, container first; only the examples of a report have them. `seen_stores` are those of
    `wrong_store`.
    """

    window_end: datetime
    event_id: str
    where: tuple[str, ...] = ()
    store: str = ""
    expected: tuple[datetime, ...] = ()
    seen: tuple[datetime, ...] = ()
    partition: str | None = None
    sequence_number: int | None = None
    arrived: datetime | None = None
    blobs: tuple[str, ...] = ()
    seen_stores: tuple[str, ...] = ()
