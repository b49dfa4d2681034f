"""infra/ keeps the house rules at every size, and the rules catch what they are for: each planted fault is found."""

import copy
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import pytest

from tests.infra import facts
from tests.infra.compiler import compiler
from tests.infra.deployment import MAIN, PARAMETERS, PERSON, ROOT, deploy, deployment_of, snapshot
from tests.infra.figures import size_findings
from tests.infra.grants import grant_findings, grants_of
from tests.infra.networking import network_findings
from tests.infra.rules import OPTIONS, RULES, Rule, complete_findings, findings
from tests.infra.sets import SETS, SIZES


class _Removed:
    def __repr__(self) -> str:
        return "removed"


REMOVED = _Removed()
OF_THE_WHOLE = (complete_findings, grant_findings)
"""Rules on everything that can be deployed, which an option may leave out."""


@dataclass(frozen=True)
class Fault:
    """A value in a snapshot, by the type and a part of the id of its resource, and what it is replaced by.

    `finding` is a part of what the rules must say. `path` is dotted, with numbers for the items of lists; REMOVED takes
    the property away, or with an empty path the resource.
    """

    type: str
    named: str
    path: str
    value: Any
    finding: str


APP = "func-"
SETTINGS = "properties.siteConfig.appSettings"
STORAGE = "Microsoft.Storage/storageAccounts"
HUBS = "Microsoft.EventHub/namespaces"
QUEUES = "Microsoft.ServiceBus/namespaces"
QUERY_ALERT = "Microsoft.Insights/scheduledQueryRules"
LOGIN = f"{facts.SITE}/config"
METRICS = "properties.criteria.allOf.0"
SCALE = "properties.functionAppConfig.scaleAndConcurrency"
READY = f"{SCALE}.alwaysReady"
PUBLIC = "properties.publicNetworkAccess"
HOST = "AzureFunctionsJobHost__extensions__"

