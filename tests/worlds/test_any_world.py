"""Rules that hold for the world of any seed, however small."""

from collections import Counter
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.events import parse_event
from fraud.suspicion import is_suspicious
from worlds import Cast, Difficulty, WorldPlan, make_world
from worlds.scenarios import FRAUDS, LOOKALIKES

PLANS = st.builds(
    WorldPlan,
    seed=st.integers(0, 2**53 - 1),
    days=st.integers(1, 2),
    difficulty=st.sampled_from(list[Difficulty](["normal", "hard"])),
    cast=st.sampled_from(list[Cast](["all", "tuning"])),
    customers=st.just(300),
    sales_per_day=st.just(500),
)


@settings(max_examples=6, deadline=None)
@given(plan=PLANS)
def test_any_world_is_determined_ordered_valid_and_told_apart(plan: WorldPlan):
    world = make_world(plan)
    again = make_world(plan)
    labels = list(world.labels())
    flagged = [
        label
        for label, (_, event) in zip(labels, world.events(), strict=True)
        if is_suspicious(event.event_type, event.discount, event.priority_shipping)
    ]

    assert b"".join(world.event_lines()) == b"".join(again.event_lines())
    assert labels == list(again.labels())
    assert all(first <= second for (first, _), (second, _) in pairwise(world.events()))
    assert {(enqueued - world.start).days for enqueued, _ in world.events()} <= set(range(plan.days + 1))
    for _, event in world.events():
        assert parse_event(msgspec.json.encode(event)).id == event.id
    # A ring is told whole, so that a small world may have more than its share.
    assert 0.10 <= sum(label.fraud for label in flagged) / len(flagged) <= 0.35
    assert {label.scenario for label in labels if label.fraud} <= FRAUDS.keys()
    assert {label.scenario for label in labels if not label.fraud} <= {*LOOKALIKES, ""}


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**53 - 2))
def test_worlds_of_two_seeds_share_no_id_and_few_customers(seed: int):
    first, second = (
        make_world(WorldPlan(seed=number, days=1, customers=300, sales_per_day=500)) for number in (seed, seed + 1)
    )

    assert not {event.id for _, event in first.events()} & {event.id for _, event in second.events()}
    customers = Counter({event.cust_id for _, event in first.events()})
    shared = customers & Counter({event.cust_id for _, event in second.events()})
    assert shared.total() < 0.05 * customers.total()
