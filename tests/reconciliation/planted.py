"""A world of archives in which faults are planted, and what the report must say of them."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Any

from reconciliation.comparing.definitions import Class
from reconciliation.ranges import milliseconds, window_number
from tests.reconciliation.world import PARTITIONS, RANGE, Event, World


@dataclass
class Planted:
    """A world with faults, and what must be found."""

    world: World
    random: Random
    expected: defaultdict[Class, set[str]] = field(default_factory=lambda: defaultdict(set))
    unreadable: int = 0
    reread: int = 0
    damaged: set[str] = field(default_factory=set[str])
    touched: set[int] = field(default_factory=set[int])

    def lost_numbers(self) -> int:
        """The sequence numbers that the archive lacks between events that may or may not be of the range."""
        total = 0
        for partition in range(len(PARTITIONS)):
            left = sorted((e for e in self.world.events if e.partition == partition), key=lambda e: e.sequence)
            for before, after in pairwise(left):
                if before.window <= RANGE.last_window and after.window >= RANGE.first_window:
                    total += after.sequence - before.sequence - 1
        return total

    def take(self, *, flagged: bool) -> Event | None:
        """An event in the range that no fault has touched, neither first nor last of its partition."""
        left = [
            e
            for e in self.world.events
            if id(e) not in self.touched and e.id and e.flagged == flagged and in_range(e) and is_inner(self.world, e)
        ]
        if not left:
            return None
        chosen = self.random.choice(left)
        self.touched |= {id(e) for e in self.world.events if e.id == chosen.id}
        return chosen

    def takes_all(self, row: dict[str, Any]) -> bool:
        """True if a row of the stream job lies in the range and no fault has touched an event of it."""
        untouched = {e.id for e in self.world.events if id(e) not in self.touched}
        return is_row_in_range(row) and untouched.issuperset(row["ids"])

    def tear(self, name: str, value: dict[str, Any]) -> None:
        """Write a line of an outcome that ends in the middle."""
        line = json.dumps(value).encode()
        self.world.outcome_lines.setdefault(name, []).append(line[: self.random.randrange(1, len(line))])
        self.unreadable += 1


def in_range(sale: Event) -> bool:
    return RANGE.first_window <= sale.window <= RANGE.last_window


def is_row_in_range(row: dict[str, Any]) -> bool:
    window = window_number(milliseconds(datetime.fromisoformat(row["WindowEnd"])))
    return RANGE.first_window <= window <= RANGE.last_window


def is_inner(world: World, sale: Event) -> bool:
    numbers = [e.sequence for e in world.events if e.partition == sale.partition]
    return min(numbers) < sale.sequence < max(numbers)
