"""Bad parameters are refused before anything is deployed, with a message that says what is wrong."""

import json
import os
import re
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest

from fraud.rules.shipped import DEFAULT, shipped
from tests.infra import facts
from tests.infra.compiler import BicepError, compiler, program
from tests.infra.deployment import DEPLOYER, MAIN, PERSON, ROOT, deploy
from tests.infra.grants import grants_of

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a region without Flex Consumption": ({"location": "westindia"}, "provided value is of type \"'westindia'\""),
    "a size that nobody planned": ({"size": "2k"}, "provided value is of type \"'2k'\""),
    "an odd number of partitions": ({"partitionCount": 9}, "partitionCount must be even"),
    "more partitions than Standard has": ({"partitionCount": 34}, "BCP327"),
    "fewer partitions than the size needs": (
        {"size": "10k", "partitionCount": 8},
        "Size 10k needs at least 24 partitions; partitionCount asks for fewer.",
    ),
    "a name that is too long": ({"environmentName": "f" * 65}, "BCP332"),
    "an empty name": ({"environmentName": ""}, "BCP333"),
    "nobody to tell": ({"alertEmail": ""}, "BCP333"),
    "a schedule of five fields": ({"reconciliationSchedule": "30 2 * * *  "}, "must have six fields"),
    "a schedule of seven fields": ({"reconciliationSchedule": "0 30 2 * * * 2026"}, "must have six fields"),
    "a schedule in words": ({"reconciliationSchedule": "every night"}, "must have six fields"),
    "a rule set that the app does not have": ({"ruleSet": "contxt"}, "provided value is of type \"'contxt'\""),
    "roles that nobody described": ({"streamJobRoles": "all"}, "provided value is of type \"'all'\""),
    "a budget below nothing": ({"monthlyBudget": -2}, "BCP328"),
    "a month that does not exist": ({"budgetStartDate": "2026-13-01"}, "budgetStartDate must be the first day"),
    "a day that is not the first": ({"budgetStartDate": "2026-01-45"}, "budgetStartDate must be the first day"),
    "letters for a year": ({"budgetStartDate": "abcd-01-01"}, "budgetStartDate must be the first day"),
    "a year long ago": ({"budgetStartDate": "0026-01-01"}, "budgetStartDate must be the first day"),
    "a date without its dashes": ({"budgetStartDate": "2026/01/01"}, "budgetStartDate must be the first day"),
    "a date in words": ({"budgetStartDate": "1 January 2026"}, "BCP332"),
    "request units between two steps": (
        {"archiveRequestUnits": 10500},
        "archiveRequestUnits must be a multiple of 1000",
    ),
    "a monitor for nobody": ({"monitorClientId": "1" * 36}, "monitorUsers must name who may look"),
    "a client id that is something else": ({"monitorClientId": "fraud", "monitorUsers": "a@b"}, "loginClientId"),
    "a login of something else": ({"deskClientId": "fraud"}, "deskClientId must be the client id"),
    "a monitor behind a network": (
        {"monitorClientId": "1" * 36, "monitorUsers": "a@b", "vnetEnabled": True},
        "has no way into the network",
    ),
    "a monitor of the scheduler": (
        {"monitorClientId": "1" * 36, "monitorUsers": "a@b", "durableBackend": "scheduler"},
        "shows the storage backend only",
    ),
    "a name that ends like a sentence": ({"environmentName": "fraud."}, "must not end with a full stop"),
    "a role that nobody has": ({"keyRole": "owner"}, "provided value is of type \"'owner'\""),
    "a text for a number": ({"partitionCount": "8"}, "BCP033"),
    "a setting that the app does not have": ({"appSettings": "WATCH_CHIAN=1"}, 'not "WATCH_CHIAN=1"'),
    "a setting that has a parameter": ({"appSettings": "SWEEP_CASES=1"}, 'not "SWEEP_CASES=1"'),
    "a setting without a value": ({"appSettings": "WATCH_CHAIN"}, 'not "WATCH_CHAIN"'),
    "a setting that is given twice": ({"appSettings": "WATCH_CHAIN=1 WATCH_CHAIN=2"}, "name each setting once"),
    "a parameter that does not exist": ({"regoin": "westeurope"}, "BCP259"),
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


