"""Profiles that were written and read again go on as those that stayed in memory."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fraud.profiles.building import DayBuilder, bounds
from fraud.profiles.keeping import SHARDS, Others, kept, profiles_without_tables, read, read_others
from fraud.profiles.profiles import Profiles
from fraud.replay.arrivals import Skipped, read_arrivals, read_event
from tests.fraud.builders import event_body
from tests.fraud.profiles.day_by_day import MemorySpill, Pieces, by_night, milliseconds, one_by_one
from worlds.plan import WorldPlan
from worlds.world import make_world

FIRST = date(2026, 3, 2)
WORLD = WorldPlan(seed=3, days=2, customers=120, sales_per_day=400, start=datetime(2026, 3, 2, tzinfo=UTC))


def bodies() -> list[tuple[int, bytes]]:
    arrivals = read_arrivals(make_world(WORLD).event_lines(), Skipped())
    return [(milliseconds(arrival.enqueued), arrival.body) for arrival in arrivals]


def two_days() -> tuple[Profiles, Pieces]:
    """The profiles that stayed in memory, and the pieces that were kept over night."""
    stayed = Profiles()
    pieces: Pieces = []
    for number in range(2):
        one_by_one(stayed, FIRST + timedelta(days=number), bodies())
        pieces = by_night(pieces, FIRST + timedelta(days=number), [bodies()])
    return stayed, pieces


def of_kind(pieces: Pieces, kind: str) -> list[bytes]:
    return [piece for own, piece in pieces if own == kind]


def test_profiles_that_were_kept_over_night_have_the_bytes_of_those_that_stayed_in_memory():
    stayed, pieces = two_days()

    assert pieces == [*kept(stayed)]
    assert (stayed.days, len(of_kind(pieces, "customers"))) == (2, SHARDS)
    assert len(stayed.customers) > 50


def test_profiles_that_are_read_have_the_bytes_that_were_kept():
    _, pieces = two_days()

    assert [*kept(read({kind: of_kind(pieces, kind) for kind in ("customers", "skus", "others")}))] == pieces


def test_of_some_customers_alone_the_profiles_are_those_of_all():
    stayed, pieces = two_days()
    of_two = profiles_without_tables(read_others(pieces[-1][1]))
    bought = (read_event(body) or {} for _, body in bodies())
    buyers = {str(event["cust_id"]) for event in bought if event["event_type"] == "sale_event"}
    wanted = {*sorted(buyers)[:2], "nobody"}
    for shard in of_kind(pieces, "customers"):
        of_two.customers.load_some(shard, wanted)

    assert len(of_two.customers) == 2 < len(stayed.customers)
    for name in wanted:
        assert of_two.customers.get(name) == stayed.customers.get(name)
    assert of_two.population == stayed.population


@pytest.mark.parametrize(("after", "counts"), [(0, False), (1, True), (86_400_000, True), (86_400_001, False)])
def test_a_day_has_what_arrived_after_its_midnight_up_to_the_next(after: int, counts: bool):
    builder = DayBuilder(Others(), FIRST, MemorySpill())
    builder.add([(milliseconds(bounds(FIRST)[0]) + after, event_body("a"))])
    builder.finish()

    assert builder.events == counts


def test_a_content_that_is_sent_again_on_its_day_counts_once_and_what_is_no_event_not_at_all():
    builder = DayBuilder(Others(), FIRST, MemorySpill())
    noon = milliseconds(bounds(FIRST)[0] + timedelta(hours=12))
    bodies = [event_body("a"), event_body("a"), event_body("a", qty=9), b"[]", b"not JSON", b'{"id": 7}']
    builder.add((noon + number, body) for number, body in enumerate(bodies))
    builder.finish()

    assert builder.events == 2
