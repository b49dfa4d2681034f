"""Sightings that this process has read before, so that the next window reads only what arrived since.

Windows with the same end ask for the same shelves and for many of the same customers, and so do those with the next
end. Read anew each time, a shelf's three hours would be thirty times the events of the window. Events of the last
OVERLAP before an end are read once more if the archive has written them since.

The answer is what reading the archive would give, with one exception, for at most STALE_SECONDS: events of others that
were archived meanwhile, or more than OVERLAP after they had arrived. Evidence keeps what was answered, so no verdict
depends on this memory.
"""

import asyncio
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

import msgspec

from fraud.context.look_ups import latest
from fraud.context.sighting import Sighting

OVERLAP = timedelta(minutes=5)
"""So long before the end of what was read the next reading begins: time for the archiver to write what had arrived."""

SLACK = 60
"""Seconds of the archive's clock: what it wrote so long before an answer is in there, whichever replica gave it."""

STALE_SECONDS = 600.0
"""Real seconds after which a key is read anew."""

MOST_KEPT = 150_000
"""Sightings in memory, of half a kilobyte each; a key counts as one more."""

LAST_ENDS = 4
"""The ends of which each takes a reading for the keys that were read last at it; all earlier ones take one together."""

FEW_AGAIN = 30
"""Sightings that are rather read again than that a request is made for others alone, which costs as much CPU."""

SightingKey = tuple[str, str]
"""The store that a key belongs to ("" for all of them), and the customer, sku or category."""


class Reading(msgspec.Struct, frozen=True):
    """The latest sightings of each key, and when the archive has answered by its own clock (Unix time; 0: unknown)."""

    sightings: Mapping[SightingKey, Iterable[Sighting]]
    answered: int = 0


ReadSightings = Callable[[Sequence[SightingKey], datetime, int], Awaitable[Reading]]
"""Reads what arrived around some keys after a moment, up to the end that is asked for, and was written at a second
(Unix time) or later."""


class _Kept(msgspec.Struct):
    """The sightings of a key in memory: all that arrived after `since` (Unix time) and up to `until`, in order.

    What the archive has written before the second `seen` is among them.
    """

    since: float
    until: datetime
    read_at: float
    seen: int
    sightings: tuple[Sighting, ...] = ()


