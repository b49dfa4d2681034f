"""infra/ keeps the house rules, and the rules catch what they are for: each planted fault is found."""

import re
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.infra.bicep.sources import Sources
from tests.infra.rules import all_findings


@dataclass(frozen=True)
class Fault:
    """A text of a file of infra/, what it is replaced by, and a part of the finding that this must give."""

    file: str
    old: str
    new: str
    finding: str


ROLE_NAME = "guid(container.id, principalId, roleIds[role])"
LOGIN = "requireAuthentication: true"

FAULTS = {
    # what does not compile
    "syntax": Fault("modules/service-bus.bicep", "lockDuration: 'PT1M'", "lockDuration: 'PT1M", "does not parse"),
    "unknown name": Fault("modules/cosmos.bicep", "parent: database", "parent: databse", "databse does not exist"),
    "unknown function": Fault("main.bicep", "toLower(", "lower(", "the name lower does not exist"),
    "unused parameter": Fault("modules/identity.bicep", "  tags: tags\n", "", "tags is never used"),
    "undescribed parameter": Fault(
        "modules/identity.bicep", "@description('Tags of every resource.')\n", "", "tags has no description"
    ),
    "declared twice": Fault("main.bicep", "var sizes =", "var prefixes =", "prefixes is declared twice"),
    "no such module": Fault("main.bicep", "'modules/cosmos.bicep'", "'modules/cosmo.bicep'", "there is no file"),
    "missing module parameter": Fault(
        "main.bicep", "    streamingUnits: chosen.streamingUnits\n", "", "parameter streamingUnits is missing"
    ),
    "unknown module parameter": Fault(
        "modules/stream-job.bicep", "    extent:", "    extend:", "has no parameter extend"
    ),
    "wrong type": Fault("main.bicep", "? chosen.monthlyBudget", "? '900'", "is no int"),
    "unknown output": Fault(
        "main.bicep", "serviceBus.outputs.queueName", "serviceBus.outputs.queue", "no output queue"
    ),
    "no such query": Fault(
        "modules/stream-analytics.bicep", "suspicious-windows.asaql", "windows.asaql", "there is no file"
    ),
    "a module without a scope": Fault(
        "main.bicep", "  scope: group\n  name: 'cosmos'", "  name: 'cosmos'", "has no scope"
    ),
    "a module beside the resource group": Fault(
        "main.bicep",
        "  scope: group\n  name: 'cosmos'",
        "  scope: subscription()\n  name: 'cosmos'",
        "beside the resource",
    ),
    "a child without a parent": Fault(
        "modules/roles/hub.bicep", "  parent: namespace\n", "", "a child without a parent"
    ),
    "a misspelled dependsOn": Fault("modules/app.bicep", "  dependsOn:", "  dependOn:", "no property dependOn"),
    "a size that is not there": Fault("sizes.json", '"5k"', '"6k"', "sizes[size] does not exist"),
    "streaming units out of range": Fault("sizes.json", '"streamingUnits": 10', '"streamingUnits": 9', "is none of"),
    # what Azure would refuse, or take and do something else
    "wrong API version": Fault(
        "modules/event-hub.bicep", "eventhubs@2024-01-01", "eventhubs@2024-05-01", "pinned is 2024-01-01"
    ),
    "unknown type": Fault(
        "modules/monitoring.bicep",
        "'Microsoft.Insights/components@2020-02-02'",
        "'Microsoft.Insights/component@2020-02-02'",
        "nothing is known of",
    ),
    "missing property": Fault("modules/cosmos.bicep", "    databaseAccountOfferType: 'Standard'\n", "", "OfferType"),
    "a misspelled property": Fault(
        "modules/cosmos.bicep", "backupPolicy:", "backupPolicies:", "nothing is known of properties/backupPolicies"
    ),
    "a property in the wrong place": Fault(
        "modules/function-app.bicep",
        "    httpsOnly: true\n    functionAppConfig: {",
        "    functionAppConfig: {\n      httpsOnly: true",
        "httpsOnly",
    ),
    "odd partitions": Fault("sizes.json", '"partitionCount": 16', '"partitionCount": 9', "partitionCount is 9"),
    "Capture that skips empty files": Fault(
        "modules/event-hub.bicep", "skipEmptyArchives: false", "skipEmptyArchives: true", "skipEmptyArchives"
    ),
    "a lock that is too long": Fault("modules/service-bus.bicep", "'PT1M'", "'PT10M'", "lockDuration is 'PT10M'"),
    "no duplicate detection": Fault(
        "modules/service-bus.bicep",
        "requiresDuplicateDetection: true",
        "requiresDuplicateDetection: false",
        "Duplicate",
    ),
    "rows that are dropped": Fault(
        "modules/stream-analytics.bicep",
        "outputErrorPolicy: jobConfig.OutputErrorPolicy",
        "outputErrorPolicy: 'Drop'",
        "outputErrorPolicy is 'Drop'",
    ),
    "a name that is too long": Fault("abbreviations.json", '"st"', '"storageaccount"', "is longer than 24"),
    "a setting that Flex refuses": Fault(
        "modules/function-app.bicep",
        "{ name: 'RECONCILIATION_SCHEDULE',",
        "{ name: 'FUNCTIONS_WORKER_RUNTIME', value: 'python' }, { name: 'RECONCILIATION_SCHEDULE',",
        "no place on Flex",
    ),
    # keys and logins
    "shared keys": Fault(
        "modules/storage.bicep", "allowSharedKeyAccess: false", "allowSharedKeyAccess: true", "allowSharedKeyAccess"
    ),
    "local authentication": Fault("modules/event-hub.bicep", "    disableLocalAuth: true\n", "", "disableLocalAuth"),
    "old TLS": Fault("modules/cosmos.bicep", "'Tls12'", "'Tls11'", "minimalTlsVersion is 'Tls11'"),
    "public blobs": Fault("modules/storage.bicep", "publicAccess: 'None'", "publicAccess: 'Blob'", "publicAccess"),
    "key-based authentication of the job": Fault(
        "modules/stream-analytics.bicep", "authenticationMode: 'Msi'", "authenticationMode: 'ConnectionString'", "Msi"
    ),
    "a key in a setting": Fault(
        "modules/function-app.bicep", "value: queueEndpoint", "value: 'AccountKey=${queueEndpoint}'", "holds a secret"
    ),
    "a call for keys": Fault(
        "modules/storage.bicep",
        "account.properties.primaryEndpoints.queue",
        "account.listKeys().keys[0].value",
        "unknown function",
    ),
    "publishing by password": Fault(
        "modules/function-app.bicep", "{ allow: false }", "{ allow: true }", "allow is True"
    ),
    # roles
    "wrong role id": Fault("roles.json", "ba92f5b4-2d11", "ba92f5b4-2d12", "no role that we know"),
    "a role that is no definition": Fault(
        "modules/roles/hub.bicep", "/roleDefinitions'", "/roles'", "is no role definition"
    ),
    "another role": Fault(
        "modules/access/stream-job.bicep", "['eventHubsDataReceiver']", "['eventHubsDataSender']", "azure.md"
    ),
    "a role that the scope does not take": Fault(
        "modules/access/capture.bicep", "['blobDataContributor']", "['blobDataOwner']", "is none of"
    ),
    "open scope": Fault("modules/roles/container.bicep", "  scope: container\n", "", "the whole group"),
    "scope of the account": Fault(
        "modules/roles/container.bicep", "  scope: container\n", "  scope: account\n", "not on Microsoft.Storage"
    ),
    "scope of the Cosmos account": Fault(
        "modules/roles/cosmos-database.bicep",
        "scope: '${account.id}/dbs/${databaseName}'",
        "scope: account.id",
        "more than a database",
    ),
    "a role for a user": Fault(
        "modules/roles/hub.bicep", "principalType: 'ServicePrincipal'", "principalType: 'User'", "principalType"
    ),
    "role names that meet": Fault("modules/roles/container.bicep", ROLE_NAME, "guid(container.id)", "two assignments"),
    "roles that the job does not wait for": Fault(
        "modules/stream-job.bicep", "  dependsOn: [access]\n", "", "does not wait for the roles in"
    ),
    "roles that Capture does not wait for": Fault(
        "modules/ingest.bicep", "  dependsOn: [access]\n", "", "does not wait for the roles in"
    ),
    "roles that the app does not wait for": Fault(
        "modules/app.bicep", "  dependsOn: [access]\n", "", "does not wait for the roles in"
    ),
    # watching
    "diagnostics of something else": Fault(
        "modules/cosmos.bicep", "scope: account", "scope: database", "no diagnostic setting"
    ),
    "diagnostics of the apps that are off": Fault(
        "main.bicep", "appDiagnostics bool = true", "appDiagnostics bool = false", "no diagnostic setting"
    ),
    "diagnostics to another workspace": Fault(
        "modules/service-bus.bicep", "workspaceId: workspaceId", "workspaceId: '${workspaceId}2'", "another workspace"
    ),
    "diagnostics without logs": Fault(
        "modules/stream-analytics.bicep",
        "      { category: 'Execution', enabled: true }\n",
        "",
        "does not send Execution",
    ),
    "a type that nobody looked up": Fault(
        "modules/monitoring.bicep",
        "Microsoft.Insights/components@",
        "Microsoft.Insights/webtests@",
        "looked up whether",
    ),
    "no alert on dead letters": Fault(
        "modules/alerts.bicep", "'DeadletteredMessages'", "'ActiveMessages'", "no alert looks at DeadletteredMessages"
    ),
    "an alert that comes late": Fault("modules/alerts.bicep", "threshold: 80", "threshold: 95", "must go off above 80"),
    "an alert on the mean": Fault(
        "modules/alerts.bicep",
        "'OutputWatermarkDelaySeconds'\n    aggregation: 'Maximum'",
        "'OutputWatermarkDelaySeconds'\n    aggregation: 'Average'",
        "of its Maximum",
    ),
    "an alert that tells nobody": Fault(
        "modules/alerts.bicep", "actionGroups: [people.id]", "actionGroups: ['people']", "tells nobody"
    ),
    "a failed workflow that nobody hears of": Fault(
        "modules/alerts.bicep",
        "operator: 'GreaterThan'\n          threshold: 0\n          failing",
        "operator: 'GreaterThan'\n          threshold: 9\n          failing",
        "at the first row",
    ),
    "an alert that is off": Fault(
        "modules/alerts.bicep",
        "    enabled: true\n    severity: alert",
        "    enabled: false\n    severity: alert",
        "enabled is False",
    ),
    "logs that are off": Fault(
        "modules/stream-analytics.bicep", "'Execution', enabled: true", "'Execution', enabled: false", "logs/enabled"
    ),
    "a log that does not exist": Fault(
        "modules/cosmos.bicep", "'ControlPlaneRequests'", "'Everything'", "logs/category"
    ),
    "a duration that is none": Fault("modules/alerts.bicep", "'PT15M'", "'15m'", "windowSize is '15m'"),
    "an archive that is written late": Fault(
        "modules/stream-analytics.bicep", "'00:01:00'", "'02:00:00'", "timeWindow is '02:00:00'"
    ),
    "another kind of input": Fault(
        "modules/stream-analytics.bicep", "'Microsoft.EventHub/EventHub'", "'Microsoft.EventHub/Hub'", "datasource/type"
    ),
    "a monitor that writes": Fault("modules/durable-monitor.bicep", "'ReadOnly'", "'Normal'", "to read only"),
    "a monitor of every hub": Fault("modules/durable-monitor.bicep", "'DFM_HUB_NAME'", "'DFM_HUB'", "show one hub"),
    "a monitor with its nonce": Fault("modules/durable-monitor.bicep", "'DFM_MODE'", "'DFM_NONCE'", "who they are"),
    "a monitor without login": Fault("modules/durable-monitor.bicep", LOGIN, "requireAuthentication: false", "require"),
    "an output in lower case": Fault("main.bicep", "output FUNCTION_APP ", "output functionApp ", "not in upper case"),
}


