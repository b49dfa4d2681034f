"""Points in time: reading and printing them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.stream_analytics.engine.times import (
    datetime_of,
    ends_of_texts,
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


@pytest.mark.parametrize("zone", ["Z", "", "+00:00", "-01:30"])
@pytest.mark.parametrize("clock", ["T16:42:35.", " 16:42:35.", "T16:42:35,"])
def test_a_tick_is_a_tenth_of_a_microsecond(clock: str, zone: str):
    last, next_tick = (parse_instant(f"2020-03-05{clock}{fraction}{zone}") for fraction in ("000000199", "000000200"))
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


TEXTS = st.builds(
    "{}-{}-{}{}{}:{}:{}{}{}".format,
    st.sampled_from(["2020", "0000"]),
    st.sampled_from(["02", "13"]),
    st.sampled_from(["28", "28", "29", "30"]),
    st.sampled_from(["T", "T", "T", " "]),
    st.sampled_from(["00", "09", "10", "19", "23", "24", "29"]),
    st.sampled_from(["00", "59", "60"]),
    st.sampled_from(["00", "59", "60", "5x", "\u0660\u0660"]),
    st.sampled_from(["", ".5", ".123456", ".654321", ".1234567", ".12345678", ".1234567890"]),
    st.sampled_from(["Z", "Z", "Z", "", "|", "Z|2020-02-28T10:00:00Z"]),
)


@given(st.lists(TEXTS, max_size=3) | st.lists(TEXTS.filter(parse_instant), max_size=6))
def test_the_ends_of_many_texts_are_given_only_if_each_reads_as_a_time_and_all_stand_in_the_order_of_their_times(
    texts: list[str],
):
    ends = ends_of_texts(texts)
    if ends is not None:
        ticks = [parse_instant(text) for text in sorted(texts)]
        assert None not in ticks
        assert ticks == sorted(ticks, key=lambda each: each or 0)
        assert (ticks[0], ticks[-1]) == ends


@pytest.mark.parametrize("fraction", ["", ".5", ".123", ".123456", ".1234567", ".123456789"])
def test_texts_of_one_day_and_one_format_have_ends(fraction: str):
    texts = [f"2020-03-05T{clock}{fraction}Z" for clock in ("16:42:35", "17:00:00", "16:59:59")]
    assert ends_of_texts(texts) == (parse_instant(texts[0]), parse_instant(texts[1]))


@pytest.mark.parametrize("others", [[], [None], [5], ["2020-03-06T16:42:35Z"], ["2020-03-05T16:42:35.5Z"], ["now"]])
def test_what_is_not_of_one_format_and_day_has_no_ends(others: list[object]):
    assert ends_of_texts(["2020-03-05T16:42:35Z", *others] if others else []) is None
