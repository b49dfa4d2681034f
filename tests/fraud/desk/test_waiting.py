from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.desk.waiting import LONGEST_TIMER, Deadlines, ReviewTask, hops
from tests.fraud.desk.cases import NOON


@given(st.integers(0, 2_000), st.integers(1, 2_160))
def test_timers_lead_to_the_end_in_hops_of_three_days_at_most(start: int, hours: int):
    begin = NOON + timedelta(hours=start)
    end = begin + timedelta(hours=hours)

    times = hops(begin, end)

    assert times[-1] == end
    steps = [after - before for before, after in zip([begin, *times], times, strict=False)]
    assert all(timedelta() < step <= LONGEST_TIMER for step in steps)


def test_a_step_of_no_hours_is_left_out():
    task = ReviewTask(case_id="x", store_id=3, deadlines=Deadlines(remind=0, escalate=48, expire=0))

    assert task.steps() == [("escalated", timedelta(), timedelta(hours=48))]


@pytest.mark.parametrize(
    ("deadlines", "is_good"),
    [
        (Deadlines(), True),
        (Deadlines(remind=0), True),
        (Deadlines(remind=48), False),
        (Deadlines(expire=24), False),
    ],
)
def test_steps_follow_one_another(deadlines: Deadlines, is_good: bool):
    assert (deadlines.problem is None) == is_good
