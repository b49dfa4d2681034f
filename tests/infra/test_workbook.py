"""The workbook shows what its titles say: each panel counts that, out of lines that the app logs or Azure's metrics."""

import json
import re
from typing import Any

import pytest

from fraud.watching.log_lines import FIELDS, log_line
from tests.infra import facts
from tests.infra.deployment import ROOT, deploy
from tests.infra.parsing import parsed

PANELS: dict[str, dict[str, Any]] = {
    item["content"]["title"]: item["content"]
    for item in json.loads((ROOT / "infra" / "modules" / "workbook.json").read_text())["items"]
    if "title" in item["content"]
}
SHOWN = {
    "sent": ("Events sent to the hub", '"IncomingMessages"'),
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


SUM, MAXIMUM, AVERAGE = 1, 3, 4
METRICS = {
    "Events captured, beside those sent": [
        ("microsoft.eventhub/namespaces--CapturedMessages", SUM, None),
        ("microsoft.eventhub/namespaces--IncomingMessages", SUM, None),
    ],
    "Request units by partition, in percent of its own": [
        ("microsoft.documentdb/databaseaccounts-Requests-NormalizedRUConsumption", MAXIMUM, "PartitionKeyRangeId"),
    ],
    "Documents in Cosmos, by container": [
        ("microsoft.documentdb/databaseaccounts-Requests-DocumentCount", AVERAGE, "CollectionName"),
    ],
}
"""The panels that ask Azure Monitor itself: id, aggregation and dimension of each metric.

An id is namespace, category and name, as the workbooks that others publish write it: Cosmos has its metrics in the
category Requests, Event Hubs in none. A sum of samples would count each document once per sample.
"""
EXPORTED = {"IncomingMessages", "OutputWatermarkDelaySeconds"}
"""The metrics that a diagnostic setting exports, of those asked for ("DS Export" in "Supported metrics").

The same table says No for CapturedMessages: the workspace never has it.
"""


def test_a_chart_of_metrics_asks_for_them_by_their_whole_id():
    asked = {
        title: [(metric["metric"], metric["aggregation"], metric.get("splitBy")) for metric in panel["metrics"]]
        for title, panel in PANELS.items()
        if "metrics" in panel
    }

    assert asked == METRICS


def test_a_query_asks_for_no_metric_that_is_never_exported():
    queries = [panel["query"] for panel in PANELS.values() if "AzureMetrics" in panel.get("query", "")]
    named = {name for query in queries for name in re.findall(r'"(\w+)"', query.partition("MetricName")[2])}

    assert named == EXPORTED


def test_each_chart_asks_a_resource_that_is_deployed():
    deployment = deploy()
    (workbook,) = deployment.of(facts.WORKBOOK)
    items = json.loads(workbook.at("properties.serializedData"))["items"]
    types = {resource.id: resource.type.lower() for resource in deployment.resources}
    charts = [item["content"] for item in items if item["type"] == 10]

    assert [[types.get(resource) for resource in chart["resourceIds"]] for chart in charts] == [
        [chart["resourceType"]] for chart in charts
    ]


def test_counts_are_per_hour():
    counted = [panel["query"] for panel in PANELS.values() if "summarize" in panel.get("query", "")]

    assert [query for query in counted if "1h)" not in query] == [
        query for query in counted if "OutputWatermarkDelaySeconds" in query or "Last verdict" in query
    ]
