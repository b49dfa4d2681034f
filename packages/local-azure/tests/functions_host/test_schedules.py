"""Schedules: NCRONTAB and TimeSpans."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.functions_host.timer.ncrontab import Ncrontab
from local_azure.functions_host.timer.schedule import Schedule
from local_azure.functions_host.timespan import parse_timespan

START = datetime(2026, 11, 23, 10, 0, 0, tzinfo=UTC)  # a Monday


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "following"),
    [
        ("0 */5 * * * *", "2026-11-23T10:05:00"),
        ("*/15 * * * * *", "2026-11-23T10:00:15"),
        ("0 30 2 * * *", "2026-11-24T02:30:00"),
        ("30 2 * * *", "2026-11-24T02:30:00"),
        ("0 0 0 * * Sat,sunday", "2026-11-28T00:00:00"),
        ("0 0 9-17/4 * * 1-5", "2026-11-23T13:00:00"),
        ("0 0 0 29 2 *", "2028-02-29T00:00:00"),
        ("0 0 12 1 Jan 5", "2027-01-01T12:00:00"),
        ("5 10/20 * * * *", "2026-11-23T10:10:05"),
    ],
)
def test_an_expression_occurs_when_ncrontab_says(expression: str, following: str):
    assert Ncrontab(expression).next_after(START) == at(following)


@pytest.mark.parametrize(
    "expression",
    ["", "* * *", "60 * * * * *", "* * * * * 7", "*/0 * * * * *", "5-1 * * * * *", "a * * * * *", "1, * * * * *"],
)
def test_what_is_no_expression_is_refused(expression: str):
    with pytest.raises(ValueError, match="field"):
        Ncrontab(expression)


def test_a_day_that_never_comes_is_refused():
    with pytest.raises(ValueError, match="never"):
        Schedule.parse("0 0 0 30 2 *")


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    ranges = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    plain = st.one_of(st.just("*"), number.map(str), ranges)
    return st.one_of(plain, st.tuples(plain, st.integers(1, 30)).map(lambda pair: f"{pair[0]}/{pair[1]}"))


@given(seconds=_field(0, 59), minutes=_field(0, 59), hours=_field(9, 12), start=st.integers(0, 3 * 3600))
def test_no_occurrence_is_skipped_and_none_is_early(seconds: str, minutes: str, hours: str, start: int):
    moment = START + timedelta(seconds=start)
    expression = Ncrontab(f"{seconds} {minutes} {hours} * * *")
    following = expression.next_after(moment)
    assert following is not None
    assert following > moment
    assert expression.next_after(following - timedelta(seconds=1)) == following
    middle = moment + (following - moment) / 2
    if middle.replace(microsecond=0) < following:
        assert expression.next_after(middle) == following


@given(days=_field(1, 28), weekdays=_field(0, 6))
def test_a_day_must_match_both_its_fields(days: str, weekdays: str):
    following = Ncrontab(f"0 0 0 {days} * {weekdays}").next_after(START)
    assert following is not None
    assert Ncrontab(f"0 0 0 {days} * *").matches_day(following)
    assert Ncrontab(f"0 0 0 * * {weekdays}").matches_day(following)


def test_a_timespan_counts_from_the_last_run():
    assert Schedule.parse("00:05:00").next_after(START) == START + timedelta(minutes=5)


@given(seconds=st.integers(0, 10**8))
def test_a_timespan_means_its_seconds(seconds: int):
    days, rest = divmod(seconds, 86_400)
    text = f"{days}.{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    assert parse_timespan(text) == seconds
    assert parse_timespan("-" + text) == -seconds


@pytest.mark.parametrize("text", ["", "5", "24:00:00", "00:60:00", "00:00:60", "1:2", "x", "00:00:00.12345678"])
def test_what_is_no_timespan_is_refused(text: str):
    with pytest.raises(ValueError, match="TimeSpan"):
        parse_timespan(text)
