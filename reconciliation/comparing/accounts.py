"""The accounts: numbers that add up, whoever counted them."""

from collections.abc import Iterable

import msgspec

from reconciliation.comparing.definitions import Class, Column
from reconciliation.comparing.differences import Difference, examples_of

Cell = tuple[int, int]
"""A window and a store."""
ColumnSums = dict[int, list[int]]
"""A window number or a store as a row holds it, and one number for each `Column`."""


class Accounts(msgspec.Struct):
    """The accounts of one bucket of ids, or of many. All but `events`, `resent` and `reread` count distinct contents;
    a report of the stream job names none, so `suspicious` counts ids.

    - events: captured, each (partition, sequence number) once; reread: sightings beyond that, of blobs written twice
    - malformed: captured bodies that are not a store event; captured: distinct contents, and every malformed body
    - resent: the same content captured again: a batch that was retried
    - archived: documents in Cosmos that arrived in the range; quarantined: captured events that lie in quarantine
    - expected: must be flagged; suspicious: reported by the stream job; analysed: with a verdict; matched: in all
      three, in the right window and no more often than archived
    - by_place: flagged contents in quarantine that no window may name; judged_by_place: those with a verdict by their
      place in the hub
    - nameless: flagged events without a usable id, in the window in which they arrived
    - elsewhere: documents that were found by id, but not among those that arrived in or near the range
    """

    events: int = 0
    reread: int = 0
    malformed: int = 0
    captured: int = 0
    resent: int = 0
    archived: int = 0
    quarantined: int = 0
    expected: int = 0
    suspicious: int = 0
    analysed: int = 0
    matched: int = 0
    elsewhere: int = 0
    by_place: int = 0
    judged_by_place: int = 0
    nameless: int = 0
    differences: dict[Class, int] = {}
    examples: dict[Class, list[Difference]] = {}
    per_window: ColumnSums = {}
    per_store: ColumnSums = {}

    def add(self, other: "Accounts") -> None:
        """Add the numbers of another part."""
        for field in self.__struct_fields__:
            mine, theirs = getattr(self, field), getattr(other, field)
            if isinstance(mine, int):
                setattr(self, field, mine + theirs)
        for name, count in other.differences.items():
            self.differences[name] = self.differences.get(name, 0) + count
            self.examples[name] = examples_of([*self.examples.get(name, []), *other.examples.get(name, [])])
        for mine, theirs in ((self.per_window, other.per_window), (self.per_store, other.per_store)):
            for key, numbers in theirs.items():
                mine[key] = [a + b for a, b in zip(mine.get(key) or [0] * len(Column), numbers, strict=True)]

    def count(self, name: Class) -> int:
        """The number of ids in a class of differences."""
        return self.differences.get(name, 0)


def total(parts: Iterable[Accounts]) -> Accounts:
    """The sum of parts."""
    result = Accounts()
    for part in parts:
        result.add(part)
    return result
