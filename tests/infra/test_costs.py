"""The numbers in docs/azure.md come from infra/sizes.json and the prices that stand beside them."""

import json
import re
from typing import Any

import pytest

from tests.infra.bicep.deploy import deploy
from tests.infra.bicep.sources import ROOT
from tests.infra.facts import METRIC_ALERT

SIZES: dict[str, dict[str, Any]] = json.loads((ROOT / "infra" / "sizes.json").read_text())
DOCUMENT = (ROOT / "docs" / "azure.md").read_text()
HOURS = 730
CASES_REQUEST_UNITS = 1_000


def row(start: str) -> list[str]:
    """The cells of the row of a table that begins with a text."""
    line = next(line for line in DOCUMENT.splitlines() if line.startswith(f"| {start}"))
    return [cell.strip().strip("*") for cell in line.strip("|").split("|")]


def price(start: str) -> float:
    found = re.search(r"\d+\.\d+", row(start)[1])
    assert found
    return float(found[0])


def costs(size: dict[str, Any]) -> dict[str, float]:
    """What a size costs a month, by the beginning of its row."""
    units = size["archiveRequestUnits"]
    return {
        "Event Hubs": size["throughputUnits"] * HOURS * price("Event Hubs"),
        "Capture": size["throughputUnits"] * HOURS * price("Capture"),
        "Stream Analytics": size["streamingUnits"] * HOURS * price("Stream Analytics"),
        "Service Bus": price("Service Bus"),
        "Cosmos": (units + CASES_REQUEST_UNITS) / 10 / 100 * HOURS * price("Cosmos") if units else 0,
        "Flex": (size["alwaysReadyArchivers"] + size["alwaysReadyWorkflows"]) * 2 * HOURS * 3600 * price("Flex"),
        "Alerts": len(deploy().of(METRIC_ALERT)) * price("Alerts") + 1.50,
    }


@pytest.mark.parametrize(("column", "size"), list(enumerate(SIZES, start=2)), ids=SIZES)
def test_the_standing_costs_of_a_size_add_up(column: int, size: str):
    computed = costs(SIZES[size])

    for start, amount in computed.items():
        assert float(row(start)[column]) == pytest.approx(amount, abs=0.01), start
    written = sum(float(row(start)[column]) for start in computed)
    assert float(row("**sum**")[column].strip("*")) == pytest.approx(written, abs=0.005)
    assert written < SIZES[size]["monthlyBudget"] < 2.5 * written


@pytest.mark.parametrize(("column", "size"), list(enumerate(SIZES, start=1)), ids=SIZES)
def test_the_table_of_sizes_is_what_is_deployed(column: int, size: str):
    numbers = SIZES[size]

    assert int(row("partitions of the hub")[column]) == numbers["partitionCount"]
    assert row("throughput units")[column] == f"{numbers['throughputUnits']}, {numbers['maximumThroughputUnits']}"
    classic = numbers["streamingUnits"] * 6 // 10
    assert row("streaming units")[column] == f"{numbers['streamingUnits']} ({classic})"
    assert row("the query")[column] == ("in shards" if numbers["shardedQuery"] else "plain")
    units = numbers["archiveRequestUnits"]
    assert row("request units of the archive")[column] == (f"up to {units:,}/s" if units else "serverless")
    assert int(row("archiver instances")[column]) == numbers["alwaysReadyArchivers"]
    assert int(row("workflow instances")[column]) == numbers["alwaysReadyWorkflows"]
    assert int(row("instances of the app")[column]) == numbers["maximumInstances"]


def test_a_size_takes_in_the_events_that_it_is_named_after():
    """A throughput unit takes 1,000 events a second."""
    for size, numbers in SIZES.items():
        assert numbers["throughputUnits"] * 1_000 >= int(size.removesuffix("k")) * 1_000
        assert numbers["maximumThroughputUnits"] >= numbers["throughputUnits"]
