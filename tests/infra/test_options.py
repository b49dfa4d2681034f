"""Every option of a deployment keeps the rules, is kept as a snapshot, and does what it is for."""

import pytest

from tests.infra import facts
from tests.infra.compiler import compiler
from tests.infra.deployment import MAIN, PARAMETERS, PERSON, ROOT, deploy
from tests.infra.grants import grant_findings, grants_of
from tests.infra.planting import HUBS, STORAGE
from tests.infra.rules import OPTIONS, RULES, complete_findings, findings
from tests.infra.sets import SETS

OF_THE_WHOLE = (complete_findings, grant_findings)
"""Rules on everything that can be deployed, which an option may leave out."""


@pytest.mark.parametrize("name", sorted(SETS.keys() - {"no-app-diagnostics"}))
def test_every_option_keeps_the_rules_but_those_on_what_it_leaves_out(name: str):
    deployment = deploy(**SETS[name])
    said = [finding for rule in RULES if rule not in OF_THE_WHOLE for finding in rule(deployment)]

    assert said == []


def test_an_app_without_diagnostics_is_noticed():
    said = findings(deploy(appDiagnostics=False))

    assert any("func-" in finding and "has no diagnostic setting" in finding for finding in said)


def test_the_dashboard_of_the_scheduler_is_for_its_readers_and_the_app():
    on_the_scheduler = {
        (grant.identity, grant.role)
        for grant in grants_of(deploy(durableBackend="scheduler"))
        if grant.scope == "the scheduler"
    }
    assert on_the_scheduler == {
        ("function-app", "Durable Task Data Contributor"),
        ("people", "Durable Task Data Reader"),
    }


def test_premium_has_processing_units_instead_of_throughput_units():
    namespace = deploy(size="10k", eventHubsTier="premium").one(HUBS)

    assert namespace.at("sku") == {"name": "Premium", "tier": "Premium", "capacity": 1}
    assert not namespace.at("properties.isAutoInflateEnabled")


@pytest.mark.parametrize("name", ["f", "fraud", "Fraud-Detection", "f" * 64, "F" * 64, "a_b(c).d"])
def test_names_roles_limits_and_parents_are_right_whatever_the_environment_is_called(name: str):
    deployment = deploy(environmentName=name, **OPTIONS)

    assert findings(deployment) == []
    assert deployment.outputs["AZURE_RESOURCE_GROUP"] == f"rg-{name}"


@pytest.mark.parametrize("kind", ["User", "Group", "ServicePrincipal"])
def test_people_are_what_the_deployment_says_that_they_are(kind: str):
    granted = [
        role for role in deploy(principalType=kind).of(facts.ROLE) if role.at("properties.principalId") == PERSON
    ]

    assert len(granted) > 5
    assert {role.at("properties.principalType") for role in granted} == {kind}


def test_the_case_of_a_name_makes_no_second_set_of_resources():
    """Azure compares the names of resource groups without case, so both would lie in one group."""
    names = [{account.name for account in deploy(environmentName=name).of(STORAGE)} for name in ("fraud", "Fraud")]

    assert names[0] == names[1]


def test_every_option_is_kept_as_a_snapshot():
    """Secrets stay out of files; names, the day and the region are those of every snapshot."""
    declared = compiler().template(ROOT / MAIN)["parameters"]
    secrets = {name for name, parameter in declared.items() if parameter["type"].lower() == "securestring"}
    varied = {name for parameters in SETS.values() for name in parameters}

    assert varied >= declared.keys() - secrets - PARAMETERS.keys()
    assert len(secrets) == 4
