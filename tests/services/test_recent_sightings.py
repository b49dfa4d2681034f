"""The memory answers as a reading of the archive does."""

import asyncio
import gc
import json
import math
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest

from fraud.context.look_ups import latest
from fraud.context.sighting import Sighting, sighting
from services.recent_sightings import OVERLAP, STALE_SECONDS, Reading, RecentSightings, SightingKey

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
SPAN = timedelta(minutes=40)
MOST = 6
MINUTE = timedelta(minutes=1)


class Archive:
    """Sightings by key, with the second in which each was written; counts what is read of it."""

    def __init__(self) -> None:
        self.sightings: dict[SightingKey, list[Sighting]] = {}
        self.written: dict[tuple[str, float], float] = {}
        self.reads: list[list[SightingKey]] = []
        self.given = 0
        self.until = START
        self.now: datetime | None = None
        """When it answers; it has forgotten nothing, and tells no time, if this is None."""

    def add(self, key: SightingKey, arrived: datetime, written: datetime | None = None) -> None:
        number = len(self.sightings.setdefault(key, []))
        seen = sighting({"id": f"{key[1]}-{number}"}, arrived)
        self.sightings[key].append(seen)
        self.written[seen.id, seen.time] = (written or arrived).timestamp()

    def direct(self, key: SightingKey, since: datetime, until: datetime, written: float = 0.0) -> tuple[Sighting, ...]:
        """What is there by now."""
        now = math.inf if self.now is None else self.now.timestamp()
        within = (seen for seen in self.sightings.get(key, []) if since.timestamp() < seen.time <= until.timestamp())
        return latest(
            (seen for seen in within if written <= self.written.get((seen.id, seen.time), seen.time) <= now), MOST
        )

    async def read(self, keys: Sequence[SightingKey], since: datetime, written: int) -> Reading:
        self.reads.append(list(keys))
        await asyncio.sleep(0)
        sightings = {key: given for key in keys if (given := self.direct(key, since, self.until, written))}
        self.given += sum(map(len, sightings.values()))
        if self.now is None:
            return Reading(sightings)
        times = [self.written[seen.id, seen.time] for given in sightings.values() for seen in given]
        return Reading(sightings, int(max(times, default=0.0)))

    async def ask(
        self, recent: RecentSightings, keys: list[SightingKey], until: datetime
    ) -> dict[SightingKey, tuple[Sighting, ...]]:
        self.until = until
        return await recent.of(dict.fromkeys(keys, ()), until, self.read)


def keys(*numbers: int) -> list[SightingKey]:
    return [("", str(number)) for number in numbers]


@pytest.mark.parametrize("seed", range(200))
async def test_any_ends_in_any_order_are_answered_as_by_a_reading(seed: int):
    random = Random(seed)
    few = random.choice([0, 3, 30])
    archive, recent = Archive(), RecentSightings(SPAN, MOST, most_kept=random.choice([10, 1000]), few=few)
    for key in keys(*range(5)):
        # Some are busy, and several arrive at one moment.
        for _ in range(random.choice([0, 2, 10, 60])):
            archive.add(key, START + MINUTE * random.randrange(200))
    for _ in range(30):
        until = START + 5 * MINUTE * random.randrange(5, 40)
        asked = random.sample(keys(*range(5)), random.randrange(1, 6))
        answers = await archive.ask(recent, asked, until)
        direct = {key: sightings for key in asked if (sightings := archive.direct(key, until - SPAN, until))}
        assert answers == direct


@pytest.mark.parametrize("seed", range(200))
async def test_events_that_the_archive_writes_late_are_seen_at_the_next_end_of_who_asks(seed: int):
    random = Random(seed)
    archive, recent = Archive(), RecentSightings(SPAN, MOST, few=random.choice([0, 3, 30]))
    for key in keys(*range(5)):
        for _ in range(random.choice([0, 2, 10, 60, 200])):
            arrived = START + timedelta(seconds=random.randrange(12_000))
            late = random.choice([0, 0, 1, 30, 200]) * random.random()
            archive.add(key, arrived, arrived + timedelta(seconds=late))
    for end in sorted(random.sample(range(5, 40), 25)):
        archive.now = until = START + 5 * MINUTE * end
        asked = random.sample(keys(*range(5)), random.randrange(1, 6))
        answers = await archive.ask(recent, asked, until)
        direct = {key: sightings for key in asked if (sightings := archive.direct(key, until - SPAN, until))}
        assert answers == direct