FAULTS = {
    # what Azure would refuse, or take and do something else
    "another API version": Fault(facts.HUB, "", "apiVersion", "2024-05-01", "pinned is 2024-01-01"),
    "an unknown type": Fault("Microsoft.Insights/components", "", "type", "Microsoft.Insights/webtests", "is known of"),
    "a type that nobody looked up": Fault(
        "Microsoft.Insights/components", "", "type", "Microsoft.Insights/webtests", "looked up whether"
    ),
    "a missing property": Fault(facts.COSMOS, "", "properties.databaseAccountOfferType", REMOVED, "OfferType"),
    "an odd number of partitions": Fault(facts.HUB, "", "properties.partitionCount", 9, "partitionCount is 9"),
    "Capture that skips empty files": Fault(
        facts.HUB, "", "properties.captureDescription.skipEmptyArchives", True, "skipEmptyArchives"
    ),
    "a lock that is too long": Fault(facts.QUEUE, "", "properties.lockDuration", "PT10M", "lockDuration is 'PT10M'"),
    "no duplicate detection": Fault(facts.QUEUE, "", "properties.requiresDuplicateDetection", False, "Duplicate"),
    "rows that are dropped": Fault(
        facts.JOB, "", "properties.outputErrorPolicy", "Drop", "outputErrorPolicy is 'Drop'"
    ),
    "another kind of job": Fault(facts.JOB, "", "properties.sku.name", "Nonsense", "sku.name is 'Nonsense'"),
    "streaming units that are not sold": Fault(
        facts.JOB, "", "properties.transformation.properties.streamingUnits", 11, "streamingUnits is 11"
    ),
    "another compatibility level": Fault(facts.JOB, "", "properties.compatibilityLevel", "1.3", "compatibilityLevel"),
    "a name that is too long": Fault(
        STORAGE, "stwh", "name", "storageaccountofthewarehouse", "not one that Azure takes"
    ),
    "a name with letters that are not taken": Fault(
        facts.COSMOS, "", "name", "Cosmos-fraud", "not one that Azure takes"
    ),
    "a namespace with an ending of Azure's own": Fault(HUBS, "", "name", "fraud-hub-sb", "not one that Azure takes"),
    "an app whose host is told apart by more letters": Fault(
        facts.SITE, "func-monitor", "name", "func-monitor-of-the-fraud-detective", "not one that Azure takes"
    ),
    "a part without its whole": Fault(facts.HUB, "", "name", "another/store-events", "its parent another is not"),
    "a role in Cosmos on another account": Fault(
        facts.COSMOS_ROLE, "", "name", "[format('{0}/{1}', 'cosmos-x', guid('y'))]", "its parent cosmos-x is not"
    ),
    "a resource in another group": Fault(
        facts.JOB, "", "id", "/subscriptions/x/resourceGroups/other/providers/y/z", "does not lie in the group rg-fraud"
    ),
    "a resource that azd does not find": Fault(QUEUES, "", "tags", REMOVED, "has not the tag azd-env-name"),
    "a short name that mails cut": Fault(
        "Microsoft.Insights/actionGroups",
        "",
        "properties.groupShortName",
        "frauddetective",
        "short name has not 1 to 12",
    ),
    "a tag that is too long": Fault(facts.JOB, "", "tags.azd-env-name", "f" * 257, "more than 256 letters"),
    "a workspace that takes nothing from outside": Fault(
        "Microsoft.OperationalInsights/workspaces",
        "",
        "properties.publicNetworkAccessForIngestion",
        "Disabled",
        "publicNetworkAccessForIngestion is 'Disabled'",
    ),
    "a monitor whose public access nobody spoke of": Fault(
        facts.SITE, "func-monitor", "properties.publicNetworkAccess", REMOVED, "publicNetworkAccess is None"
    ),
    # figures that cost, latency and losses hang on
    "deliveries of one event": Fault(
        facts.SITE, APP, f"{SETTINGS}.{HOST}eventHubs__minEventBatchSize.value", "1", "minEventBatchSize is '1'"
    ),
    "a checkpoint after each delivery": Fault(
        facts.SITE, APP, f"{SETTINGS}.{HOST}eventHubs__batchCheckpointFrequency.value", "1", "Frequency is '1'"
    ),
    "workflows that are looked for twice a minute": Fault(
        facts.SITE,
        APP,
        f"{SETTINGS}.{HOST}durableTask__storageProvider__maxQueuePollingInterval.name",
        "maxQueuePollingInterval",
        "maxQueuePollingInterval is None",
    ),
    "a setting of the other backend": Fault(
        facts.SITE,
        APP,
        f"{SETTINGS}.ALERT_MAIL_TO.name",
        f"{HOST}durableTask__storageProvider__type",
        "belongs to the other durable backend",
    ),
    "an account of the app in one zone": Fault(STORAGE, "stapp", "sku.name", "Standard_LRS", "must be Standard_ZRS"),
    "a store that nobody may reach": Fault(HUBS, "", PUBLIC, "Disabled", "publicNetworkAccess is not Enabled"),
    "a warehouse without an archive tier": Fault(STORAGE, "stwh", "sku.name", "Standard_ZRS", "must be Standard_LRS"),
    "archives that forget what was overwritten": Fault(
        facts.BLOBS, "stwh", "properties.isVersioningEnabled", False, "isVersioningEnabled must be True"
    ),
    "a setting that Flex refuses": Fault(
        facts.SITE, APP, f"{SETTINGS}.0.name", "FUNCTIONS_WORKER_RUNTIME", "no place on Flex"
    ),
    "a setting twice": Fault(facts.SITE, APP, f"{SETTINGS}.0.name", "EventHubs__clientId", "stands there twice"),
    "an archive that is written late": Fault(
        f"{facts.JOB}/outputs", "suspicious-events", "properties.timeWindow", "02:00:00", "timeWindow is '02:00:00'"
    ),
    "another kind of input": Fault(
        f"{facts.JOB}/inputs", "", "properties.datasource.type", "Microsoft.EventHub/Hub", "datasource/type"
    ),
    "a duration that is misread": Fault(QUERY_ALERT, "", "properties.windowSize", "15m", "windowSize is '15m'"),
    # keys and logins
    "shared keys": Fault(STORAGE, "stwh", "properties.allowSharedKeyAccess", True, "allowSharedKeyAccess"),
    "local authentication": Fault(HUBS, "", "properties.disableLocalAuth", REMOVED, "disableLocalAuth"),
    "old TLS": Fault(facts.COSMOS, "", "properties.minimalTlsVersion", "Tls11", "minimalTlsVersion is 'Tls11'"),
    "public blobs": Fault(facts.CONTAINER, "", "properties.publicAccess", "Blob", "publicAccess"),
    "a job with a key": Fault(
        f"{facts.JOB}/inputs", "", "properties.datasource.properties.authenticationMode", "ConnectionString", "Msi"
    ),
    "a key in a setting": Fault(facts.SITE, APP, f"{SETTINGS}.0.value", "AccountKey=xyz", "holds a secret"),
    "a call for keys": Fault(
        facts.SITE, APP, f"{SETTINGS}.0.value", "[listKeys('x', '2025-06-01').keys[0].value]", "holds a secret"
    ),
    "references that are read as somebody else": Fault(
        facts.SITE, APP, "properties.keyVaultReferenceIdentity", "SystemAssigned", "is not its own identity"
    ),
    "publishing by password": Fault(
        f"{facts.SITE}/basicPublishingCredentialsPolicies", "ftp", "properties.allow", True, "allow is True"
    ),
    # roles
    "an unknown role": Fault(
        facts.ROLE, "all-events", "properties.roleDefinitionId", "/x/ba92f5b4-2d12", "is unknown here"
    ),
    "a role without a definition": Fault(
        facts.ROLE,
        f"{HUBS}/",
        "properties.roleDefinitionId",
        "/roles/a638d3c7-ab3a-418d-83e6-5f17a39d4fde",
        "does not name a role definition",
    ),
    "another role": Fault(
        facts.ROLE,
        "id-capture",
        "properties.roleDefinitionId",
        "/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        "azure.md",
    ),
    "the scope of the Cosmos account": Fault(facts.COSMOS_ROLE, "", "properties.scope", "/x", "more than a database"),
    "a role for a user": Fault(facts.ROLE, "", "properties.principalType", "User", "principalType"),
    "role names that meet": Fault(facts.ROLE, "all-events", "name", "[guid('x')]", "two assignments"),
    "a role for a stranger": Fault(facts.ROLE, "", "properties.principalId", "1234", "not an identity of ours"),
    # watching
    "diagnostics to another workspace": Fault(
        facts.DIAGNOSTICS, QUEUES, "properties.workspaceId", "/x", "another workspace"
    ),
    "diagnostics without logs": Fault(
        facts.DIAGNOSTICS, facts.JOB, "properties.logs.1", REMOVED, "does not send Execution"
    ),
    "logs that are off": Fault(facts.DIAGNOSTICS, facts.JOB, "properties.logs.1.enabled", False, "logs/enabled"),
    "a log that does not exist": Fault(
        facts.DIAGNOSTICS, facts.COSMOS, "properties.logs.0.category", "Everything", "logs/category"
    ),
    "dead letters without an alert": Fault(
        facts.METRIC_ALERT, "dead-letters", f"{METRICS}.metricName", "Messages", "no alert looks at Deadlettered"
    ),
    "an alert that comes late": Fault(
        facts.METRIC_ALERT, "stream-job-memory", f"{METRICS}.threshold", 95, "must go off above 80"
    ),
    "an alert on the mean": Fault(
        facts.METRIC_ALERT, "stream-job-behind", f"{METRICS}.timeAggregation", "Average", "of its Maximum"
    ),
    "an alert on refusals that counts every request": Fault(
        facts.METRIC_ALERT, "archive-refused", f"{METRICS}.dimensions", [], "must count the requests with StatusCode"
    ),
    "an alert on refusals that counts others": Fault(
        facts.METRIC_ALERT, "archive-refused", f"{METRICS}.dimensions.0.values", ["429"], "StatusCode ('403',), not"
    ),
    "an alert on a full partition that comes late": Fault(
        facts.METRIC_ALERT, "archive-refused", f"{METRICS}.threshold", 50, "must go off above 0 of its Count"
    ),
    "an alert on a metric that nobody planned": Fault(
        facts.METRIC_ALERT, "archive-hot", "name", "archive-warm-x", "nobody has said how early"
    ),
    "an alert that never ends": Fault(
        facts.METRIC_ALERT, "dead-letters", "properties.autoMitigate", False, "autoMitigate is False"
    ),
    "a query whose alert never ends": Fault(
        QUERY_ALERT, "archiver-lags", "properties.autoMitigate", REMOVED, "autoMitigate is None"
    ),
    "a job that stops and nobody hears of it": Fault(
        facts.ACTIVITY_ALERT,
        "stream-job-stopped",
        "properties.condition.allOf.1.equals",
        "Microsoft.StreamAnalytics/streamingjobs/start/action",
        "tells of stream-job-stopped",
    ),
    "a daily cap that nobody hears of": Fault(QUERY_ALERT, "ingestion-stopped", "", REMOVED, "asks ingestion-stopped"),
    "an alert that tells nobody": Fault(QUERY_ALERT, "", "properties.actions.actionGroups", ["x"], "tells nobody"),
    "a failed workflow that nobody hears of": Fault(
        QUERY_ALERT, "failed-workflows", f"{METRICS}.threshold", 9, "above 0 rows"
    ),
    "an alert that is off": Fault(facts.METRIC_ALERT, "dead-letters", "properties.enabled", False, "enabled is False"),
    # the monitor
    "a monitor that writes": Fault(facts.SITE, "func-monitor", f"{SETTINGS}.DFM_MODE.value", "Normal", "to read only"),
    "a monitor of every hub": Fault(
        facts.SITE, "func-monitor", f"{SETTINGS}.DFM_HUB_NAME.name", "DFM_HUB", "show one hub"
    ),
    "a monitor with its nonce": Fault(
        facts.SITE, "func-monitor", f"{SETTINGS}.DFM_MODE.name", "DFM_NONCE", "who they are"
    ),
    "a monitor without a login": Fault(
        LOGIN, "", "properties.globalValidation.requireAuthentication", False, "requireAuthentication"
    ),
    "a monitor whose login is gone": Fault(LOGIN, "", "", REMOVED, "a login must stand before"),
}

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


