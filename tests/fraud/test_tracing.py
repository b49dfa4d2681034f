"""The way of an event: the time from one place to the next."""

from datetime import UTC, datetime, timedelta

from fraud.tracing import Step, with_gaps

START = datetime(2026, 1, 2, 10, tzinfo=UTC)


def step(name: str, seconds: float | None) -> Step:
    at = None if seconds is None else START + timedelta(seconds=seconds)
    return Step(name=name, state="there", says="", at=at)


def gaps(*steps: Step) -> list[float | None]:
    return [each.after.total_seconds() if each.after is not None else None for each in with_gaps(list(steps))]


def test_each_step_says_how_long_after_the_last_one_with_a_time_it_came():
    assert gaps(step("Hub", 0), step("Archive", None), step("Capture", 200), step("Verdict", 260)) == [
        None,
        None,
        200,
        60,
    ]


def test_what_came_before_the_step_above_it_has_no_gap():
    assert gaps(step("Hub", 0), step("Capture", 300), step("Flagged", 240), step("Verdict", 310)) == [
        None,
        300,
        None,
        10,
    ]
