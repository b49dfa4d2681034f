"""Profiles that were written and read again go on as those that stayed in memory."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from fraud.profiles.building import DayBuilder, bounds
from fraud.profiles.keeping import SHARDS, kept, read
from fraud.profiles.profiles import Profiles
from fraud.replay.arrivals import Skipped, read_arrivals
from tests.fraud.builders import event_body
from worlds.plan import WorldPlan
from worlds.world import make_world

FIRST = date(2026, 3, 2)
WORLD = WorldPlan(seed=3, days=2, customers=120, sales_per_day=400, start=datetime(2026, 3, 2, tzinfo=UTC))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def bodies() -> list[tuple[int, bytes]]:
    arrivals = read_arrivals(make_world(WORLD).event_lines(), Skipped())
    return [(milliseconds(arrival.enqueued), arrival.body) for arrival in arrivals]


def milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def pieces(profiles: Profiles) -> dict[str, list[bytes]]:
    by_kind: dict[str, list[bytes]] = defaultdict(list)
    for kind, piece in kept(profiles):
        by_kind[kind].append(piece)
    return by_kind


def built(*, kept_between: bool) -> Profiles:
    profiles = Profiles()
    for number in range(2):
        builder = DayBuilder(profiles, FIRST + timedelta(days=number))
        builder.add(bodies())
        builder.close()
        if kept_between:
            profiles = read(pieces(profiles))
    return profiles


def test_profiles_that_were_kept_over_night_have_the_bytes_of_those_that_stayed_in_memory():
    stayed = built(kept_between=False)
    assert pieces(built(kept_between=True)) == pieces(stayed)
    assert (stayed.days, len(pieces(stayed)["customers"])) == (2, SHARDS)
    assert len(stayed.customers) > 50


@pytest.mark.parametrize(("after", "counts"), [(0, False), (1, True), (86_400_000, True), (86_400_001, False)])
def test_a_day_has_what_arrived_after_its_midnight_up_to_the_next(after: int, counts: bool):
    builder = DayBuilder(Profiles(), FIRST)
    builder.add([(milliseconds(bounds(FIRST)[0]) + after, event_body("a"))])

    assert builder.events == counts


def test_a_content_that_is_sent_again_on_its_day_counts_once_and_what_is_no_event_not_at_all():
    builder = DayBuilder(Profiles(), FIRST)
    noon = milliseconds(bounds(FIRST)[0] + timedelta(hours=12))
    bodies = [event_body("a"), event_body("a"), event_body("a", qty=9), b"[]", b"not JSON", b'{"id": 7}']
    builder.add((noon + number, body) for number, body in enumerate(bodies))

    assert builder.events == 2


def test_a_day_without_events_leaves_profiles_as_they_are():
    profiles = Profiles()
    DayBuilder(profiles, FIRST).close()

    assert profiles.days == 0
