"""The set `seed` says what the rules said when they were Python."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.events import StoreEvent
from fraud.generation import generate_events
from fraud.judging import judge
from tests.fraud.rules.former_rules import former_reasons

NUMBERS = st.one_of(
    st.integers(-(10**310), 10**310),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, 50, 50.5, 69.99, 70, 100, 5_000, 1e308]),
)
EVENTS = st.builds(
    StoreEvent,
    id=st.just("a"),
    event_type=st.sampled_from(["sale_event", "inventory_event"]),
    store_id=st.one_of(st.none(), st.integers(-(2**53) + 1, 2**53 - 1)),
    price=st.floats(allow_nan=False, allow_infinity=False),
    qty=st.integers(-(10**400), 10**400),
    discount=NUMBERS.filter(lambda number: abs(number) < 1e308).map(float),
    priority_shipping=st.booleans(),
    payment_method=st.one_of(st.none(), st.sampled_from(["cash", "gift_card", "upi"]), st.text(max_size=5)),
)


@given(EVENTS, st.integers(1, 3))
@settings(max_examples=300, deadline=None)
def test_the_set_gives_the_reasons_of_the_former_code_for_any_event(event: StoreEvent, contents: int):
    former = former_reasons(event, contents)
    reasons = judge(event, contents=contents)

    assert [(reason.rule, reason.weight) for reason in reasons] == [(reason.rule, reason.weight) for reason in former]
    if "nan" not in str(former):  # which is now said in words
        assert reasons == former


def test_the_set_gives_the_reasons_of_the_former_code_for_a_campaign():
    for event in generate_events("5", batch=0, count=3_000, bad_ratio=0.1, ts="2026-01-02T10:00:00+00:00"):
        read = msgspec.json.decode(msgspec.json.encode(event), type=StoreEvent)
        assert judge(read) == former_reasons(read)