class RecentSightings:
    """The latest sightings by key: `most` of each, from a span before the moment that is asked for."""

    def __init__(self, span: timedelta, most: int, most_kept: int = MOST_KEPT, few: int = FEW_AGAIN) -> None:
        self._span = span
        self._few = few
        self._most = most
        self._most_kept = most_kept
        self._count = 0
        self._last_answer = 0
        """When the archive gave the last of the answers that are there, by its own clock."""
        self._kept: OrderedDict[SightingKey, _Kept] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By store, while somebody asks for it: producers may name any number of stores."""

    async def of(
        self, keys: Mapping[SightingKey, Collection[Sighting]], until: datetime, read: ReadSightings
    ) -> dict[SightingKey, tuple[Sighting, ...]]:
        """The sightings of each key of which something arrived. Raises what `read` raises.

        `keys`, all of one store, gives the asker's own sightings for each key: if these are not among the remembered
        ones, the key is read anew. Whoever asks for the same store at the same time waits, and then uses what the first
        one has read.
        """
        answers: dict[SightingKey, tuple[Sighting, ...]] = {}
        async with self._locks.setdefault(next(iter(keys), ("", ""))[0], asyncio.Lock()):
            unread = [key for key, own in keys.items() if not self._answered(key, own, until, answers)]
            # Who asks for another store meanwhile may take their place in memory.
            in_memory = {key: self._kept[key] for key in unread if key in self._kept}
            for since, group in self._readings(unread, until):
                written = 0 if since == until - self._span else min(in_memory[key].seen for key in group)
                before = self._last_answer
                given = await read(group, since, written)
                # Without an answer of its own to go by, it came after those that were there before it was asked.
                reading = Reading(given.sightings, max(before, given.answered))
                self._last_answer = max(self._last_answer, given.answered)
                for key in group:
                    answers[key] = self._take_in(key, in_memory.get(key), since, until, reading)
            while self._count > self._most_kept:
                self._count -= _size(self._kept.popitem(last=False)[1])
        return {key: answer for key, answer in answers.items() if answer}

    def _answered(
        self,
        key: SightingKey,
        own: Collection[Sighting],
        until: datetime,
        answers: dict[SightingKey, tuple[Sighting, ...]],
    ) -> bool:
        kept = self._fresh(key)
        if kept is None or until > kept.until:
            return False
        first, last = (until - self._span).timestamp(), until.timestamp()
        up_to = [seen for seen in kept.sightings if first < seen.time <= last]
        is_whole = kept.since <= first or sum(seen.time > kept.since for seen in up_to) >= self._most
        if until < kept.until and not is_whole:
            return False
        if len(up_to) < self._most and not all(seen in up_to for seen in own if seen.time <= last):
            self._forget(key)
            return False
        self._kept.move_to_end(key)
        answers[key] = tuple(up_to[-self._most :])
        return True

    def _readings(self, keys: Sequence[SightingKey], until: datetime) -> list[tuple[datetime, list[SightingKey]]]:
        """The keys to be read, by the moment after which they are."""
        earliest = until - self._span
        by_moment: dict[datetime, list[SightingKey]] = {}
        for key in keys:
            kept = self._fresh(key)
            newer = kept is not None and earliest < kept.until - OVERLAP and kept.until < until
            by_moment.setdefault(kept.until - OVERLAP if kept and newer else earliest, []).append(key)
        readings, again = list[tuple[datetime, list[SightingKey]]](), 0
        for moment, group in sorted(by_moment.items()):
            again += self._remembered(group, readings[-1][0], moment) if readings else 0
            if readings and again <= self._few:
                readings[-1][1].extend(group)
            else:
                readings.append((moment, group))
                again = 0
        whole = readings[:1] if earliest in by_moment else []
        rest = readings[len(whole) :]
        earlier, last = rest[:-LAST_ENDS], rest[-LAST_ENDS:]
        if earlier:
            # A query for each end would be many, of a key or two each.
            whole.append((earlier[0][0], [key for _, group in earlier for key in group]))
        return whole + last

    def _remembered(self, keys: Iterable[SightingKey], since: datetime, until: datetime) -> int:
        """The sightings that are read again if keys that are known up to a moment are read from an earlier one on."""
        first, last = since.timestamp(), until.timestamp()
        return sum(first < seen.time <= last for key in keys for seen in self._kept[key].sightings)

    def _take_in(
        self, key: SightingKey, in_memory: _Kept | None, since: datetime, until: datetime, reading: Reading
    ) -> tuple[Sighting, ...]:
        """Add what was read to what is known, and give what was asked for."""
        sightings = latest(reading.sightings.get(key, ()), self._most)
        first, read_at, seen = since.timestamp(), time.monotonic(), max(0, reading.answered - SLACK)
        goes_on = since > until - self._span
        kept = in_memory if goes_on else self._fresh(key)
        # Of a full answer more may have arrived before its first sighting, or with it.
        bound = sightings[0].time if len(sightings) == self._most else -math.inf
        if goes_on and kept is not None:
            first, read_at = max(bound, kept.since), kept.read_at
            sightings = _joined(kept.sightings, sightings, since)
        else:
            first = max(bound, first)
        if kept is None or until > kept.until:
            self._keep(key, _Kept(first, until, read_at, seen, sightings))
        after = (until - self._span).timestamp()
        return tuple(each for each in sightings if each.time > after)[-self._most :]

    def _keep(self, key: SightingKey, kept: _Kept) -> None:
        # A window of an end before the last asks for as many, up to its own end.
        surplus = len(kept.sightings) - self._most * 5 // 4
        if surplus > 0:
            kept.since = max(kept.since, kept.sightings[surplus - 1].time)
            kept.sightings = kept.sightings[surplus:]
        self._forget(key)
        self._count += _size(kept)
        self._kept[key] = kept

    def _forget(self, key: SightingKey) -> None:
        if before := self._kept.pop(key, None):
            self._count -= _size(before)

    def _fresh(self, key: SightingKey) -> _Kept | None:
        kept = self._kept.get(key)
        return kept if kept is not None and time.monotonic() - kept.read_at < STALE_SECONDS else None


def _joined(before: Sequence[Sighting], read: Sequence[Sighting], since: datetime) -> tuple[Sighting, ...]:
    """What was known before with what was read of the time after `since`, each as often as either has it."""
    moment = since.timestamp()
    twice = [seen for seen in before if seen.time > moment]
    if not twice:
        return (*before, *read)
    later = Counter(twice) | Counter(read)
    return (*before[: len(before) - len(twice)], *latest(later.elements(), later.total()))


def _size(kept: _Kept) -> int:
    return 1 + len(kept.sightings)