def test_infra_keeps_the_rules():
    assert all_findings(Sources()) == []


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_planted_fault_is_found(fault: Fault):
    path = f"infra/{fault.file}"
    source = Sources().read(path)
    assert fault.old in source

    findings = all_findings(Sources({path: source.replace(fault.old, fault.new)}))

    assert any(fault.finding in finding for finding in findings), findings


def _diagnostic_settings() -> list[tuple[str, str]]:
    """Every diagnostic setting as it is written, with its file."""
    pattern = r"^resource \w+ 'Microsoft\.Insights/diagnosticSettings@.*?^}\n"
    return [
        (path, found)
        for path in Sources().bicep_files()
        for found in re.findall(pattern, Sources().read(path), re.MULTILINE | re.DOTALL)
    ]


@pytest.mark.parametrize(("path", "setting"), _diagnostic_settings())
def test_no_diagnostic_setting_can_be_left_out_unnoticed(path: str, setting: str):
    findings = all_findings(Sources({path: Sources().read(path).replace(setting, "")}))

    assert any("no diagnostic setting" in finding for finding in findings), findings


def _properties() -> list[tuple[str, int]]:
    """Every line of every file that begins with the name of a property, but those whose names are free."""
    return [
        (path, number)
        for path in Sources().bicep_files()
        for number, line in enumerate(Sources().read(path).splitlines())
        if re.match(r"\s+[A-Za-z]\w*:", line) and "expected:" not in line
    ]


@settings(max_examples=40)
@given(st.sampled_from(_properties()))
def test_no_property_can_be_misspelled_unnoticed(place: tuple[str, int]):
    path, number = place
    lines = Sources().read(path).splitlines()
    lines[number] = re.sub(r"^(\s+\w+):", r"\1X:", lines[number])

    assert all_findings(Sources({path: "\n".join(lines)}))
