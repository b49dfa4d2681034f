"""A difference: one id in one class of differences, with what is needed to look at it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

MAX_EXAMPLES = 100
"""Of each class in a report; the lists beside it hold all."""
MAX_SHOWN = 1_024
"""Characters of an id in an example. The lists hold whole ids: a repair works on them."""


class Difference(msgspec.Struct, frozen=True):
    """One id in one class, with what is needed to look at it.

    `where` names the archives that disagree. `expected` and `seen` are ends of windows. `partition`, `sequence_number`
    and `arrived`, the end of its window, find the event in the archive (None if it is not there). `blobs` are paths of
    blobs to look at, container first; only the examples of a report have them. `seen_stores` are the other stores of
    `wrong_store` and `id_reused`. `fields` are the names of the fields that differ, as far as they are known.
    `by_place`: `event_id` is the event's place in the hub, by which it was judged. `state` is a digest of what was seen
    of `case_differs` and `verdict_differs`, so that one which was changed again is another difference.
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
    fields: tuple[str, ...] = ()
    by_place: bool = False
    state: str | msgspec.UnsetType = msgspec.UNSET


def in_order(differences: Iterable[Difference]) -> list[Difference]:
    """Differences by time, then by id."""
    return sorted(differences, key=_place)


def _place(difference: Difference) -> tuple[Any, ...]:
    # Fields that may be None come as a text or a number: None can be compared with neither.
    number = -1 if difference.sequence_number is None else difference.sequence_number
    return (
        difference.window_end,
        difference.event_id,
        difference.where,
        difference.store,
        difference.expected,
        difference.seen,
        difference.partition or "",
        number,
        difference.fields,
    )


def examples_of(differences: Iterable[Difference]) -> list[Difference]:
    """The first differences in order, as a report shows them: with long ids cut."""
    return [
        msgspec.structs.replace(difference, event_id=difference.event_id[:MAX_SHOWN])
        if len(difference.event_id) > MAX_SHOWN
        else difference
        for difference in in_order(differences)[:MAX_EXAMPLES]
    ]