BY_OPTION = {"Microsoft.DurableTask": "scheduler", "Microsoft.Network": "network", "immutabilityPolicies": "careful"}
"""The types that are not in everything, because they exclude others, with the option that makes them."""
OF_A_NETWORK = {
    "a store that stays public": Fault(facts.COSMOS, "", PUBLIC, "Enabled", "publicNetworkAccess is not Disabled"),
    "an account whose firewall is open": Fault(
        STORAGE, "stwh", "properties.networkAcls.defaultAction", "Allow", "defaultAction is not Deny"
    ),
    "a table that nothing leads to": Fault(
        facts.ENDPOINT, "app-table", "", REMOVED, "no private endpoint leads to its table"
    ),
    "an endpoint to another part": Fault(
        facts.ENDPOINT,
        "cosmos",
        "properties.privateLinkServiceConnections.0.properties.groupIds",
        ["Sql2"],
        "no private endpoint leads to its Sql",
    ),
    "an endpoint without a name": Fault(
        f"{facts.ENDPOINT}/privateDnsZoneGroups", "event-hubs", "", REMOVED, "is entered in no zone"
    ),
    "an app outside": Fault(facts.SITE, APP, "properties.virtualNetworkSubnetId", REMOVED, "is in no subnet"),
    "a subnet that Flex does not take": Fault(
        facts.VNET, "", "properties.subnets.0.properties.delegations", [], "delegated to Microsoft.App/environments"
    ),
}
"""Faults put into the option of a network."""


