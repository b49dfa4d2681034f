"""The shorter way through dateutil's parser gives what the long one gives."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from dateutil import parser as dateutil_parser
from hypothesis import given
from hypothesis import strategies as st

from local_azure.durable.events import stamp
from local_azure.functions_host.quick_times import read_times_quickly

QUICK: Any = dateutil_parser.DEFAULTPARSER


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    read_times_quickly()
    read_times_quickly()
    yield
    del QUICK.parse


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


def read_or_refused(read: Any, text: str) -> Any:
    try:
        return read(text)
    except (ValueError, OverflowError) as problem:
        return type(problem), str(problem)