async def test_what_was_written_before_the_last_answer_is_not_read_again():
    archive, recent, key = Archive(), RecentSightings(SPAN, MOST), ("", "1")
    for second in range(0, 1_000, 100):
        archive.add(key, START + timedelta(seconds=second))
    archive.now = START + 10 * MINUTE
    await archive.ask(recent, [key], archive.now)
    archive.given = 0

    archive.now = START + 15 * MINUTE
    await archive.ask(recent, [key], archive.now)

    # Those at 600, 700, 800 and 900 seconds; the first of them may have been written while it answered.
    assert archive.given == 4


async def test_a_key_of_which_nothing_arrived_keeps_no_other_from_being_read_since_the_last_answer():
    archive, recent = Archive(), RecentSightings(SPAN, MOST)
    for second in range(0, 1_000, 100):
        archive.add(("", "1"), START + timedelta(seconds=second))
    archive.now = START + 10 * MINUTE
    await archive.ask(recent, keys(1), archive.now)
    await archive.ask(recent, keys(2), archive.now)
    archive.given = 0

    archive.now = START + 15 * MINUTE
    await archive.ask(recent, keys(1, 2), archive.now)

    assert archive.given == 4


async def test_a_key_whose_place_another_store_takes_while_it_is_read_is_answered_as_by_a_reading():
    archive, recent = Archive(), RecentSightings(SPAN, MOST, most_kept=8, few=0)
    for key in (("A", "1"), ("A", "2"), ("B", "1")):
        for minute in range(20, 50, 6):
            archive.add(key, START + minute * MINUTE)
    await archive.ask(recent, [("A", "1")], START + 30 * MINUTE)
    await archive.ask(recent, [("A", "2")], START + 35 * MINUTE)
    until = START + 40 * MINUTE

    async def read(keys: Sequence[SightingKey], since: datetime, written: int) -> Reading:
        reading = await archive.read(keys, since, written)
        await recent.of({("B", "1"): ()}, until, archive.read)
        await recent.of({("B", "2"): ()}, until, archive.read)
        return reading

    archive.until = until
    asked: list[SightingKey] = [("A", "1"), ("A", "2")]
    answers = await recent.of(dict.fromkeys(asked, ()), until, read)

    assert answers == {key: archive.direct(key, until - SPAN, until) for key in asked}


async def test_one_end_is_read_once_and_the_next_only_since():
    archive, recent = Archive(), RecentSightings(SPAN, MOST)
    for minute in range(0, 60, 10):
        archive.add(("", "1"), START + minute * MINUTE)

    await archive.ask(recent, keys(1, 2), START + 50 * MINUTE)
    await archive.ask(recent, keys(2, 1), START + 50 * MINUTE)
    archive.sightings["", "1"] = archive.sightings["", "1"][-1:]  # what was read before is not asked for again
    answers = await archive.ask(recent, keys(1), START + 55 * MINUTE)

    assert archive.reads == [keys(1, 2), keys(1)]
    assert [seen.id for seen in answers["", "1"]] == ["1-2", "1-3", "1-4", "1-5"]


async def test_what_was_archived_within_the_overlap_is_seen_at_the_next_end():
    archive, recent = Archive(), RecentSightings(SPAN, MOST)
    end = START + 30 * MINUTE
    await archive.ask(recent, keys(1), end)
    archive.add(("", "1"), end - OVERLAP + MINUTE)

    assert len((await archive.ask(recent, keys(1), end + OVERLAP))["", "1"]) == 1


async def test_many_ends_take_few_readings():
    archive, recent = Archive(), RecentSightings(SPAN, MOST, few=0)
    for number in range(8):
        archive.add(("", str(number)), START + (number + 15) * MINUTE)
        await archive.ask(recent, keys(number), START + (number + 20) * MINUTE)
    archive.reads.clear()

    answers = await archive.ask(recent, keys(*range(9)), START + 35 * MINUTE)

    assert answers.keys() == set(keys(*range(8)))
    assert sorted(map(len, archive.reads)) == [1, 1, 1, 1, 1, 4]