@cache
def option(name: str) -> dict[str, Any] | None:
    """The snapshot of an option; None if it has no name."""
    return snapshot(ROOT, {**PARAMETERS, **SETS[name]}) if name else None


@pytest.fixture(scope="module")
def everything() -> dict[str, Any]:
    """The snapshot with every optional part."""
    return snapshot(ROOT, {**PARAMETERS, **OPTIONS})


@pytest.fixture(scope="module")
def five_thousand() -> dict[str, Any]:
    """The snapshot of the size 5k."""
    return snapshot(ROOT, {**PARAMETERS, "size": "5k"})


@pytest.mark.parametrize("size", SIZES)
def test_every_size_keeps_the_rules(size: str):
    assert findings(deploy(size=size, **OPTIONS)) == []


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


def test_behind_a_network_nothing_but_the_queue_and_the_app_is_public():
    deployment = deploy(vnetEnabled=True)
    public = {
        resource.type for resource in deployment.resources if resource.at("properties.publicNetworkAccess") == "Enabled"
    }
    served = {
        connection["properties"]["privateLinkServiceId"]
        for endpoint in deployment.of(facts.ENDPOINT)
        for connection in endpoint.at("properties.privateLinkServiceConnections")
    }

    assert public == {QUEUES, facts.SITE}
    stores = [*deployment.of(STORAGE), *deployment.of(HUBS), *deployment.of(facts.COSMOS)]
    assert served == {store.id for store in stores}
    assert str(deployment.one(facts.SITE).at("properties.virtualNetworkSubnetId")).endswith("/subnets/app")


def test_premium_has_processing_units_instead_of_throughput_units():
    namespace = deploy(size="10k", eventHubsTier="premium").one(HUBS)

    assert namespace.at("sku") == {"name": "Premium", "tier": "Premium", "capacity": 1}
    assert not namespace.at("properties.isAutoInflateEnabled")


@pytest.mark.parametrize("name", ["f", "fraud", "Fraud-Detection", "f" * 64, "F" * 64, "a_b(c).d"])
def test_names_roles_limits_and_parents_are_right_whatever_the_environment_is_called(name: str):
    deployment = deploy(environmentName=name, **OPTIONS)

    assert findings(deployment) == []
    assert deployment.outputs["AZURE_RESOURCE_GROUP"] == f"rg-{name}"


