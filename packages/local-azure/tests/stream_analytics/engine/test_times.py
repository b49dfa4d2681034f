"""Points in time: reading and printing them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.stream_analytics.engine.times import (
    datetime_of,
    format_instant,
    parse_instant,
    ticks_of,
    ticks_of_timestamp,
    timestamp_of,
)

moments = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(moments)
def test_what_is_printed_reads_back_as_the_same(moment: datetime):
    ticks = ticks_of(moment)
    assert parse_instant(format_instant(ticks)) == ticks
    assert datetime_of(ticks) == moment


def test_datetimes_print_as_stream_analytics_prints_them():
    assert format_instant(ticks_of(datetime(2020, 3, 5, 16, 42, 35, tzinfo=UTC))) == "2020-03-05T16:42:35.0000000Z"


@pytest.mark.parametrize(
    "text",
    [
        "2020-03-05T16:42:35.5Z",
        "2020-03-05 16:42:35.5Z",
        "2020-03-05T16:42:35.5000000Z",
        "2020-03-05T16:42:35.500",
        "2020-03-05T17:42:35.5+01:00",
        "2020-03-05T16:42:35.500000+00:00",
    ],
)
def test_iso_8601_is_read_with_and_without_a_zone(text: str):
    assert parse_instant(text) == ticks_of(datetime(2020, 3, 5, 16, 42, 35, 500_000, tzinfo=UTC))


def test_a_tick_is_a_tenth_of_a_microsecond():
    last, next_tick = parse_instant("2020-03-05T16:42:35.0000001Z"), parse_instant("2020-03-05T16:42:35.0000002Z")
    assert last is not None
    assert next_tick == last + 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "5",
        "2020",
        "2020-13-05T16:42:35Z",
        "2020-03-05T16:42:60Z",
        "2020-03-05T16:42:3xZ",
        "2020-03-05T16:42:35.Z",
        "2020-03-05T16:42:35.12345678901Z",
        "2020-03-05T16:42:+5Z",
        "2020-03-05T16:42: 5Z",
        "0000-03-05T16:42:35Z",
        "2020-03-05T16:99:35Z",
        "Z" * 30,
        "٢٠٢٠-03-05T16:42:35Z",
    ],
)
def test_what_is_no_time_is_none(text: str):
    assert parse_instant(text) is None


@given(st.text(max_size=40))
def test_any_text_reads_as_a_time_or_as_none(text: str):
    ticks = parse_instant(text)
    assert ticks is None or ticks >= 0


def test_clock_readings_are_cut_to_the_milliseconds_of_the_hub():
    moment = datetime(2020, 3, 5, 16, 42, 35, 123_999, tzinfo=UTC)
    ticks = ticks_of_timestamp(moment.timestamp())
    assert datetime_of(ticks) == moment - timedelta(microseconds=999)
    assert timestamp_of(ticks) == pytest.approx(moment.timestamp() - 0.000999)