@pytest.mark.parametrize(
    ("size", "asked", "scales_to"), [("demo", 0, None), ("demo", 10_000, 10_000), ("1k", 0, 10_000), ("5k", 0, 60_000)]
)
def test_the_archive_is_serverless_unless_request_units_are_asked_for(size: str, asked: int, scales_to: int | None):
    deployment = deploy(size=size, archiveRequestUnits=asked)
    events = deployment.one(f"{facts.COSMOS}/sqlDatabases/containers", "events")
    serverless = [{"name": "EnableServerless"}]

    assert deployment.one(facts.COSMOS).at("properties.capabilities") == ([] if scales_to else serverless)
    assert events.at("properties.options.autoscaleSettings.maxThroughput") == scales_to


def test_a_later_deployment_leaves_the_start_of_the_budget_where_it_was():
    """Azure: "Start date of budgets cannot be updated". azd gives each output to the next deployment as a setting."""
    first = deploy(**azd_values(NAMED), thisMonth="2026-01-01").outputs

    asked = {name: value for name, value in first.items() if name in asked_for()}
    later = deploy(**azd_values(NAMED | asked), thisMonth="2026-02-01")
    assert first["BUDGET_START_DATE"] == "2026-01-01"
    assert later.one("Microsoft.Consumption/budgets").at("properties.timePeriod.startDate") == "2026-01-01"


SET: dict[str, tuple[str, Any]] = {
    "AZURE_ENV_NAME": ("environmentName", "name"),
    "AZURE_LOCATION": ("location", "uksouth"),
    "AZURE_PRINCIPAL_ID": ("principalId", "principal"),
    "AZURE_PRINCIPAL_TYPE": ("principalType", "Group"),
    "FRAUD_SIZE": ("size", "10k"),
    "ALERT_EMAIL": ("alertEmail", "mail@example.com"),
    "ALERT_WEBHOOK_URL": ("alertWebhookUrl", "https://alerts"),
    "OPERATIONS_WEBHOOK_URL": ("operationsWebhookUrl", "https://operations"),
    "WEBHOOK_SECRET": ("webhookSecret", "a secret of some length"),
    "ALERT_MAIL_SERVER": ("alertMailServer", "smtps://server"),
    "ALERT_MAIL_FROM": ("alertMailFrom", "from@example.com"),
    "ALERT_MAIL_TO": ("alertMailTo", "to@example.com"),
    "ALERT_FORMAT": ("alertFormat", "slack"),
    "DESK_URL": ("deskUrl", "https://desk"),
    "ALERT_DIGEST_MINUTES": ("alertDigestMinutes", 11),
    "PARTITION_COUNT": ("partitionCount", 12),
    "ARCHIVE_REQUEST_UNITS": ("archiveRequestUnits", 13_000),
    "EVENT_DAYS": ("eventDays", 14),
    "ARCHIVE_BACKUP_DAYS": ("archiveBackupDays", 15),
    "IMMUTABLE_DAYS": ("immutableDays", 16),
    "DAILY_QUOTA_GIGABYTES": ("dailyQuotaGigabytes", 17),
    "SWEEP_CASES": ("sweepCases", 18),
    "HISTORY_DAYS": ("historyDays", 19),
    "FAILED_HISTORY_DAYS": ("failedHistoryDays", 20),
    "MONTHLY_BUDGET": ("monthlyBudget", 21),
    "BUDGET_START_DATE": ("budgetStartDate", "2026-03-01"),
    "RECONCILIATION_SCHEDULE": ("reconciliationSchedule", "0 22 4 * * *"),
    "RULE_SET": ("ruleSet", "seed"),
    "EVENT_HUBS_TIER": ("eventHubsTier", "premium"),
    "DURABLE_BACKEND": ("durableBackend", "scheduler"),
    "KEY_ROLE": ("keyRole", "analyst"),
    "APP_SETTINGS": ("appSettings", "WATCH_CHAIN=1"),
    "DESK_CLIENT_ID": ("deskClientId", "desk"),
    "MONITOR_CLIENT_ID": ("monitorClientId", "monitor"),
    "MONITOR_USERS": ("monitorUsers", "users@example.com"),
}
"""The parameter of each name of azd's environment, and a value that is not a default and that no other has."""
OF_TWO: list[dict[str, tuple[str, Any]]] = [
    {
        "ARCHIVE_ZONE_REDUNDANT": ("archiveZoneRedundant", zones),
        "VNET_ENABLED": ("vnetEnabled", network),
        "PEOPLE_ACCESS": ("peopleAccess", people),
        "APP_DIAGNOSTICS": ("appDiagnostics", diagnostics),
        "STREAM_JOB_ROLES": ("streamJobRoles", "owner" if zones else "least"),
        "APP_ROLES": ("appRoles", "least" if zones else "owner"),
    }
    for zones, network, people, diagnostics in [(True, True, False, False), (False, True, False, True)]
]
"""What has two values only: no two names have the same ones in both of these."""