def test_the_same_twice_is_noticed_whatever_its_case(everything: dict[str, Any]):
    resources: list[dict[str, Any]] = everything["predictedResources"]
    again = copy.deepcopy(next(resource for resource in resources if resource["type"] == facts.HUB))
    again["id"] = again["id"].upper()

    said = findings(deployment_of({**everything, "predictedResources": [*resources, again]}))
    assert any("is deployed twice" in finding for finding in said), said


@pytest.mark.parametrize("kind", ["User", "Group", "ServicePrincipal"])
def test_people_are_what_the_deployment_says_that_they_are(kind: str):
    granted = [
        role for role in deploy(principalType=kind).of(facts.ROLE) if role.at("properties.principalId") == PERSON
    ]

    assert len(granted) > 5
    assert {role.at("properties.principalType") for role in granted} == {kind}


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

    assert any("the threshold of stream-job-backlog is 100000, must be 10000" in finding for finding in said), said
    assert len(said) == len(OF_A_SIZE) - 1, "workflows of all sizes have one instance that is always ready"


def test_the_case_of_a_name_makes_no_second_set_of_resources():
    """Azure compares the names of resource groups without case, so both would lie in one group."""
    names = [{account.name for account in deploy(environmentName=name).of(STORAGE)} for name in ("fraud", "Fraud")]

    assert names[0] == names[1]


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
        place = _item(place, key)
    place.pop(last, None)

    said = set(findings(deployment_of(broken)))
    assert any(path in finding for finding in said), said


def plant(broken: dict[str, Any], fault: Fault) -> None:
    """Put a fault into a snapshot. Fails if its place does not exist."""
    resources: list[dict[str, Any]] = broken["predictedResources"]
    target = next(
        resource for resource in resources if resource["type"] == fault.type and fault.named in resource["id"]
    )
    if not fault.path:
        resources.remove(target)
        return
    *way, last = fault.path.split(".")
    place: Any = target
    for key in way:
        place = _item(place, key)
    if isinstance(place, list):
        del place[int(last)]
    elif fault.value is REMOVED:
        del place[last]
    else:
        assert last in place
        place[last] = fault.value


def _item(place: Any, key: str) -> Any:
    """An item of a list by its number or its name, or a property."""
    if not isinstance(place, list):
        return place[key]
    items = cast("list[Any]", place)
    return items[int(key)] if key.isdecimal() else next(item for item in items if item["name"] == key)


def test_every_diagnostic_setting_is_missed_when_it_is_taken_away(everything: dict[str, Any]):
    settings = [
        resource["id"] for resource in everything["predictedResources"] if resource["type"] == facts.DIAGNOSTICS
    ]

    for setting in settings:
        left = [resource for resource in everything["predictedResources"] if resource["id"] != setting]
        said = findings(deployment_of({**everything, "predictedResources": left}))
        assert any("has no diagnostic setting" in finding for finding in said), setting
    assert len(settings) > 8


@pytest.mark.parametrize("fault", OF_A_NETWORK.values(), ids=OF_A_NETWORK.keys())
def test_a_planted_fault_of_a_network_is_found(fault: Fault):
    broken = copy.deepcopy(option("network"))
    assert broken is not None
    plant(broken, fault)

    said = list(network_findings(deployment_of(broken)))
    assert any(fault.finding in finding for finding in said), said


def test_every_option_is_kept_as_a_snapshot():
    """Secrets stay out of files; names, the day and the region are those of every snapshot."""
    declared = compiler().template(ROOT / MAIN)["parameters"]
    secrets = {name for name, parameter in declared.items() if parameter["type"].lower() == "securestring"}
    varied = {name for parameters in SETS.values() for name in parameters}

    assert varied >= declared.keys() - secrets - PARAMETERS.keys()
    assert len(secrets) == 4


def test_an_output_that_is_missing_is_noticed(everything: dict[str, Any]):
    left = {name: value for name, value in everything["outputs"].items() if name != "SERVICE_FUNCTIONS_URI"}

    said = findings(deployment_of({**everything, "outputs": left}))
    assert any("there is no output SERVICE_FUNCTIONS_URI" in finding for finding in said), said


def test_an_output_in_lower_case_is_noticed(everything: dict[str, Any]):
    said = findings(deployment_of({**everything, "outputs": {**everything["outputs"], "functionApp": "x"}}))

    assert any("not in upper case" in finding for finding in said)
