"""A day's captured bodies become profiles, as they are read: each content once, in order of time."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import compress, islice
from operator import itemgetter

import numpy as np

from fraud.context.sighting import name_of, place, sighting
from fraud.profiles.day.columns import DayColumns, columns_of
from fraud.profiles.day.contents import ContentReader
from fraud.profiles.day.customers import CustomerShard, CustomerTotals
from fraud.profiles.day.everybody import Everybody
from fraud.profiles.day.keys import texts_of
from fraud.profiles.day.remembered import Remembered
from fraud.profiles.day.rows import Spill, spill_customers, spill_skus
from fraud.profiles.day.skus import SkuShard
from fraud.profiles.keeping import SHARDS, Others
from fraud.replay.arrivals import read_event

AT_ONCE = 65_536
"""Events that are taken in together: some 80 MB."""
BYTES_AT_ONCE = 64 * 1024 * 1024
"""Of their bodies: a producer may send 1 MB in each."""

_arrived: Callable[[tuple[int, bytes]], int] = itemgetter(0)
_body: Callable[[tuple[int, bytes]], bytes] = itemgetter(1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)
Sale = tuple[int, str | None, bytes]
"""An event of a sale: when it arrived in milliseconds since 1970, its customer, its body."""
SeesSales = Callable[[Iterable[Sale]], None]


def bounds(day: date) -> tuple[datetime, datetime]:
    """The span (start, end] of the windows that begin on a day, in UTC."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return start, start + DAY


class DayBuilder:
    """Adds one day to profiles: `add` all arrivals, `finish`, then take every shard, and `others` last.

    Memory holds some thousands of events, a shard, and what does not grow with the events; the rest lies in the spill.
    """

    def __init__(self, before: Others, day: date, spill: Spill, look: SeesSales | None = None) -> None:
        """`before` is changed by this. `look` sees the sales, each content once."""
        start, end = bounds(day)
        self._after, self._until = (start - _EPOCH) // _MILLISECOND, (end - _EPOCH) // _MILLISECOND
        self._others, self._day, self._spill, self._look = before, day.toordinal(), spill, look
        self._reader = ContentReader()
        self._times: list[int] = []
        self._bodies: list[bytes] = []
        self._remembered = Remembered()
        self._everybody = Everybody(before.population)
        self._totals = CustomerTotals()
        self.customers = self.skus = 0

    @property
    def events(self) -> int:
        """The contents of the day so far."""
        return self._remembered.count

    def add(self, arrivals: Iterable[tuple[int, bytes]]) -> None:
        """Take in times of arrival, in milliseconds since 1970, and bodies, in order of time and not before any before.

        What arrived on another day, or is not a JSON object with an id, is left out.
        """
        rest = iter(arrivals)
        while taken := [*islice(rest, AT_ONCE)]:
            times = [*map(_arrived, taken)]
            if min(times) <= self._after or max(times) > self._until:
                taken = [arrival for arrival in taken if self._after < arrival[0] <= self._until]
                times = [*map(_arrived, taken)]
            self._times += times
            self._bodies += map(_body, taken)
            if len(self._times) >= AT_ONCE or sum(map(len, self._bodies)) >= BYTES_AT_ONCE:
                # Those of the last moment wait for others of it.
                self._take(bisect_left(self._times, self._times[-1]))

    def finish(self) -> None:
        """No more arrivals follow."""
        self._take(len(self._times))

    def _take(self, number: int) -> None:
        times, self._times = self._times[:number], self._times[number:]
        bodies, self._bodies = self._bodies[:number], self._bodies[number:]
        columns = columns_of(self._reader.read(times, bodies))
        if columns is None:
            return
        position = self.events
        places = self._remembered.new_among(columns.keys)
        if not len(places):
            return
        if len(places) < len(columns.ids):
            columns = columns.at(places)
        columns = in_order(columns)
        if self._look is not None:
            self._look(_sales(columns))
        self._everybody.add(columns)
        spill_customers(columns, position, self._spill)
        spill_skus(columns, self._spill)

    def customer_shard(self, number: int, before: bytes | None) -> bytes:
        """A shard of customers up to the day, from that up to the day before; they are taken in order."""
        shard = CustomerShard(before, self._day, self._totals)
        shard.add(self._spill, number)
        if number == SHARDS - 1:
            self._spill.forget("customers")
        self.customers += len(shard)
        return shard.encoded()

    def sku_shard(self, number: int, before: bytes | None) -> bytes:
        """A shard of skus up to the day, from that up to the day before."""
        shard = SkuShard(before, self._others.prices)
        shard.add(self._spill.read("skus", number))
        self.skus += len(shard)
        return shard.encoded()

    def others(self) -> Others:
        """All else up to the day; one without events leaves it as it is. Every shard has been taken before."""
        others = self._others
        if not self.events:
            return others
        self._everybody.close(others.stores, self._day)
        self._totals.close(others.population, is_first_day=not others.days)
        others.days += 1
        return others


def in_order(columns: DayColumns) -> DayColumns:
    """Events that come in order of time, those of one time as `fraud.context.sighting.place` has them."""
    arrived = columns.arrived
    is_same = np.concatenate(([False], arrived[1:] == arrived[:-1], [False]))
    edges = np.flatnonzero(is_same[1:] != is_same[:-1]).tolist()
    if not edges:
        return columns
    names = [*map(name_of, columns.ids)]
    order = [*range(len(names))]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        of_one_time = order[start : end + 1]
        is_told_apart = len({*names[start : end + 1]}) == len(of_one_time)
        by = names.__getitem__ if is_told_apart else partial(_place, columns)
        order[start : end + 1] = sorted(of_one_time, key=by)
    return columns.at(np.array(order))


def _place(columns: DayColumns, number: int) -> tuple[float, str, bytes]:
    event = read_event(columns.bodies[number]) or {}
    return place(sighting(event, _EPOCH + int(columns.arrived[number]) * _MILLISECOND))


def _sales(columns: DayColumns) -> Iterator[Sale]:
    customers = (customer or None for customer in texts_of(columns.customers))
    every = zip(columns.arrived.tolist(), customers, columns.bodies, strict=True)
    return compress(every, columns.is_event_of_sale.tolist())
