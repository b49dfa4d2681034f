"""Bad parameters are refused before anything is deployed, with a message that says what is wrong."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.infra import facts
from tests.infra.bicep.deploy import deploy
from tests.infra.bicep.sources import MAIN, ROOT, Sources
from tests.infra.bicep.syntax import Kind, parse, text
from tests.infra.bicep.values import BicepError
from tests.infra.grants import grants_of

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a region without Flex Consumption": ({"location": "westindia"}, "location: 'westindia' is none of"),
    "a size that nobody planned": ({"size": "2k"}, "size: '2k' is none of"),
    "three partitions": ({"partitionCount": 3}, "partitionCount: 3 is none of"),
    "an odd number of partitions": ({"partitionCount": 9}, "partitionCount: 9 is none of"),
    "fewer partitions than the size needs": (
        {"size": "10k", "partitionCount": 8},
        "Size 10k needs at least 24 partitions; partitionCount asks for fewer.",
    ),
    "a name that is too long": ({"environmentName": "f" * 33}, "is longer than 32"),
    "no name": ({"environmentName": ""}, "environmentName: '' is shorter than 1"),
    "nobody to tell": ({"alertEmail": ""}, "alertEmail: '' is shorter than 6"),
    "a schedule that is none": ({"reconciliationSchedule": "2:30"}, "reconciliationSchedule: '2:30' is shorter than"),
    "roles that nobody described": ({"streamJobRoles": "all"}, "streamJobRoles: 'all' is none of"),
    "a budget below nothing": ({"monthlyBudget": -1}, "monthlyBudget: -1 is less than 0"),
    "a date that is none": (
        {"budgetStartDate": "1 January 2026"},
        "budgetStartDate: '1 January 2026' is longer than 10",
    ),
    "request units between two steps": (
        {"archiveRequestUnits": 10500},
        "archiveRequestUnits must be a multiple of 1000",
    ),
    "a monitor for nobody": ({"monitorClientId": "1" * 36}, "monitorUsers must name who may look"),
    "a client id that is none": (
        {"monitorClientId": "fraud", "monitorUsers": "a@b"},
        "loginClientId: 'fraud' is shorter",
    ),
    "a text for a number": ({"partitionCount": "8"}, "partitionCount: '8' is no int"),
    "a parameter that is not there": ({"regoin": "westeurope"}, "has no parameter regoin"),
}


@pytest.mark.parametrize(("parameters", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_parameters_are_refused_with_a_message(parameters: dict[str, Any], message: str):
    with pytest.raises(BicepError) as refused:
        deploy(**parameters)

    assert message in str(refused.value)


@pytest.mark.parametrize(("size", "partitions"), [("1k", 4), ("5k", 16), ("10k", 24)])
def test_a_size_brings_its_partitions_unless_more_are_asked_for(size: str, partitions: int):
    assert deploy(size=size).one(facts.HUB).at("properties.partitionCount") == partitions
    assert deploy(size=size, partitionCount=32).one(facts.HUB).at("properties.partitionCount") == 32


@pytest.mark.parametrize(("size", "asked", "scales_to"), [("1k", 0, None), ("1k", 10_000, 10_000), ("5k", 0, 40_000)])
def test_the_archive_is_serverless_unless_request_units_are_asked_for(size: str, asked: int, scales_to: int | None):
    deployment = deploy(size=size, archiveRequestUnits=asked)
    events = deployment.one(f"{facts.COSMOS}/sqlDatabases/containers", "events")
    serverless = [{"name": "EnableServerless"}]

    assert deployment.one(facts.COSMOS).at("properties.capabilities") == ([] if scales_to else serverless)
    assert events.at("properties.options.autoscaleSettings.maxThroughput") == scales_to


def test_a_later_deployment_leaves_the_start_of_the_budget_where_it_was():
    """Azure: "Start date of budgets cannot be updated". azd gives each output to the next deployment as a setting."""
    first = deploy(**azd_values(NAMED), thisMonth="2026-01-01").outputs

    later = deploy(**azd_values({**NAMED, **first}), thisMonth="2026-02-01")
    assert first["BUDGET_START_DATE"] == "2026-01-01"
    assert later.one("Microsoft.Consumption/budgets").at("properties.timePeriod.startDate") == "2026-01-01"


def test_every_setting_of_azd_reaches_its_parameter():
    chosen = {
        "FRAUD_SIZE": "5k",
        "PARTITION_COUNT": "32",
        "ARCHIVE_REQUEST_UNITS": "60000",
        "STREAM_JOB_ROLES": "owner",
        "MONTHLY_BUDGET": "99",
        "APP_DIAGNOSTICS": "false",
    }
    deployment = deploy(**azd_values({**NAMED, **chosen}))
    archive = deployment.one(f"{facts.COSMOS}/sqlDatabases/containers", "events")

    assert deployment.one(facts.HUB).at("properties.partitionCount") == 32
    assert archive.at("properties.options.autoscaleSettings.maxThroughput") == 60_000
    assert deployment.one("Microsoft.Consumption/budgets").at("properties.amount") == 99
    assert "Azure Event Hubs Data Owner" in {one.role for one in grants_of(deployment)}
    assert not [one for one in deployment.of(facts.DIAGNOSTICS) if one.scope and one.scope.type == facts.SITE]


def test_the_monitor_is_deployed_for_those_who_ask_for_it_only():
    assert [site.name for site in deploy().of(facts.SITE)] == [deploy().outputs["FUNCTION_APP"]]
    assert deploy().outputs["MONITOR_URL"] == ""

    asked = deploy(monitorClientId="1" * 36, monitorUsers="a@example.com")
    assert len(asked.of(facts.SITE)) == 2
    assert asked.outputs["MONITOR_URL"].startswith("https://")


def test_the_owner_roles_of_the_stream_job_are_granted_on_demand():
    granted = {one.role for one in grants_of(deploy(streamJobRoles="owner"))}

    assert {"Azure Event Hubs Data Owner", "Azure Service Bus Data Owner"} <= granted


NAMED = {"AZURE_ENV_NAME": "fraud", "AZURE_LOCATION": "westeurope", "ALERT_EMAIL": "team@example.com"}
"""The least that azd must be told."""
CONVERTED: dict[str, Callable[[str], Any]] = {"int": int, "bool": {"true": True, "false": False}.__getitem__}
_MAIN = parse(MAIN, Sources().read(MAIN)).declarations
DECLARED = {name: text(one.type_node) for name, one in _MAIN.items() if one.kind is Kind.PARAMETER}
"""Every parameter with its type."""


def azd_values(environment: dict[str, str]) -> dict[str, Any]:
    """What azd makes of main.parameters.json: `${NAME}` and `${NAME=default}` are replaced from its environment, the
    default stands for an empty value too, and the text becomes a number or a truth value where the parameter is one."""
    given: dict[str, Any] = json.loads((ROOT / "infra" / "main.parameters.json").read_text())["parameters"]
    pattern = re.compile(r"\$\{(\w+)(?:=([^}]*))?\}")
    texts = {
        name: pattern.sub(lambda found: environment.get(found[1]) or found[2] or "", one["value"])
        for name, one in given.items()
    }
    return {name: CONVERTED.get(DECLARED.get(name, ""), str)(value) for name, value in texts.items()}


def test_azd_gives_every_parameter_but_the_one_that_only_bicep_knows():
    assert azd_values({}).keys() == DECLARED.keys() - {"thisMonth"}


def test_the_documents_name_every_setting_of_azd():
    """docs/azure.md, step 2: those that must be given in its commands, the others in its table."""
    page = (ROOT / "docs" / "azure.md").read_text()
    table = page.partition("| `azd env set` |")[2].partition("\n\n")[0]
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "infra" / "main.parameters.json").read_text()))

    assert set(re.findall(r"`([A-Z_]{5,})`", table)) == asked - NAMED.keys()
    assert "azd env new fraud --location westeurope\nazd env set ALERT_EMAIL" in page


def test_azd_deploys_with_no_more_than_a_name_a_region_and_an_address():
    assert deploy(**azd_values(NAMED)).resources == deploy().resources