@pytest.mark.parametrize("of_two", OF_TWO)
def test_each_name_reaches_the_parameter_of_its_own(of_two: dict[str, tuple[str, Any]]):
    chosen = SET | of_two
    texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, (_, value) in chosen.items()}

    assert chosen.keys() == asked_for()
    assert azd_values(texts) == dict(chosen.values())


def test_this_month_is_the_clocks_and_its_first_day_passes_for_a_start():
    declared = compiler().template(ROOT / MAIN)["parameters"]["thisMonth"]
    written = re.fullmatch(r"\[utcNow\('(yyyy)-(MM)-01'\)\]", declared["defaultValue"])
    today = f"{datetime.now(UTC):%Y-%m}-01"

    assert written
    assert deploy(budgetStartDate=today).outputs["BUDGET_START_DATE"] == today


def test_whoever_deploys_is_the_reader_if_nobody_is_named():
    roles = [*deploy(principalId="").of(facts.ROLE), *deploy(principalId="").of(facts.COSMOS_ROLE)]
    readers = {PERSON: 0, DEPLOYER: 0}
    for role in roles:
        readers[role.at("properties.principalId")] = readers.get(role.at("properties.principalId"), 0) + 1
    named = sum(grant.identity == "people" for grant in grants_of(deploy()))

    assert (readers[PERSON], readers[DEPLOYER]) == (0, named + 1), "and has what Capture asks for"


def test_every_setting_of_azd_reaches_what_is_deployed():
    chosen = {
        "FRAUD_SIZE": "5k",
        "PARTITION_COUNT": "32",
        "ARCHIVE_REQUEST_UNITS": "80000",
        "STREAM_JOB_ROLES": "owner",
        "MONTHLY_BUDGET": "99",
        "APP_DIAGNOSTICS": "false",
    }
    deployment = deploy(**azd_values({**NAMED, **chosen}))
    archive = deployment.one(f"{facts.COSMOS}/sqlDatabases/containers", "events")

    assert deployment.one(facts.HUB).at("properties.partitionCount") == 32
    assert archive.at("properties.options.autoscaleSettings.maxThroughput") == 80_000
    assert deployment.one("Microsoft.Consumption/budgets").at("properties.amount") == 99
    assert "Azure Event Hubs Data Owner" in {grant.role for grant in grants_of(deployment)}
    assert not [setting for setting in deployment.of(facts.DIAGNOSTICS) if f"/{facts.SITE}/" in setting.id]


def test_the_monitor_is_deployed_for_those_who_ask_for_it_only():
    assert [site.name for site in deploy().of(facts.SITE)] == [deploy().outputs["FUNCTION_APP"]]
    assert deploy().outputs["MONITOR_URL"] == ""

    asked = deploy(monitorClientId="1" * 36, monitorUsers="a@example.com")
    assert len(asked.of(facts.SITE)) == 2
    assert asked.outputs["MONITOR_URL"].startswith("[format('https://{0}'")


def test_the_owner_roles_of_the_stream_job_are_granted_on_demand():
    granted = {grant.role for grant in grants_of(deploy(streamJobRoles="owner"))}

    assert {"Azure Event Hubs Data Owner", "Azure Service Bus Data Owner"} <= granted


NAMED = {"AZURE_ENV_NAME": "fraud", "AZURE_LOCATION": "westeurope", "ALERT_EMAIL": "team@example.com"}
"""The least that azd must be told."""


