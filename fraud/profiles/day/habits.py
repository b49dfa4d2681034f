"""Counts of sales that broke the habits of their customers, over the rows of many, by habit and level."""

import numpy as np

from fraud.profiles.customers import HABITS, HOURS_APART
from fraud.profiles.day.arrays import Bools, Ints
from fraud.profiles.population import LEVELS, Novelty, Population

_NEVER = 2**62


class HabitCounts:
    """Counts of a day; `Population.watch_habits` counts the same for one sale."""

    def __init__(self) -> None:
        self._asked = np.zeros((len(HABITS), len(LEVELS) + 1), np.int64)
        self._broken = np.zeros_like(self._asked)
        self._first = np.full_like(self._asked, _NEVER)

    def add(self, habit: str, asked: Bools, broken: Bools, *, levels: Ints, positions: Ints) -> None:
        """Count sales by the level of their customer's habits; `positions` are those among all events of the day."""
        place, number = HABITS.index(habit), len(LEVELS) + 1
        self._asked[place] += np.bincount(levels[asked], minlength=number)
        self._broken[place] += np.bincount(levels[asked & broken], minlength=number)
        np.minimum.at(self._first[place], levels[asked], positions[asked])

    def close(self, population: Population) -> None:
        """Add the counts to the population, what is new to it in the order in which it came."""
        asked: list[list[int]] = np.argwhere(self._asked).tolist()
        for place, level in sorted(asked, key=lambda each: (self._first[each[0], each[1]], each)):
            novelty = population.novelty.setdefault((HABITS[place], level), Novelty())
            novelty.asked += int(self._asked[place, level])
            novelty.broken += int(self._broken[place, level])


def levels_of(sales: Ints) -> Ints:
    """`habit_level` of each number of sales."""
    return np.searchsorted(np.array(LEVELS), sales)


def is_strange_hour(customers: Ints, hours: Ints, ranks: Ints, before: Bools) -> Bools:
    """True for a sale if its customer bought near its hour neither on days before nor earlier on this one.

    `ranks` number the sales in order, at least those of one customer; `before` has a row of 24 hours for each customer.
    """
    first = np.where(before, -1, _NEVER)
    # The first sale of an hour is written last.
    first[customers[::-1], hours[::-1]] = np.minimum(first[customers[::-1], hours[::-1]], ranks[::-1])
    near = first
    for apart in range(-HOURS_APART, HOURS_APART + 1):
        near = np.minimum(near, np.roll(first, apart, axis=1))
    return near[customers, hours] >= ranks
