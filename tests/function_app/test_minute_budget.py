"""The producer makes no more than so many events in a minute."""

import pytest

from function_app import producer
from function_app.producer import MinuteBudget


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in its last element."""
    times = [1_000.0]
    monkeypatch.setattr(producer.time, "monotonic", lambda: times[-1])
    return times


def test_what_does_not_fit_into_the_minute_is_told_when_it_will(now: list[float]):
    budget = MinuteBudget(100)

    assert budget.take(60) == 0
    now.append(1_010.0)
    assert budget.take(40) == 0
    assert budget.take(1) == 50
    assert budget.take(70) == 60
    now.append(1_060.0)
    assert budget.take(60) == 0
    assert budget.take(1) == 10


def test_a_refusal_takes_nothing(now: list[float]):
    budget = MinuteBudget(100)
    budget.take(50)

    assert budget.take(51) > 0
    assert budget.take(50) == 0


def test_time_without_requests_gives_no_more_than_a_minutes_worth(now: list[float]):
    budget = MinuteBudget(100)
    now.append(100_000.0)

    assert budget.take(100) == 0
    assert budget.take(1) > 0
