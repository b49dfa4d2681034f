"""Schedules: NCRONTAB and TimeSpans."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

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
    ["", "* * *", "60 * * * * *", "* * * * * 7", "a * * * * *", "1, * * * * *", "*/x * * * * *", "- * * * * *"],
)
def test_what_is_no_expression_is_refused(expression: str):
    with pytest.raises(ValueError, match="field"):
        Ncrontab(expression)


def _golden() -> list[tuple[str, str, str]]:
    """The answers of NCrontab.Signed 3.4.0, the last of 3.3.3: start, expression, six occurrences, END or ERR."""
    lines = (Path(__file__).parent / "golden" / "ncrontab.tsv").read_text().splitlines()[1:]
    return [(start, expression, answer) for start, expression, answer in (line.split("\t") for line in lines)]


def _answer(start: str, expression: str) -> str:
    try:
        schedule = Ncrontab(expression)
    except ValueError:
        return "ERR"
    occurrences: list[str] = []
    following = schedule.next_after(at(start))
    while following and following.year < 2100 and len(occurrences) < 6:
        occurrences.append(following.strftime("%Y-%m-%dT%H:%M:%S"))
        following = schedule.next_after(following)
    return ",".join(occurrences) or "END"


def test_each_expression_occurs_or_is_refused_as_by_microsofts_library():
    golden = _golden()
    wrong = [row for row in golden if _answer(*row[:2]) != row[2]]
    assert len(golden) > 400
    assert not wrong


@pytest.mark.parametrize(
    ("expression", "is_read"),
    [
        ("0\t0\t0\t*\t*\t*", False),
        ("0 0 9\t * * *", True),
        ("0 0 \t9 * * *", False),
        ("0 */\t15 * * * *", True),
        ("0 0 ٣ * * *", False),
        ("0 */٣ * * * *", False),
        ("0 */1_0 * * * *", False),
        ("0 */+5 * * * *", True),
        ("0 */99999999999 * * * *", False),
    ],
)
def test_white_space_signs_and_digits_are_read_as_by_microsofts_library(expression: str, is_read: bool):
    """40,000 expressions at random were asked of NCrontab.Signed 3.3.3 too; these are the kinds that told it apart."""
    if is_read:
        assert Ncrontab(expression).next_after(START)
    else:
        with pytest.raises(ValueError, match="field"):
            Ncrontab(expression)


@given(low=st.integers(0, 59), high=st.integers(0, 59), step=st.integers(0, 70))
def test_swapped_bounds_mean_the_same_as_ordered_ones_and_are_named(low: int, high: int, step: int):
    first, last = sorted((low, high))
    written, ordered = Ncrontab(f"{low}-{high}/{step} * * * * *"), Ncrontab(f"{first}-{last}/{step or 1} * * * * *")
    assert written.next_after(START) == ordered.next_after(START)
    assert bool(written.swapped) == (low > high)
    assert not ordered.swapped


def test_a_span_over_midnight_is_said_to_be_the_day():
    """A schedule of 22-6 is meant for the night; Azure runs it by day."""
    schedule = Schedule.parse("0 0 22-6 * * *")
    assert schedule.next_after(START) == at("2026-11-23T11:00:00")
    assert schedule.warnings == ("22-6 of the hour field means 6-22: its bounds are swapped, as on Azure",)


def test_a_day_that_never_comes_is_refused():
    with pytest.raises(ValueError, match="never"):
        Schedule.parse("0 0 0 30 2 *")


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    ranges = st.tuples(number, number).map(lambda pair: f"{pair[0]}-{pair[1]}")
    plain = st.one_of(st.just("*"), number.map(str), ranges)
    return st.one_of(plain, st.tuples(plain, st.integers(0, 30)).map(lambda pair: f"{pair[0]}/{pair[1]}"))


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


@pytest.mark.parametrize(
    ("text", "days"),
    [("25:00:00:00", 25), ("24:00:00", 24), ("31:12:00", 31.5), ("1:12:00:00", 1.5), ("10675199.02:48:05", 10675199.1)],
)
def test_a_timespan_of_days_is_read_as_by_dotnet(text: str, days: float):
    assert parse_timespan(text) / 86_400 == pytest.approx(days, abs=0.02)


def test_three_numbers_that_begin_with_days_are_said_to_be_days():
    assert "days, hours and minutes" in Schedule.parse("24:00:00").warnings[0]
    assert not Schedule.parse("23:00:00").warnings


def test_an_interval_beyond_the_calendar_ends_with_it():
    schedule = Schedule.parse("10675199.02:48:05")
    assert schedule.next_after(START) == datetime.max.replace(tzinfo=UTC)
    assert schedule.is_worth_monitoring(START)


def test_a_timespan_counts_from_the_last_run():
    assert Schedule.parse("00:05:00").next_after(START) == START + timedelta(minutes=5)


@given(seconds=st.integers(0, 10**8))
def test_a_timespan_means_its_seconds(seconds: int):
    days, rest = divmod(seconds, 86_400)
    text = f"{days}.{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    assert parse_timespan(text) == seconds
    assert parse_timespan("-" + text) == -seconds


@pytest.mark.parametrize(
    "text", ["", "5", "24:60:00", "24:24:00", "1.24:00:00", "00:60:00", "00:00:60", "1:2", "x", "00:00:00.12345678",
             "24:00:00.5", "10675199.02:48:06"],
)  # fmt: skip
def test_what_is_no_timespan_is_refused(text: str):
    with pytest.raises(ValueError, match="TimeSpan"):
        parse_timespan(text)
