"""The sightings of one id, sorted by the archive in which it was seen."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from reconciliation.reading.rows import ANY_STORE, Flag, Kind

InRange = Callable[[int], bool]
"""Tells of a window's number if the window is compared."""


class RowSighting(NamedTuple):
    """A row, in the order of its fields; see `rows.ROW`."""

    upper: int
    lower: int
    content: int
    sequence: int
    store: int
    window: int
    stream: int
    kind: int
    flags: int

    @property
    def windows(self) -> tuple[int, ...]:
        """The windows that it may belong to: two if only the second of its arrival is known and a window ends in it."""
        return (self.window, self.window + 1) if self.flags & Flag.AMBIGUOUS else (self.window,)

    @property
    def is_malformed(self) -> bool:
        """The captured body is not a store event."""
        return bool(self.flags & Flag.MALFORMED)

    @property
    def is_flagged(self) -> bool:
        """The rule flags this captured event."""
        return bool(self.flags & Flag.FLAGGED)

    @property
    def identity(self) -> tuple[int, int]:
        """Store and content: what is compared under one id."""
        return self.store, self.content


class Sightings(msgspec.Struct, frozen=True):
    """All sightings of one id. `captured` has each event once, though a blob was written twice. `quarantined` are the
    bodies that quarantine has of this place. `judged_by_place` are verdicts on events of this id that were judged by
    their place in the hub. `findable` are the flagged contents of malformed bodies under this id."""

    captured: list[RowSighting]
    reported: list[RowSighting]
    judged: list[RowSighting]
    documents: list[RowSighting]
    quarantined: frozenset[int]
    judged_by_place: list[RowSighting] = []
    findable: list[RowSighting] = []

    @property
    def events(self) -> list[RowSighting]:
        """The captured events, without those that the stream job reads out of a malformed body."""
        return [event for event in self.captured if not event.flags & Flag.EMBEDDED]

    def is_judged_by_place(self, event: RowSighting) -> bool:
        """True if a verdict by its place replaces that of a window.

        A window may not find the event: its id leads to others.
        """
        return not event.flags & Flag.BY_PLACE and any(
            verdict.content == event.content and verdict.sequence == event.sequence and verdict.window in event.windows
            for verdict in self.judged_by_place
        )

    def contents_findable_by(self, store: int) -> set[int]:
        """The contents that the windows of a store find in quarantine: of one whose store is odd, any store's."""
        return {content.content for content in self.findable if content.store in (store, ANY_STORE)}


def sort_sightings(rows: Sequence[RowSighting], *, with_documents: bool) -> Sightings:
    """Sort the rows of one id; without `with_documents` Cosmos is left out."""
    return Sightings(
        captured=_distinct(_of_kind(rows, Kind.CAPTURED)),
        reported=_of_kind(rows, Kind.SUSPICIOUS),
        judged=_of_kind(rows, Kind.VERDICT),
        documents=_of_kind(rows, Kind.DOCUMENT) if with_documents else [],
        quarantined=frozenset(row.content for row in _of_kind(rows, Kind.QUARANTINED)),
        judged_by_place=_of_kind(rows, Kind.JUDGED_BY_PLACE),
        findable=_of_kind(rows, Kind.FINDABLE),
    )


def _of_kind(rows: Sequence[RowSighting], kind: Kind) -> list[RowSighting]:
    return [row for row in rows if row.kind == kind]


def _distinct(captured: Iterable[RowSighting]) -> list[RowSighting]:
    """Each event once. One body may hold several embedded events, and is itself malformed as well."""
    return list({(row.stream, row.sequence, row.is_malformed, row.identity): row for row in captured}.values())
