"""Names come from services/names.py: Bicep, the stream job, host.json, the emulators' files and the local stack agree.

`tests/services/test_names.py` holds the emulators, the stream job and the triggers to those names; this file holds
Bicep and the local stack to them, and to each other in what goes beyond names.
"""

import inspect
import re
import tomllib
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from activities.reconciliation.chain_head import HEAD_PATH
from activities.reconciliation.watermark import COPY_PATH
from fraud.analysis import WindowTask
from fraud.archive import ARCHIVE_FIELD
from fraud.sweep import SweepTask
from fraud.windows import WINDOW
from local_azure.testing import stack_settings
from reconciliation.paths import REPAIR_WINDOWS_FOLDER, rows_path, secret_path
from services import names
from tests.infra import facts
from tests.infra.deployment import ROOT, Deployment, deploy
from tests.infra.rules import OPTIONS, settings_of
from tests.support.app_index import indexed_functions

WAREHOUSE_CONTAINERS = {names.ALL_EVENTS, names.SUSPICIOUS_EVENTS, names.FRAUD_EVENTS, names.QUARANTINE, names.REPORTS}
STACK = ROOT / "local-azure.toml"
CONTAINERS = f"{facts.COSMOS}/sqlDatabases/containers"


@pytest.fixture(scope="module")
def azure() -> Deployment:
    return deploy(**OPTIONS)


def read(path: str) -> Any:
    return msgspec.json.decode((ROOT / path).read_bytes())


def test_the_hub_and_its_groups(azure: Deployment):
    hub = azure.one(facts.HUB)
    groups = {group.short_name for group in azure.of(f"{facts.HUB}/consumergroups")}
    (namespace,) = read("infra/emulators/event-hubs.json")["UserConfig"]["NamespaceConfig"]

    assert hub.short_name == names.EVENT_HUB
    assert groups == {names.ARCHIVER_GROUP, names.STREAM_ANALYTICS_GROUP}
    assert [int(entity["PartitionCount"]) for entity in namespace["Entities"]] == [hub.at("properties.partitionCount")]


def test_capture_writes_to_the_container_that_the_reconciliation_and_the_local_hub_use(azure: Deployment):
    destination = azure.one(facts.HUB).at("properties.captureDescription.destination.properties")
    local = tomllib.loads(STACK.read_text())["event-hubs"]["capture"]

    assert destination["blobContainer"] == names.ALL_EVENTS
    assert local["container"] == names.ALL_EVENTS
    assert azure.outputs["WAREHOUSE_ACCOUNT"] in destination["storageAccountResourceId"]


def test_the_queue_as_the_emulator_and_the_local_stack_have_it(azure: Deployment):
    """Microsoft's emulator keeps a message for an hour at most, and knows duplicates for five minutes."""
    queue = azure.one(facts.QUEUE)
    shared = [
        "DeadLetteringOnMessageExpiration",
        "LockDuration",
        "MaxDeliveryCount",
        "RequiresDuplicateDetection",
        "RequiresSession",
    ]
    agreed = {
        "infra/emulators/service-bus.json": shared,
        "local/service-bus.json": [
            *shared,
            "DefaultMessageTimeToLive",
            "DuplicateDetectionHistoryTimeWindow",
        ],
    }

    for file, properties in agreed.items():
        (namespace,) = read(file)["UserConfig"]["Namespaces"]
        (other,) = namespace["Queues"]
        assert queue.short_name == names.WINDOW_QUEUE == other["Name"]
        for name in properties:
            assert queue.at(f"properties.{name[0].lower()}{name[1:]}") == other["Properties"][name], (file, name)


