"""Events, backups, archives and the budget are kept as the parameters ask, and a planted fault of each is found."""

import copy
from typing import Any

import pytest

from tests.infra import facts
from tests.infra.deployment import deploy, deployment_of
from tests.infra.keeping import keeping_findings
from tests.infra.planting import REMOVED, Fault, option, plant
from tests.infra.sets import SETS

_POLICY = f"{facts.CONTAINER}/immutabilityPolicies"
_CONTAINERS = f"{facts.COSMOS}/sqlDatabases/containers"
OF_KEEPING = {
    "events that stay for another time": Fault(
        _CONTAINERS, "/events", "properties.resource.defaultTtl", 2_592_000, "defaultTtl of events is 2592000"
    ),
    "events in seconds that are days": Fault(
        _CONTAINERS, "/events", "properties.resource.defaultTtl", 7, "defaultTtl of events is 7"
    ),
    "cases that go": Fault(
        _CONTAINERS, "/cases", "properties.resource.defaultTtl", 604_800, "defaultTtl of cases is 604800"
    ),
    "backups of a week": Fault(
        facts.COSMOS,
        "",
        "properties.backupPolicy.continuousModeProperties.tier",
        "Continuous7Days",
        "the backup's tier is 'Continuous7Days'",
    ),
    "an archive in one zone": Fault(
        facts.COSMOS, "", "properties.locations.0.isZoneRedundant", False, "isZoneRedundant is [False]"
    ),
    "archives that anybody can change": Fault(_POLICY, "", "", REMOVED, "what is immutable, in days is {}"),
    "archives that stay for another time": Fault(
        _POLICY, "", "properties.immutabilityPeriodSinceCreationInDays", 7, "/default/all-events': 7}"
    ),
    "reports that cannot be written again": Fault(
        _POLICY, "", "name", "stwhx/default/reports/default", "'stwhx/default/reports': 30"
    ),
    "a budget of nobody's": Fault("Microsoft.Consumption/budgets", "", "properties.amount", 7, "the budget is [7]"),
    "no budget": Fault("Microsoft.Consumption/budgets", "", "", REMOVED, "the budget is []"),
}
"""Faults put into the option `careful`."""


@pytest.mark.parametrize("name", ["1k", "careful", "no-budget", "settings"])
def test_what_is_kept_is_what_the_parameters_ask(name: str):
    assert list(keeping_findings(deploy(**SETS[name]), SETS[name])) == []


@pytest.mark.parametrize("fault", OF_KEEPING.values(), ids=OF_KEEPING.keys())
def test_a_planted_fault_of_keeping_is_found(fault: Fault):
    broken: Any = copy.deepcopy(option("careful"))
    plant(broken, fault)

    said = list(keeping_findings(deployment_of(broken), SETS["careful"]))
    assert any(fault.finding in finding for finding in said), said


def test_a_budget_that_was_to_be_left_out_is_found():
    said = list(keeping_findings(deploy(), {"monthlyBudget": -1}))

    assert said == ["the budget is [1000], must be []"]
