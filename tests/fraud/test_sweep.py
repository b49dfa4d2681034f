"""The sweep looks at what was not flagged, keeps the worst, and forgets the rest."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from fraud.cutting import LONGEST_EVENT
from fraud.identity import canonical, content_digest
from fraud.profiles.profiles import Profiles
from fraud.rules.rates import Rates
from fraud.rules.shipped import shipped
from fraud.suspicion import is_suspicious
from fraud.sweep import CANDIDATES_OF_A_CASE, MOST_LOOKED_AT, Candidate, Sweep, case_name, sweep_path
from fraud.windows import Window
from tests.fraud.profiles.day_by_day import Arrivals, by_night, milliseconds, one_by_one
from worlds import WorldPlan, make_world

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 3
LAST = (START + timedelta(days=DAYS - 1)).date()


@pytest.fixture(scope="module")
def days() -> tuple[dict[date, Arrivals], set[str]]:
    """The arrivals of a small world by day, and the ids of its frauds."""
    world = make_world(WorldPlan(seed=12, days=DAYS, customers=400, sales_per_day=800, start=START))
    by_day: dict[date, list[tuple[int, bytes]]] = {}
    for arrived, event in world.events():
        by_day.setdefault(arrived.date(), []).append((milliseconds(arrived), msgspec.json.encode(event)))
    return {**by_day}, {label.id for label in world.labels() if label.fraud}


def profiles_before(by_day: dict[date, Arrivals]) -> Profiles:
    profiles = Profiles()
    for day in sorted(by_day)[:-1]:
        one_by_one(profiles, day, by_day[day])
    return profiles


def swept(by_day: dict[date, Arrivals], *, cases: int, expected: int = 1_000) -> list[Candidate]:
    sweep = Sweep(shipped()["context"], Rates(), LAST, cases=cases, expected=expected)
    by_night([], LAST, [by_day[LAST]], sweep.look)
    return sweep.candidates(profiles_before(by_day))


def test_the_worst_of_what_was_not_flagged_are_found_more_often_fraud_than_others(
    days: tuple[dict[date, Arrivals], set[str]],
):
    by_day, frauds = days

    candidates = swept(by_day, cases=5)

    assert len(candidates) == 5 * CANDIDATES_OF_A_CASE
    assert [each.score for each in candidates] == sorted((each.score for each in candidates), reverse=True)
    for each in candidates:
        event = each.event
        assert event["event_type"] == "sale_event"
        assert not is_suspicious("sale_event", event["discount"], event["priority_shipping"])
        assert each.window.start.date() == LAST
    unflagged = [msgspec.json.decode(body) for _, body in by_day[LAST]]
    share = sum(event["id"] in frauds for event in unflagged) / len(unflagged)
    assert sum(each.event["id"] in frauds for each in candidates) / len(candidates) > 3 * share


def test_a_sale_that_is_padded_is_found_as_it_is_without_and_remembered_as_it_is_judged(
    days: tuple[dict[date, Arrivals], set[str]],
):
    by_day, _ = days
    padded: Arrivals = [(at, body[:-1] + b',"note":"%b"}' % (b"x" * LONGEST_EVENT)) for at, body in by_day[LAST]]

    plain, long = swept(by_day, cases=5), swept({**by_day, LAST: padded}, cases=5)

    assert {(each.score, each.event["id"]) for each in long} == {(each.score, each.event["id"]) for each in plain}
    forms = {canonical(msgspec.json.decode(body)) for _, body in padded}
    assert {each.digest for each in long} <= {content_digest(form) for form in forms}
    assert all(len(each.body) < LONGEST_EVENT for each in long)
    assert {each.digest for each in plain} == {""}


def test_a_larger_sweep_begins_with_what_a_smaller_one_finds(days: tuple[dict[date, Arrivals], set[str]]):
    by_day, _ = days

    assert swept(by_day, cases=20)[: 2 * CANDIDATES_OF_A_CASE] == swept(by_day, cases=2)


def test_of_a_day_that_is_too_large_whole_customers_are_looked_at(days: tuple[dict[date, Arrivals], set[str]]):
    by_day, _ = days
    every = {each.event["id"]: each.event["cust_id"] for each in swept(by_day, cases=100)}

    part = {each.event["id"]: each.event["cust_id"] for each in swept(by_day, cases=100, expected=2 * MOST_LOOKED_AT)}

    assert 0 < len(part) < len(every)
    assert part.items() <= every.items()
    left_out = {customer for event_id, customer in every.items() if event_id not in part}
    assert not left_out & set(part.values())


def test_nothing_is_swept_before_a_day_was_profiled(days: tuple[dict[date, Arrivals], set[str]]):
    by_day, _ = days

    assert swept({LAST: by_day[LAST]}, cases=5) == []


def test_a_case_is_named_by_window_and_content_whatever_the_order_of_its_fields():
    window = Window(START, START + timedelta(minutes=5))
    event = {"id": "a", "store_id": 7, "price": 20}
    name = case_name(window, content_digest(canonical(event)))

    assert name == case_name(window, content_digest(canonical({"price": 20.0, "store_id": 7, "id": "a"})))
    assert name != case_name(window, content_digest(canonical(event | {"price": 21})))
    assert sweep_path(name, window.end) == f"sweep/2026/03/02/0005/{name}.ndjson"