def test_the_database_its_containers_and_how_long_they_keep_documents(azure: Deployment):
    (emulated,) = read("infra/emulators/cosmos.json")["databases"]
    made = {
        container.short_name: (
            container.at("properties.resource.partitionKey.paths"),
            container.at("properties.resource.defaultTtl"),
        )
        for container in azure.of(CONTAINERS)
    }

    assert azure.one(f"{facts.COSMOS}/sqlDatabases").short_name == names.DATABASE == emulated["id"]
    assert made.keys() == {names.EVENTS_CONTAINER, names.CASES_CONTAINER}
    assert made == {
        container["id"]: ([container["partitionKey"]], container.get("defaultTtl", -1))
        for container in emulated["containers"]
    }
    assert made[names.EVENTS_CONTAINER][0] == [names.ARCHIVE_KEY_PATH]
    assert made[names.CASES_CONTAINER][0] == [names.CASES_KEY_PATH]


def test_the_archive_is_indexed_by_what_the_reconciliation_asks_for(azure: Deployment):
    policy = azure.one(CONTAINERS, names.EVENTS_CONTAINER).at("properties.resource.indexingPolicy")

    assert {"path": f"/{ARCHIVE_FIELD}/enqueued_time/?"} in policy["includedPaths"]
    for path in (names.ARCHIVE_KEY_PATH, f"/{ARCHIVE_FIELD}/event_id"):
        assert {"path": f"{path}/?"} in policy["includedPaths"]


def test_the_cases_have_the_indexes_that_the_emulators_container_has(azure: Deployment):
    (emulated,) = read("infra/emulators/cosmos.json")["databases"]
    policies = {container["id"]: container.get("indexingPolicy") for container in emulated["containers"]}
    policy = azure.one(CONTAINERS, names.CASES_CONTAINER).at("properties.resource.indexingPolicy")

    assert policy == policies[names.CASES_CONTAINER]


def test_the_archive_is_indexed_alike_by_the_emulators_and_by_what_context_asks_for(azure: Deployment):
    (emulated,) = read("infra/emulators/cosmos.json")["databases"]
    policies = {container["id"]: container.get("indexingPolicy") for container in emulated["containers"]}
    policy = azure.one(CONTAINERS, names.EVENTS_CONTAINER).at("properties.resource.indexingPolicy")

    assert policies[names.EVENTS_CONTAINER] == policy
    for path in ("cust_id", "sku"):
        assert {"path": f"/{path}/?"} in policy["includedPaths"]
    by_time = {"path": f"/{ARCHIVE_FIELD}/enqueued_time", "order": "descending"}
    alike = (["cust_id"], ["sku"], ["store_id"], ["store_id", "category"])
    assert policy["compositeIndexes"] == [
        [*({"path": f"/{path}", "order": "descending"} for path in paths), by_time] for paths in alike
    ]


def test_blob_containers_are_named_alike_everywhere(azure: Deployment):
    warehouse = azure.outputs["WAREHOUSE_ACCOUNT"]
    made = {
        (container.name.partition("/")[0] == warehouse, container.short_name) for container in azure.of(facts.CONTAINER)
    }

    assert {name for of_warehouse, name in made if of_warehouse} == WAREHOUSE_CONTAINERS
    assert names.WORKFLOW_DATA in {name for of_warehouse, name in made if not of_warehouse}
    assert set(read("infra/emulators/storage.json")[names.WAREHOUSE]) == WAREHOUSE_CONTAINERS


def test_every_lifecycle_rule_is_about_containers_that_exist(azure: Deployment):
    made = {container.short_name for container in azure.of(facts.CONTAINER)}
    containers = {prefix.partition("/")[0] for prefix in lifecycle_prefixes(azure)}

    assert containers == WAREHOUSE_CONTAINERS | {names.WORKFLOW_DATA}
    assert containers <= made


def test_what_people_look_at_never_goes_to_the_archive_tier(azure: Deployment):
    """Nothing there can be read before it is brought back, which takes hours."""
    archived = {prefix.partition("/")[0] for prefix in lifecycle_prefixes(azure, "tierToArchive")}

    assert archived == {names.ALL_EVENTS, names.SUSPICIOUS_EVENTS}


def lifecycle_prefixes(azure: Deployment, action: str = "") -> list[str]:
    """The prefixes of all rules, or of those that do something with the current version of a blob."""
    return [
        prefix
        for policy in azure.of("Microsoft.Storage/storageAccounts/managementPolicies")
        for rule in policy.at("properties.policy.rules")
        for prefix in rule["definition"]["filters"].get("prefixMatch", [])
        if not action or action in rule["definition"]["actions"]["baseBlob"]
    ]


