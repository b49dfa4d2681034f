"""Times as .NET reads them; `probes.json` has what the extension made of many texts."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.durable.dotnet_times import read_time

_zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.one_of(st.just(UTC), _zones))  # noqa: DTZ001


@given(_moments)
def test_iso_8601_is_read_to_the_microsecond(moment: datetime):
    assert read_time(moment.isoformat()) == moment.timestamp()


@given(_moments)
def test_the_time_of_an_http_header_is_read(moment: datetime):
    whole = moment.astimezone(UTC).replace(microsecond=0)
    assert read_time(f"{whole:%a, %d %b} {whole.year:04} {whole:%H:%M:%S} GMT") == whole.timestamp()


@given(_moments)
def test_a_time_with_am_or_pm_is_read(moment: datetime):
    whole = moment.astimezone(UTC).replace(second=0, microsecond=0)
    assert read_time(f"{whole:%m/%d}/{whole.year:04} {whole:%I:%M %p}") == whole.timestamp()


@given(st.one_of(st.text(), st.text(alphabet="0123456789 ,:./-+TZapmGov", max_size=40)))
def test_no_text_is_too_odd(text: str):
    assert isinstance(read_time(text), float | None)


@pytest.mark.parametrize("text", ["", " ", "," * 200, "1" * 5_000, "2000-11-30T10:00:00+14:01"])
def test_what_is_no_time_is_none(text: str):
    assert read_time(text) is None
