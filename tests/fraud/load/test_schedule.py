"""Any plan: every event is due once, in the tick that its shape says, however the plan is cut."""

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.load.schedule import IndexSpan, Schedule
from fraud.load.shapes import Burst, Constant, Ramp, Shape, Sine, Spike, Steps

rates = st.floats(0.1, 500)
lengths = st.integers(1, 900).map(lambda seconds: f"{seconds}s")


@st.composite
def bursts(draw: st.DrawFn) -> Burst:
    every = draw(st.integers(2, 300))
    lasts = draw(st.integers(1, every))
    return Burst(rate=draw(rates), base=draw(rates), every=f"{every}s", lasts=f"{lasts}s", length=draw(lengths))


@st.composite
def sines(draw: st.DrawFn) -> Sine:
    rate = draw(rates)
    return Sine(rate=rate, swing=rate * draw(st.floats(0.01, 0.95)), every=draw(lengths), length=draw(lengths))


@st.composite
def spikes(draw: st.DrawFn) -> Spike:
    at, lasts, after = (draw(st.integers(1, 300)) for _ in range(3))
    length = f"{at + lasts + after}s"
    return Spike(base=draw(rates), peak=draw(rates), at=f"{at}s", lasts=f"{lasts}s", length=length)


shapes: st.SearchStrategy[Shape] = st.one_of(
    st.builds(Constant, rate=rates, length=lengths),
    st.builds(Ramp, first=rates, last=rates, length=lengths),
    st.builds(Steps, rates=st.lists(rates, min_size=1, max_size=6), length=lengths),
    bursts(),
    sines(),
    spikes(),
)


@given(shapes, st.floats(-10, 2000), st.floats(0, 100))
def test_what_is_due_never_becomes_less_and_stays_within_the_stage(shape: Shape, seconds: float, later: float):
    first, then = shape.due(seconds), shape.due(seconds + later)

    assert 0 <= first <= then <= shape.due(shape.seconds)


@given(shapes, st.integers(1, 8))
def test_a_rate_that_is_cut_into_pieces_adds_up_to_its_mean(shape: Shape, pieces: int):
    ends = [shape.seconds * piece / pieces for piece in range(pieces + 1)]
    parts = [shape.due(end) - shape.due(begin) for begin, end in pairwise(ends)]

    assert sum(parts) == shape.due(shape.seconds)


@given(st.lists(shapes, min_size=1, max_size=4), st.sampled_from([1.0, 2.5, 5.0, 60.0]))
def test_the_ticks_of_a_plan_have_each_event_once_and_in_order(stages: list[Shape], tick: float):
    schedule = Schedule(stages, tick)
    next_index = [0] * len(stages)

    for number in range(schedule.ticks):
        for span in schedule.spans(number):
            assert span.first == next_index[span.stage]
            assert schedule.tick_of(span.stage, span.first) == schedule.tick_of(span.stage, span.end - 1) == number
            next_index[span.stage] = span.end

    assert next_index == [stage.due(stage.seconds) for stage in stages]
    assert sum(next_index) == schedule.total == schedule.due(schedule.seconds)


@given(st.integers(0, 1000), st.integers(1, 1000), st.integers(1, 16))
def test_the_parts_of_a_span_are_the_span(first: int, count: int, producers: int):
    parts = IndexSpan(0, first, first + count).parts(producers)

    assert [index for part in parts for index in range(part.first, part.end)] == list(range(first, first + count))
    assert max(part.count for part in parts) - min(part.count for part in parts) <= 1


def due_each_minute(shape: dict[str, Any], minutes: int) -> list[int]:
    stage = msgspec.convert(shape, Shape)
    return [stage.due(60.0 * minute) for minute in range(minutes + 1)]


@pytest.mark.parametrize(
    ("shape", "due"),
    [
        ({"shape": "constant", "rate": 10, "for": "3m"}, [0, 600, 1200, 1800]),
        ({"shape": "constant", "rate": 0.1, "for": "3m"}, [0, 6, 12, 18]),
        ({"shape": "ramp", "from": 0, "to": 12, "for": "2m"}, [0, 180, 720]),
        ({"shape": "ramp", "from": 12, "to": 0, "for": "2m"}, [0, 540, 720]),
        ({"shape": "steps", "rates": [1, 2, 0, 4], "for": "4m"}, [0, 60, 180, 180, 420]),
        ({"shape": "burst", "rate": 10, "every": "1m", "lasts": "6s", "for": "3m"}, [0, 60, 120, 180]),
        ({"shape": "burst", "rate": 10, "base": 1, "every": "2m", "lasts": "1m", "for": "2m"}, [0, 600, 660]),
        ({"shape": "sine", "rate": 10, "swing": 5, "every": "1m", "for": "2m"}, [0, 600, 1200]),
        ({"shape": "spike", "base": 1, "peak": 100, "at": "1m", "lasts": "30s", "for": "3m"}, [0, 60, 3090, 3150]),
    ],
)
def test_each_shape_is_what_it_says(shape: dict[str, Any], due: list[int]):
    assert due_each_minute(shape, len(due) - 1) == due


def test_a_stage_follows_the_one_before_unless_it_has_a_start_of_its_own():
    minute = Constant(rate=1, length="1m")
    beside = Constant(rate=1, length="90s", start="30s")
    schedule = Schedule([minute, minute, beside, minute], 30.0)

    assert schedule.starts == (0.0, 60.0, 30.0, 120.0)
    assert (schedule.seconds, schedule.total) == (180.0, 270)
    assert [[span.stage for span in schedule.spans(tick)] for tick in range(6)] == [
        [0],
        [0, 2],
        [1, 2],
        [1, 2],
        [3],
        [3],
    ]