def azd_values(environment: dict[str, str]) -> dict[str, Any]:
    """The parameters that main.bicepparam makes of azd's environment. Raises BicepError for what it refuses."""
    command = [program(), "build-params", str(ROOT / "infra" / "main.bicepparam"), "--stdout"]
    home = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "BICEP_CACHE")}
    done = subprocess.run(command, env=home | environment, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 0:
        raise BicepError(done.stderr)
    given = json.loads(json.loads(done.stdout)["parametersJson"])["parameters"]
    return {name: parameter["value"] for name, parameter in given.items()}


def asked_for() -> set[str]:
    """The names that main.bicepparam reads from the environment."""
    file = (ROOT / "infra" / "main.bicepparam").read_text()
    return set(re.findall(r"readEnvironmentVariable\('(\w+)'", file))


def test_a_wrong_value_in_azds_environment_is_refused_and_named():
    wrong = {
        "PARTITION_COUNT": "sixteen",
        "ARCHIVE_REQUEST_UNITS": "10,000",
        "MONTHLY_BUDGET": "1.5",
        "APP_DIAGNOSTICS": "no",
        "FRAUD_SIZE": "2k",
        "AZURE_LOCATION": "westindia",
    }
    with pytest.raises(BicepError) as refused:
        azd_values(NAMED | wrong)

    for parameter in ("partitionCount", "archiveRequestUnits", "monthlyBudget", "appDiagnostics"):
        assert f'Failed to evaluate parameter "{parameter}"' in str(refused.value)
    assert "'2k'" in str(refused.value)
    assert "'westindia'" in str(refused.value)


@pytest.mark.parametrize("text", ["16 ", " 16", "16\n"])
def test_a_number_with_a_space_beside_it_is_that_number_and_never_the_sizes_own(text: str):
    assert azd_values(NAMED | {"PARTITION_COUNT": text})["partitionCount"] == 16


@pytest.mark.parametrize("text", [" ", "16.0", "1e1", "0x10"])
def test_what_is_not_quite_a_number_is_refused(text: str):
    with pytest.raises(BicepError, match='Failed to evaluate parameter "partitionCount"'):
        azd_values(NAMED | {"PARTITION_COUNT": text})


def test_a_reference_to_a_vault_reaches_the_apps_setting_as_it_is():
    reference = "@Microsoft.KeyVault(SecretUri=https://fraud.vault.azure.net/secrets/one)"

    assert azd_values(NAMED | {"WEBHOOK_SECRET": reference})["webhookSecret"] == reference


def test_an_empty_value_stands_for_the_default_as_github_gives_it():
    assert azd_values(NAMED | dict.fromkeys(asked_for() - NAMED.keys(), "")) == azd_values(NAMED)


def test_the_rule_sets_that_can_be_chosen_are_those_that_the_app_has():
    declared = compiler().template(ROOT / MAIN)["parameters"]["ruleSet"]

    assert sorted(declared["allowedValues"]) == sorted(shipped())
    assert declared["defaultValue"] == DEFAULT


def test_a_signature_that_the_app_would_refuse_is_refused_before():
    assert azd_values(NAMED | {"WEBHOOK_SECRET": "sixteen letters."})["webhookSecret"] == "sixteen letters."

    with pytest.raises(BicepError, match="WEBHOOK_SECRET must have at least 16 characters") as refused:
        azd_values(NAMED | {"WEBHOOK_SECRET": "fifteen letters"})
    assert "fifteen letters" not in str(refused.value), "a secret stays out of messages"


def test_azd_gives_every_parameter_but_the_one_that_only_bicep_knows():
    declared = compiler().template(ROOT / MAIN)["parameters"]

    assert azd_values(NAMED).keys() == declared.keys() - {"thisMonth"}


def test_the_documents_name_every_setting_of_azd():
    """docs/azure.md, step 2: those that must be given in its commands, the others in its table."""
    page = (ROOT / "docs" / "azure.md").read_text()
    table = page.partition("| `azd env set` |")[2].partition("\n\n")[0]

    assert set(re.findall(r"`([A-Z_]{5,})`", table)) == asked_for() - NAMED.keys() - {"AZURE_PRINCIPAL_ID"}
    assert "azd env new fraud --location westeurope\nazd env set ALERT_EMAIL" in page


def test_azd_deploys_with_no_more_than_a_name_a_region_and_an_address():
    assert deploy(**azd_values(NAMED | {"AZURE_PRINCIPAL_ID": PERSON})) == deploy()
