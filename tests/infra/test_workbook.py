"""The workbook shows what its titles say: each panel counts that, out of lines that the app logs or Azure's metrics."""

import json
import re
from typing import Any

import pytest

from fraud.watching.log_lines import FIELDS, log_line
from tests.infra.deployment import ROOT
from tests.infra.parsing import parsed

PANELS: dict[str, dict[str, Any]] = {
    item["content"]["title"]: item["content"]
    for item in json.loads((ROOT / "infra" / "modules" / "workbook.json").read_text())["items"]
    if "title" in item["content"]
}
SHOWN = {
    "sent": ("Events sent to the hub", '"IncomingMessages"'),
    "captured": ("and captured", '"CapturedMessages"'),
    "archived": ("Events archived", "max(Archived)"),
    "flagged": ("Ids flagged", "sum(Flagged)"),
    "judged": (", judged,", "sum(Judged)"),
    "unresolved": ("unresolved", "sum(Unresolved)"),
    "quarantined": ("in quarantine", "max(Quarantined)"),
    "lag": ("Lag of the stream job", '"OutputWatermarkDelaySeconds"'),
    "last verdict": ("Last verdict", '["Last verdict"] = max(TimeGenerated)'),
}
"""The figures that must be seen, with a part of a panel's title and of the same panel's query."""
OF_LINES = sorted(title for title, panel in PANELS.items() if "parse Message" in panel.get("query", ""))
LINES = {
    "pipeline_flow": log_line("pipeline_flow", sent=601, archived=600, quarantined=1, waiting=2, dead_letters=3),
    "window_judged": log_line(
        "window_judged", window="window-3-20260102T101000Z-ab", flagged=5, judged=4, unresolved=1
    ),
}


@pytest.mark.parametrize(("title", "counted"), SHOWN.values(), ids=SHOWN.keys())
def test_a_panel_counts_what_its_title_says(title: str, counted: str):
    (panel,) = [panel for name, panel in PANELS.items() if title in name]

    assert counted in panel["query"]


@pytest.mark.parametrize("title", OF_LINES)
def test_a_panel_reads_the_fields_of_the_line_that_the_app_logs(title: str):
    query = PANELS[title]["query"]
    (event,) = re.findall(r'startswith "event=(\w+) "', query)
    columns = parsed(query, LINES[event])

    assert columns is not None
    values = [value.partition("=")[2] for value in LINES[event].split()[1:]]
    assert list(columns.values()) == values
    assert [name.lower() for name in columns] == [field.replace("_", "") for field in FIELDS[event]]


def test_no_panel_names_an_event_that_is_not_logged():
    named = {event for panel in PANELS.values() for event in re.findall(r"event=(\w+)", panel.get("query", ""))}

    assert named == LINES.keys()


def test_request_units_are_shown_by_partition():
    (metric,) = PANELS["Request units by partition, in percent of its own"]["metrics"]

    assert metric["metric"].endswith("--NormalizedRUConsumption")
    assert metric["splitBy"] == "PartitionKeyRangeId"


def test_counts_are_per_hour():
    counted = [panel["query"] for panel in PANELS.values() if "summarize" in panel.get("query", "")]

    assert [query for query in counted if "1h)" not in query] == [
        query for query in counted if "OutputWatermarkDelaySeconds" in query or "Last verdict" in query
    ]