async def test_ends_that_lie_a_few_sightings_apart_take_one_reading():
    archive, recent = Archive(), RecentSightings(SPAN, MOST, few=7)
    for number in range(8):
        archive.add(("", str(number)), START + (number + 15) * MINUTE)
        await archive.ask(recent, keys(number), START + (number + 20) * MINUTE)
    archive.reads.clear()

    answers = await archive.ask(recent, keys(*range(8)), START + 35 * MINUTE)

    assert answers == {key: archive.direct(key, archive.until - SPAN, archive.until) for key in keys(*range(8))}
    assert [sorted(read) for read in archive.reads] == [keys(*range(8))]


async def test_who_asks_at_the_same_time_waits_for_the_first_reading():
    archive, recent = Archive(), RecentSightings(SPAN, MOST)
    archive.add(("", "1"), START)
    archive.until = START + MINUTE

    answers = await asyncio.gather(*(recent.of({("", "1"): ()}, archive.until, archive.read) for _ in range(3)))

    assert len(archive.reads) == 1
    assert all(answer == answers[0] and answer for answer in answers)


async def test_a_key_is_read_anew_when_it_is_stale(monkeypatch: pytest.MonkeyPatch):
    archive, recent = Archive(), RecentSightings(SPAN, MOST)
    now = 0.0
    monkeypatch.setattr("services.recent_sightings.time.monotonic", lambda: now)
    await archive.ask(recent, keys(1), START)
    archive.add(("", "1"), START)
    assert await archive.ask(recent, keys(1), START) == {}

    now = STALE_SECONDS
    assert len((await archive.ask(recent, keys(1), START))["", "1"]) == 1


async def test_a_reading_that_fails_leaves_nothing_behind():
    archive, recent = Archive(), RecentSightings(SPAN, MOST)
    archive.add(("", "1"), START)

    async def fail(_: Sequence[SightingKey], __: datetime, ___: int) -> Reading:
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        await recent.of({("", "1"): ()}, START, fail)
    assert len((await archive.ask(recent, keys(1), START))["", "1"]) == 1


async def test_a_key_is_read_anew_where_the_event_that_asks_was_archived_since():
    archive, recent, key = Archive(), RecentSightings(SPAN, MOST), ("", "1")
    await archive.ask(recent, [key], START)
    archive.add(key, START)
    (own,) = archive.sightings[key]
    later = msgspec.structs.replace(own, time=own.time + 1)

    assert await recent.of({key: [later]}, START, archive.read) == {}
    assert await recent.of({key: [own]}, START, archive.read) == {key: (own,)}
    assert len(archive.reads) == 2


async def test_a_full_memory_takes_half_a_kilobyte_for_each_sighting_and_no_more_goes_in():
    body = {"event_type": "sale_event", "store_fqdn": "store-2.example.com", "category": "electronics", "qty": 2}
    body |= {"store_ip": "10.0.2.17", "payment_method": "credit_card", "price": 19.99, "discount": 60}

    def arrived(number: int) -> Sighting:
        read = json.loads(json.dumps(body | {"id": f"{number:032}", "cust_id": 100_000 + number % 500, "store_id": 2}))
        return sighting(read, START + timedelta(seconds=number))

    recent = RecentSightings(SPAN, MOST, most_kept=2_000)

    async def ask(first: int, end: int) -> int:
        """The bytes that the memory takes after it was asked for customers with five sightings each."""
        for number in range(first, end, 5):
            archive = Archive()
            key = ("", f"customer-{number}")
            archive.sightings[key] = [arrived(later) for later in range(number, number + 5)]
            await archive.ask(recent, [key], START + timedelta(seconds=number + 5))
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before

    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    full, later = await ask(0, 3_000), await ask(3_000, 9_000)
    tracemalloc.stop()

    assert full < 2_000 * 512
    assert later < 1.1 * full


async def test_a_store_that_nobody_asks_for_any_more_leaves_nothing_behind():
    archive, recent = Archive(), RecentSightings(SPAN, MOST, most_kept=10)
    locks = sum(isinstance(each, asyncio.Lock) for each in gc.get_objects())

    for number in range(100):
        await archive.ask(recent, [(f"store-{number}", "1")], START)

    assert sum(isinstance(each, asyncio.Lock) for each in gc.get_objects()) == locks
