"""Events that do not come are noticed, read again, and said to be gone if they still do not come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.amqp.continuity import Continuity, SkippedEventsError


def test_numbers_that_follow_each_other_are_whole_wherever_they_begin():
    continuity = Continuity()
    assert continuity.follow([17, 18]) == []  # the older ones left the hub before anybody read
    assert continuity.follow([]) == []
    assert continuity.follow([19]) == []


def test_a_gap_is_read_again_once_and_then_said_to_be_gone():
    continuity = Continuity(4)
    with pytest.raises(SkippedEventsError, match="events 5 to 7 did not come, but 8 did"):
        continuity.follow([8, 9])
    assert continuity.follow([8, 9]) == [(5, 7)]
    assert continuity.follow([10]) == []


def test_a_gap_that_the_second_reading_fills_is_forgotten():
    continuity = Continuity(0)
    with pytest.raises(SkippedEventsError):
        continuity.follow([1, 3])
    assert continuity.follow([1, 2, 3, 4]) == []


def test_events_that_come_again_from_a_checkpoint_on_are_no_gap():
    continuity = Continuity()
    assert continuity.follow([0, 1, 2, 3]) == []
    assert continuity.follow([2, 3, 4]) == []


def test_an_event_without_a_number_is_not_passed_over():
    continuity = Continuity(1)
    with pytest.raises(SkippedEventsError, match="behind number 2 has no sequence number"):
        continuity.follow([2, None, 3])


@given(st.sets(st.integers(0, 30), min_size=1), st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_readings_from_the_last_used_event_on_end_and_name_what_is_missing(there: set[int], sizes: list[int]):
    continuity, used, gone = Continuity(-1), -1, set[int]()
    events, turn = sorted(there), 0
    while left := [number for number in events if number > used]:
        batch = left[: sizes[turn % len(sizes)]]
        turn += 1
        assert turn < 200
        try:
            for first, last in continuity.follow(batch):
                gone |= set(range(first, last + 1))
        except SkippedEventsError:
            continue
        used = batch[-1]
    assert gone == set(range(events[0], events[-1])) - there
