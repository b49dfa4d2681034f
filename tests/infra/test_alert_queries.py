"""The alert rules on the app's log lines name events and fields that the app logs, in the order of the line."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fraud.watching.checks import CHECKS
from fraud.watching.log_lines import FIELDS, log_line
from tests.infra.parsing import parsed

QUERIES = Path(__file__).parents[2] / "infra" / "modules" / "queries"
OF_THE_WATCH = sorted(
    path.stem for path in QUERIES.glob("*.kql") if "event=pipeline_check" in path.read_text(encoding="utf-8")
)
LINE = {
    "state": "standing",
    "value": 75.5,
    "threshold": 60,
    "unit": "seconds",
    "since": datetime(2026, 1, 2, 10, 5, tzinfo=UTC),
}


def query(name: str) -> str:
    return (QUERIES / f"{name}.kql").read_text(encoding="utf-8")


def prefix(name: str) -> str:
    (text,) = re.findall(r'startswith "(event=[^"]*)"', query(name))
    return text


def test_every_check_has_a_rule():
    lead_to = {prefix(name).removeprefix("event=pipeline_check check=").strip() for name in OF_THE_WATCH}

    # Dead letters have a metric of their own.
    assert lead_to == CHECKS.keys() - {"dead_letters"}


@pytest.mark.parametrize("name", OF_THE_WATCH)
def test_a_rule_reads_the_fields_of_the_line_that_the_app_logs(name: str):
    check = prefix(name).removeprefix("event=pipeline_check check=").strip()
    line = log_line("pipeline_check", check=check, **LINE)

    assert line.startswith(prefix(name))
    assert parsed(query(name), line) == {
        "State": "standing",
        "Value": "75.5",
        "Threshold": "60",
        "Unit": "seconds",
        "Since": "2026-01-02T10:05:00Z",
    }


@pytest.mark.parametrize("name", OF_THE_WATCH)
def test_a_rule_names_no_field_that_is_not_logged(name: str):
    fields = re.findall(r"(\w+)=", query(name).split("| parse")[1])

    assert fields == list(FIELDS["pipeline_check"])[1:]


def test_the_silence_of_the_watch_is_heard_by_its_own_line():
    assert log_line("pipeline_watch", checks=10, failing=0).startswith(prefix("watch-silent"))


def test_no_rule_names_an_event_that_is_not_logged():
    named = {event for path in QUERIES.glob("*.kql") for event in re.findall(r"event=(\w+)", path.read_text())}

    assert named <= FIELDS.keys()
