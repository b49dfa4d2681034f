"""The producer's patience with the hub."""

from fraud.campaigns import MAX_EVENTS_PER_BATCH
from function_app.producer import patience


def test_who_asks_for_few_events_is_told_soon_and_who_asks_for_many_waits_for_them():
    assert patience(10) < 9
    # A machine with three stacks on two cores took 20 s for the most that one may ask for.
    assert patience(MAX_EVENTS_PER_BATCH) > 30
