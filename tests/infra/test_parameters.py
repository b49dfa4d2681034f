"""Bad parameters are refused before anything is deployed, with a message that says what is wrong."""

import json
import re
from typing import Any

import pytest

from tests.infra import facts
from tests.infra.bicep.deploy import PARAMETERS, deploy
from tests.infra.bicep.sources import MAIN, ROOT, Sources
from tests.infra.bicep.syntax import Kind, parse
from tests.infra.bicep.values import BicepError

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
    "a budget of nothing": ({"monthlyBudget": 0}, "monthlyBudget: 0 is less than 1"),
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


def test_the_monitor_is_deployed_for_those_who_ask_for_it_only():
    assert [site.name for site in deploy().of(facts.SITE)] == [deploy().outputs["FUNCTION_APP"]]
    assert deploy().outputs["MONITOR_URL"] == ""

    asked = deploy(monitorClientId="1" * 36, monitorUsers="a@example.com")
    assert len(asked.of(facts.SITE)) == 2
    assert asked.outputs["MONITOR_URL"].startswith("https://")


def test_the_owner_roles_of_the_stream_job_are_granted_on_demand():
    granted = {one.at("properties.roleDefinitionId") for one in deploy(streamJobRoles="owner").of(facts.ROLE)}
    names = {facts.ROLES[str(role).rpartition("/")[2]][0] for role in granted}

    assert {"Azure Event Hubs Data Owner", "Azure Service Bus Data Owner"} <= names


def azd_values(environment: dict[str, str]) -> dict[str, Any]:
    """What azd makes of main.parameters.json: `${NAME}` and `${NAME=default}` are replaced from its environment."""
    given: dict[str, Any] = json.loads((ROOT / "infra" / "main.parameters.json").read_text())["parameters"]
    pattern = re.compile(r"\$\{(\w+)(?:=([^}]*))?\}")
    return {
        name: pattern.sub(lambda found: environment.get(found[1], found[2] or ""), one["value"])
        for name, one in given.items()
    }


def test_azd_gives_every_parameter_that_has_no_default_and_none_that_is_unknown():
    declared = parse(MAIN, Sources().read(MAIN)).declarations.values()
    parameters = {one.name for one in declared if one.kind is Kind.PARAMETER}

    given = azd_values({})
    assert given.keys() <= parameters
    assert given.keys() >= PARAMETERS.keys()


def test_azd_deploys_with_no_more_than_a_name_a_region_and_an_address():
    environment = {"AZURE_ENV_NAME": "fraud", "AZURE_LOCATION": "westeurope", "ALERT_EMAIL": "team@example.com"}

    assert deploy(**azd_values(environment)).outputs == deploy().outputs
