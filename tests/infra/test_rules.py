"""infra/ keeps the house rules at every size, and the rules catch what they are for: each planted fault is found."""

import copy
from typing import Any

import pytest

from tests.infra import facts
from tests.infra.deployment import PARAMETERS, ROOT, deploy, deployment_of, snapshot
from tests.infra.faults import FAULTS
from tests.infra.planting import Fault, item, option, plant
from tests.infra.rules import OPTIONS, RULES, Rule, findings
from tests.infra.sets import SIZES

BY_OPTION = {"Microsoft.DurableTask": "scheduler", "Microsoft.Network": "network", "immutabilityPolicies": "careful"}
"""The types that are not in everything, because they exclude others, with the option that makes them."""


@pytest.fixture(scope="module")
def everything() -> dict[str, Any]:
    """The snapshot with every optional part."""
    return snapshot(ROOT, {**PARAMETERS, **OPTIONS})


@pytest.mark.parametrize("size", SIZES)
def test_every_size_keeps_the_rules(size: str):
    assert findings(deploy(size=size, **OPTIONS)) == []


def test_the_same_twice_is_noticed_whatever_its_case(everything: dict[str, Any]):
    resources: list[dict[str, Any]] = everything["predictedResources"]
    again = copy.deepcopy(next(resource for resource in resources if resource["type"] == facts.HUB))
    again["id"] = again["id"].upper()

    said = findings(deployment_of({**everything, "predictedResources": [*resources, again]}))
    assert any("is deployed twice" in finding for finding in said), said


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_planted_fault_is_found(everything: dict[str, Any], fault: Fault):
    broken = copy.deepcopy(everything)
    plant(broken, fault)

    said = findings(deployment_of(broken))
    assert any(fault.finding in finding for finding in said), said


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_each_rule_finds_one_of_the_planted_faults(everything: dict[str, Any], rule: Rule):
    assert set(rule(deployment_of(everything))) == set()

    for fault in FAULTS.values():
        broken = copy.deepcopy(everything)
        plant(broken, fault)
        if any(fault.finding in finding for finding in rule(deployment_of(broken))):
            return
    assert set(rule(deployment_of({"predictedResources": [], "outputs": {}}))) != set()


@pytest.mark.parametrize(
    ("type_", "path"), [(type_, path) for type_, paths in facts.REQUIRED.items() for path in paths]
)
def test_a_required_property_is_missed_when_it_is_taken_away(everything: dict[str, Any], type_: str, path: str):
    whole = option(next((name for part, name in BY_OPTION.items() if part in type_), "")) or everything
    resource = deployment_of(whole).of(type_)[0]
    broken = copy.deepcopy(whole)
    *way, last = path.split(".")
    place: Any = next(body for body in broken["predictedResources"] if body["id"] == resource.id)
    for key in way:
        place = item(place, key)
    place.pop(last, None)

    said = set(findings(deployment_of(broken)))
    assert any(path in finding for finding in said), said


def test_every_diagnostic_setting_is_missed_when_it_is_taken_away(everything: dict[str, Any]):
    settings = [
        resource["id"] for resource in everything["predictedResources"] if resource["type"] == facts.DIAGNOSTICS
    ]

    for setting in settings:
        left = [resource for resource in everything["predictedResources"] if resource["id"] != setting]
        said = findings(deployment_of({**everything, "predictedResources": left}))
        assert any("has no diagnostic setting" in finding for finding in said), setting
    assert len(settings) > 8


def test_an_output_that_is_missing_is_noticed(everything: dict[str, Any]):
    left = {name: value for name, value in everything["outputs"].items() if name != "SERVICE_FUNCTIONS_URI"}

    said = findings(deployment_of({**everything, "outputs": left}))
    assert any("there is no output SERVICE_FUNCTIONS_URI" in finding for finding in said), said


def test_an_output_in_lower_case_is_noticed(everything: dict[str, Any]):
    said = findings(deployment_of({**everything, "outputs": {**everything["outputs"], "functionApp": "x"}}))

    assert any("not in upper case" in finding for finding in said)