def test_what_a_workflow_left_is_deleted_and_what_the_app_remembers_is_not(azure: Deployment):
    """A month in which the app stood must not cost the chain of reports its head, nor the nights their beginning."""
    end = datetime(2026, 1, 2, tzinfo=UTC)
    window = WindowTask(name="window-3", store_id=3, window_start=end - WINDOW, window_end=end, count=1)
    again = msgspec.structs.replace(window, work_root="again/rules")
    repaired = msgspec.structs.replace(window, work_root=REPAIR_WINDOWS_FOLDER)
    work = [window.ids_path, again.ids_path, repaired.ids_path, rows_path("night-1", "scan", 1), secret_path("night-1")]
    remembered = [HEAD_PATH, COPY_PATH, "watch/memory.json", "watch/night.json", "watch/flagged/p0.json"]
    prefixes = tuple(prefix.partition("/")[2] for prefix in lifecycle_prefixes(azure) if names.WORKFLOW_DATA in prefix)

    assert [path for path in [*work, SweepTask(date(2026, 1, 2)).path] if not path.startswith(prefixes)] == []
    assert [path for path in remembered if path.startswith(prefixes)] == []


def test_the_job_is_configured_as_its_project_says(azure: Deployment):
    job, config = azure.one(facts.JOB), read("stream_analytics/JobConfig.json")

    for name in (
        "CompatibilityLevel",
        "DataLocale",
        "EventsLateArrivalMaxDelayInSeconds",
        "EventsOutOfOrderMaxDelayInSeconds",
        "EventsOutOfOrderPolicy",
        "OutputErrorPolicy",
    ):
        assert job.at(f"properties.{name[0].lower()}{name[1:]}") == config[name], name


def test_the_job_runs_one_query_at_every_size():
    query = (ROOT / "stream_analytics" / "suspicious-windows.asaql").read_text()
    queries = [
        deploy(size=size).one(facts.JOB).at("properties.transformation.properties.query")
        for size in ("demo", "1k", "5k", "10k")
    ]

    assert queries == [query] * 4


def test_the_jobs_input_and_outputs_are_those_of_its_project(azure: Deployment):
    source = read("stream_analytics/Inputs/events.json")
    queue = read("stream_analytics/Outputs/suspicious-windows.json")
    blobs = read("stream_analytics/Outputs/suspicious-events.json")
    made_source = azure.one(f"{facts.JOB}/inputs").at("properties.datasource.properties")
    made_queue = azure.one(f"{facts.JOB}/outputs", queue["Name"]).at("properties.datasource.properties")
    made_blobs = azure.one(f"{facts.JOB}/outputs", blobs["Name"]).at("properties.datasource.properties")

    assert azure.one(f"{facts.JOB}/inputs").short_name == source["Name"]
    assert (made_source["eventHubName"], made_source["consumerGroupName"]) == (
        names.EVENT_HUB,
        names.STREAM_ANALYTICS_GROUP,
    )
    assert made_source["serviceBusNamespace"] == azure.one("Microsoft.EventHub/namespaces").name
    assert made_queue["queueName"] == names.WINDOW_QUEUE
    assert made_queue["serviceBusNamespace"] == azure.one("Microsoft.ServiceBus/namespaces").name
    assert made_queue["systemPropertyColumns"] == queue["ServiceBusQueueProperties"]["SystemPropertyColumns"]
    assert made_queue["propertyColumns"] == queue["ServiceBusQueueProperties"]["PropertyColumns"]
    assert made_blobs["container"] == names.SUSPICIOUS_EVENTS
    assert made_blobs["storageAccounts"] == [{"accountName": azure.outputs["WAREHOUSE_ACCOUNT"]}]
    for name in ("DateFormat", "PathPattern", "TimeFormat"):
        assert made_blobs[f"{name[0].lower()}{name[1:]}"] == blobs["BlobStorageProperties"][name], name


