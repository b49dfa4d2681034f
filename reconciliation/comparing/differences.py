"""The classes of differences, and how each is explained to a person."""

from datetime import datetime
from typing import Literal

import msgspec

Class = Literal[
    "missing_from_suspicious",
    "missing_from_fraud",
    "unexpected_absent_from_archive",
    "unexpected_not_to_be_flagged",
    "duplicates",
    "wrong_window",
    "wrong_store",
    "absent_from_cosmos",
    "differs_in_cosmos",
    "only_in_cosmos",
    "absent_from_quarantine",
    "unresolved",
    "ambiguous",
]

EXPLANATIONS: dict[Class, str] = {
    "missing_from_suspicious": "The archive holds an event that must be flagged, and the stream job never reported it.",
    "missing_from_fraud": "The archive holds an event that must be flagged, and no verdict on it was stored.",
    "unexpected_absent_from_archive": "It was reported or judged, and the archive holds no event with this id.",
    "unexpected_not_to_be_flagged": "It was reported or judged, and the archived event does not meet the rule.",
    "duplicates": "It was reported or judged more often than the archive holds it.",
    "wrong_window": "It was reported or judged in another window than the one in which it arrived.",
    "wrong_store": "It was reported or judged for another store than the archived event names.",
    "absent_from_cosmos": "Captured and well formed, but neither in Cosmos nor in quarantine.",
    "differs_in_cosmos": "Cosmos holds this id with another content than the one that was captured.",
    "only_in_cosmos": "Cosmos holds it as arrived in this range, and the archive holds no event with this id.",
    "absent_from_quarantine": "Captured and malformed, but not in quarantine.",
    "unresolved": "Judged without its event, which was not found in Cosmos: a person must look at it.",
    "ambiguous": "Only the second of its arrival is known, and a window ends in it: either window is right.",
}

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
