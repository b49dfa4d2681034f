"""The shorter ways through dateutil's parser and the SDK's converters give what the long ones give."""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from dateutil import parser as dateutil_parser
from hypothesis import given
from hypothesis import strategies as st

from local_azure.durable.events import stamp
from local_azure.functions_host.quick_times import read_times_quickly

QUICK: Any = dateutil_parser.DEFAULTPARSER
META: Any = import_module("azure.functions.meta")
FORMATS = ["%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ", "%m/%d/%Y %H:%M:%SZ"]


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    read_times_quickly()
    read_times_quickly()
    yield
    del QUICK.parse
    META.try_parse_datetime_with_formats = META.try_formats_slowly
    del META.try_formats_slowly


def long_way(text: str) -> datetime:
    return dateutil_parser.parser().parse(text)


@given(st.integers(-62_135_596_800, 253_402_300_799), st.integers(0, 999_999))
def test_a_time_of_a_history_is_the_same(second: int, fraction: int):
    text = stamp(second + fraction / 1e6)

    quick, long = dateutil_parser.parse(text), long_way(text)

    assert (quick, quick.utcoffset(), quick.tzname()) == (long, long.utcoffset(), long.tzname())
    assert quick.replace(tzinfo=None) == long.replace(tzinfo=None)


@given(st.from_regex(r"\A[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z\Z"))
def test_any_text_of_that_form_is_read_or_refused_alike(text: str):
    assert read_or_refused(dateutil_parser.parse, text) == read_or_refused(long_way, text)


@pytest.mark.parametrize(
    "text", ["2026-01-02", "2 Jan 2026 10:05", "20260102T100500Z", "2026-01-02T10:05:00+01:00", "x"]
)
def test_any_other_text_goes_the_way_it_went(text: str):
    assert read_or_refused(dateutil_parser.parse, text) == read_or_refused(long_way, text)


@given(st.datetimes(min_value=datetime(1000, 1, 1)))  # noqa: DTZ001 - hypothesis wants it without; four digits
def test_a_time_of_a_message_is_the_same(moment: datetime):
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    assert META.try_parse_datetime_with_formats(text, FORMATS) == META.try_formats_slowly(text, FORMATS)


def test_a_time_of_a_message_takes_the_shorter_way(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("azure.functions._utils.datetime", None)  # with which the long one reads

    read = META._BaseConverter._parse_datetime("2026-01-02T10:05:00.120000Z")

    assert read == datetime(2026, 1, 2, 10, 5, 0, 120_000, UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-01-02T10:05:00Z", "2026-13-02T10:05:00.000000Z", "2026-01-02T10:05:00.1234567Z", "01/02/2026 10:05:00Z"],
)
@pytest.mark.parametrize("formats", [FORMATS, FORMATS[:1]])
def test_any_other_time_of_a_message_goes_the_way_it_went(text: str, formats: list[str]):
    quick, slow = META.try_parse_datetime_with_formats(text, formats), META.try_formats_slowly(text, formats)

    assert (quick[:2], str(quick[2])) == (slow[:2], str(slow[2]))


def read_or_refused(read: Any, text: str) -> Any:
    try:
        return read(text)
    except (ValueError, OverflowError) as problem:
        return type(problem), str(problem)