def test_the_local_stack_sets_the_same_connections(azure: Deployment):
    local = stack_settings(STACK)
    site = next(site for site in azure.of(facts.SITE) if site.name == azure.outputs["FUNCTION_APP"])
    set_by_bicep = {name.partition("__")[0] for name in settings_of(site) if name.endswith("__credential")}

    assert set_by_bicep == {names.JOBS_STORAGE, names.WAREHOUSE, names.EVENT_HUBS, names.SERVICE_BUS, names.COSMOS}
    assert set_by_bicep <= local.keys()


def test_the_monitor_shows_the_hub_of_host_json(azure: Deployment):
    monitor = next(settings_of(site) for site in azure.of(facts.SITE) if "DFM_HUB_NAME" in settings_of(site))

    assert monitor["DFM_HUB_NAME"] == read("host.json")["extensions"]["durableTask"]["hubName"]


def test_the_packages_of_the_apps_lie_in_containers_that_exist(azure: Deployment):
    made = {container.short_name for container in azure.of(facts.CONTAINER)}
    storage = "properties.functionAppConfig.deployment.storage.value"
    places = [re.findall(r"'([\w-]+)'\)\]$", site.at(storage))[0] for site in azure.of(facts.SITE)]

    assert len(set(places)) == len(places) == 2
    assert set(places) <= made


def test_azd_finds_the_app_by_the_name_of_its_service(azure: Deployment):
    site = next(site for site in azure.of(facts.SITE) if site.name == azure.outputs["FUNCTION_APP"])
    services = (ROOT / "azure.yaml").read_text().partition("\nservices:\n")[2]

    assert services.startswith(f"  {site.at('tags')['azd-service-name']}:\n")


def test_the_instances_that_stay_ready_run_workflows_and_a_function_that_exists():
    scale = deploy(size="10k").one(facts.SITE).at("properties.functionAppConfig.scaleAndConcurrency.alwaysReady")
    groups = {group["name"] for group in scale}
    functions = {name.removeprefix("function:") for name in groups - {"durable"}}

    assert "durable" in groups
    assert functions == {"archive-events"}
    assert functions <= indexed_functions().keys()


def test_an_instance_answers_several_requests_at_once_and_each_function_waits_without_blocking_the_others():
    """In Python the platform's default is one request an instance, so that a page and its files would start several."""
    at_once = (
        deploy()
        .one(facts.SITE)
        .at("properties.functionAppConfig.scaleAndConcurrency.triggers.http.perInstanceConcurrency")
    )
    answering = [each.call for each in indexed_functions().values() if each.trigger["type"] == "httpTrigger"]

    assert at_once == 16
    assert answering
    assert [call.__name__ for call in answering if not inspect.iscoroutinefunction(call)] == []


def test_the_alert_on_failed_workflows_knows_all_of_them():
    query = (ROOT / "infra" / "modules" / "queries" / "failed-workflows.kql").read_text()
    workflows = [
        name for name, function in indexed_functions().items() if function.trigger["type"] == "orchestrationTrigger"
    ]

    listed = msgspec.json.decode(query.partition("dynamic(")[2].partition(")")[0], type=list[str])
    assert sorted(listed) == sorted(workflows)


def test_alerts_and_workbook_ask_for_functions_that_exist():
    files = [*(ROOT / "infra" / "modules" / "queries").glob("*.kql"), ROOT / "infra" / "modules" / "workbook.json"]
    asked = {name for file in files for name in re.findall(r'\bName (?:==|in \() ?\\?"([\w-]+)', file.read_text())}

    assert "archive-events" in asked
    assert asked <= indexed_functions().keys()


def test_the_workbook_is_filled_with_what_is_deployed(azure: Deployment):
    data = azure.one(facts.WORKBOOK).at("properties.serializedData")

    assert msgspec.json.decode(data)["fallbackResourceIds"] == [
        azure.one("Microsoft.OperationalInsights/workspaces").id
    ]
    assert azure.one(facts.COSMOS).id in data
    assert not re.search(r"\{(?!\w*\})\w+Id\}|\{cosmosId\}|\{workspaceId\}", data)
