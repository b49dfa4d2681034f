"""What people ask of the desk is checked as it is read: times that no calendar has, and reasons that say nothing."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from fraud.desk.queries import CaseQuery, EventQuery, SpanQuestion
from fraud.desk.review import Person, Why
from fraud.desk.rules_in_use import RuleToSnooze
from fraud.reanalysis.asking import ReanalysisOrder, TrialOrder

_WHY = {"why": "a look"}


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "0999-03-02T00:00:00Z"])
@pytest.mark.parametrize("field", ["from", "to"])
@pytest.mark.parametrize("kind", [SpanQuestion, CaseQuery, EventQuery, ReanalysisOrder, TrialOrder])
def test_a_time_that_is_in_no_calendar_once_it_is_told_in_utc_is_refused_by_its_field(
    kind: Any, field: str, moment: str
):
    others = _WHY if kind in (ReanalysisOrder, TrialOrder) else {}

    with pytest.raises(msgspec.ValidationError, match=rf"at `\$\.{field}`"):
        msgspec.convert({field: moment, **others}, kind, strict=False)


def test_the_times_of_other_zones_and_of_old_years_are_taken():
    asked = msgspec.convert({"from": "1900-01-01T00:00:00Z", "to": "2026-03-04T01:00:00+14:00"}, CaseQuery)

    assert (asked.start, asked.end) == (datetime(1900, 1, 1, tzinfo=UTC), datetime(2026, 3, 3, 11, tzinfo=UTC))


@pytest.mark.parametrize("blank", ["", " ", "\n\t ", "\u3000"])
def test_blanks_alone_are_neither_a_reason_nor_a_name(blank: str):
    snooze = {"rule": "FLAGGED", "until": "2026-03-04T10:00:00Z", "store": "3", "why": blank}
    kinds: tuple[tuple[Any, Any], ...] = (
        (blank, Why),
        (blank, Person),
        ({"why": blank}, ReanalysisOrder),
        (snooze, RuleToSnooze),
    )
    for given, kind in kinds:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(given, kind)


@pytest.mark.parametrize("name", ["Ana", " Ana Ü. ", 'O\'Neil "x"', "安"])
def test_a_name_may_have_blanks_beside_what_it_says(name: str):
    assert msgspec.convert(name, Person) == name
