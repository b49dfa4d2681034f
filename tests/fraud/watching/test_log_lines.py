"""Log lines have fixed fields, each of them one word."""

from datetime import UTC, datetime

import pytest

from fraud.watching.log_lines import log_line


def test_a_line_has_the_fields_of_its_event_in_order():
    line = log_line(
        "pipeline_check",
        since=datetime(2026, 1, 2, 10, 5, tzinfo=UTC),
        check="archiver",
        state="standing",
        value=75.0,
        threshold=60,
        unit="seconds",
    )

    assert line == (
        "event=pipeline_check check=archiver state=standing value=75.0 threshold=60 unit=seconds "
        "since=2026-01-02T10:05:00Z"
    )


def test_a_text_of_others_cannot_pretend_to_be_a_field():
    line = log_line("trigger_failed", function="archive-events", error="X state=ok\nevent=night")

    assert line == "event=trigger_failed function=archive-events error=X_state_ok_event_night"


def test_an_empty_value_is_a_word_too():
    assert log_line("night", verdict="empty", faults=0, run="").endswith("run=none")


def test_a_line_with_other_fields_is_refused():
    with pytest.raises(ValueError, match="has the fields verdict, faults, run"):
        log_line("night", verdict="empty")
