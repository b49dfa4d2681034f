"""A size deploys what infra/sizes.json says of it, and a planted fault of a size is found."""

import copy
from typing import Any

import pytest

from tests.infra import facts
from tests.infra.deployment import PARAMETERS, ROOT, deploy, deployment_of, snapshot
from tests.infra.figures import size_findings
from tests.infra.planting import APP, HUBS, METRICS, READY, REMOVED, SCALE, Fault, plant
from tests.infra.sets import SIZES

OF_A_SIZE = {
    "partitions of another": Fault(facts.HUB, "", "properties.partitionCount", 4, "partitionCount is 4"),
    "throughput of another": Fault(HUBS, "", "sku.capacity", 2, "the hub's capacity is 2"),
    "no room to inflate": Fault(HUBS, "", "properties.maximumThroughputUnits", 6, "maximumThroughputUnits is 6"),
    "streaming units of another": Fault(
        facts.JOB, "", "properties.transformation.properties.streamingUnits", 30, "streamingUnits is 30"
    ),
    "request units of another": Fault(
        f"{facts.COSMOS}/sqlDatabases/containers",
        "/events",
        "properties.options.autoscaleSettings.maxThroughput",
        40_000,
        "maxThroughput is 40000",
    ),
    "archivers that sleep": Fault(facts.SITE, APP, f"{READY}.0", REMOVED, "archivers that are always ready is 0"),
    "workflows that sleep": Fault(facts.SITE, APP, f"{READY}.1", REMOVED, "for workflows that are always ready is 0"),
    "instances of another": Fault(facts.SITE, APP, f"{SCALE}.maximumInstanceCount", 100, "maximumInstanceCount is 100"),
    "a daily cap of another": Fault(
        "Microsoft.OperationalInsights/workspaces",
        "",
        "properties.workspaceCapping.dailyQuotaGb",
        5,
        "dailyQuotaGb is 5, must be 15",
    ),
    "a budget of another": Fault("Microsoft.Consumption/budgets", "", "properties.amount", 9, "the budget is [9]"),
    "a backlog that nobody hears of in time": Fault(
        facts.METRIC_ALERT, "stream-job-backlog", f"{METRICS}.threshold", 100_000, "stream-job-backlog is 100000"
    ),
}
"""Faults put into the size 5k."""


@pytest.fixture(scope="module")
def five_thousand() -> dict[str, Any]:
    """The snapshot of the size 5k."""
    return snapshot(ROOT, {**PARAMETERS, "size": "5k"})


@pytest.mark.parametrize("size", SIZES)
def test_a_size_is_what_it_says(size: str):
    assert list(size_findings(deploy(size=size), size)) == []


@pytest.mark.parametrize("fault", OF_A_SIZE.values(), ids=OF_A_SIZE.keys())
def test_a_planted_fault_of_a_size_is_found(five_thousand: dict[str, Any], fault: Fault):
    broken = copy.deepcopy(five_thousand)
    plant(broken, fault)

    said = list(size_findings(deployment_of(broken), "5k"))
    assert any(fault.finding in finding for finding in said), said


def test_the_thresholds_of_another_size_are_found():
    said = list(size_findings(deploy(size="10k"), "1k"))

    assert any("the threshold of stream-job-backlog is 8333, must be 5000" in finding for finding in said), said
    assert len(said) == len(OF_A_SIZE) - 1, "workflows of all sizes have one instance that is always ready"
