"""host.json holds settings that the Functions host on Azure takes, each within the bounds that Microsoft gives for it.

Source: the host.json references of Azure Functions 2.x and later, of Durable Functions 2.x, and of the Event Hubs and
Service Bus extensions 5.x and later, which extension bundle 4 brings.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.infra import facts
from tests.infra.deployment import ROOT, deploy
from tests.infra.leaves import leaves
from tests.infra.rules import settings_of
from tests.support.app_index import indexed_functions

HOST: dict[str, Any] = json.loads((ROOT / "host.json").read_text())
LEVELS = {"Trace", "Debug", "Information", "Warning", "Error", "Critical", "None"}


def within(lowest: int, highest: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and lowest <= value <= highest


def one_of(*values: object) -> Callable[[Any], bool]:
    return lambda value: type(value) in map(type, values) and value in values


def seconds(duration: str) -> int:
    hours, minutes, rest = map(int, re.fullmatch(r"(\d\d):(\d\d):(\d\d)", duration).groups())  # type: ignore[union-attr]
    return hours * 3600 + minutes * 60 + rest


TAKEN: dict[str, Callable[[Any], bool]] = {
    r"version": one_of("2.0"),
    r"functionTimeout": lambda value: (
        0 < seconds(value) <= 3600
    ),  # unbounded on Flex; an idle worker goes after an hour
    r"extensionBundle/id": one_of("Microsoft.Azure.Functions.ExtensionBundle"),
    r"extensionBundle/version": one_of("[4.*, 5.0.0)"),
    r"logging/logLevel/[\w.-]+": one_of(*LEVELS),
    r"logging/applicationInsights/enableDependencyTracking": one_of(True, False),
    r"logging/applicationInsights/samplingSettings/isEnabled": one_of(True, False),
    r"logging/applicationInsights/samplingSettings/excludedTypes": lambda value: (
        set(value.split(";")) <= {"Dependency", "Event", "Exception", "PageView", "Request", "Trace"}
    ),
    r"extensions/http/routePrefix": lambda value: isinstance(value, str),
    r"extensions/eventHubs/maxEventBatchSize": within(1, 10_000),
    r"extensions/eventHubs/minEventBatchSize": within(1, 10_000),
    r"extensions/eventHubs/prefetchCount": within(0, 10_000),
    r"extensions/eventHubs/batchCheckpointFrequency": within(1, 100),
    r"extensions/eventHubs/initialOffsetOptions/type": one_of("fromStart", "fromEnd", "fromEnqueuedTime"),
    r"extensions/eventHubs/maxWaitTime": lambda value: 0 < seconds(value) <= 60,
    r"extensions/durableTask/storageProvider/maxQueuePollingInterval": lambda value: 0 < seconds(value) <= 60,
    r"extensions/durableTask/storageProvider/type": one_of("azureManaged"),
    r"extensions/durableTask/storageProvider/connectionStringName": one_of("DURABLE_TASK_SCHEDULER_CONNECTION_STRING"),
    r"extensions/serviceBus/maxConcurrentCalls": within(1, 1_000),
    r"extensions/serviceBus/maxAutoLockRenewalDuration": lambda value: seconds(value) > 0,
    r"extensions/serviceBus/autoCompleteMessages": one_of(True, False),
    r"extensions/durableTask/hubName": lambda value: re.fullmatch(r"[A-Za-z][A-Za-z0-9]{2,44}", value) is not None,
    r"extensions/durableTask/maxConcurrent(Activity|Orchestrator)Functions": within(1, 1_000),
    r"extensions/durableTask/tracing/traceInputsAndOutputs": one_of(False),  # inputs hold customers
}


def refused(host: dict[str, Any]) -> list[str]:
    """The settings that are unknown, or out of their bounds."""
    return [
        "/".join(path)
        for path, value in leaves(host)
        if not any(re.fullmatch(pattern, "/".join(path)) and holds(value) for pattern, holds in TAKEN.items())
    ]


def test_every_setting_is_known_and_within_its_bounds():
    assert refused(HOST) == []


@pytest.mark.parametrize(
    ("extension", "setting", "value"),
    [
        ("eventHubs", "maxBatchSize", 300),  # the name of version 4
        ("eventHubs", "batchCheckpointFrequency", 0),
        ("serviceBus", "messageHandlerOptions", {"maxConcurrentCalls": 8}),  # version 4 too
        ("durableTask", "hubName", "fraud-detective"),
        ("durableTask", "maxConcurrentActivityFunctions", "16"),
    ],
)
def test_a_wrong_setting_is_noticed(extension: str, setting: str, value: object):
    host = json.loads(json.dumps(HOST))
    host["extensions"][extension][setting] = value

    assert len(refused(host)) == 1


SAMPLED = {"AppRequests": "Request", "AppExceptions": "Exception", "AppTraces": "Trace"}
"""The types of telemetry in host.json, by the table of the workspace that they end in."""


def test_what_alerts_and_the_workbook_count_is_never_sampled():
    """A sampled table holds a row for several (`itemCount`), and the queries count rows and take their largest."""
    modules = ROOT / "infra" / "modules"
    queries = [file.read_text() for file in [*modules.glob("queries/*.kql"), modules / "workbook.json"]]
    counted = {table for query in queries for table in re.findall(r"\bApp[A-Z]\w+", query)}
    kept = HOST["logging"]["applicationInsights"]["samplingSettings"]["excludedTypes"].split(";")

    assert {SAMPLED[table] for table in counted} <= set(kept)
    assert "AppTraces" in counted


def level(category: str) -> str:
    """The least level that is logged of a category: its longest beginning decides (.NET's LoggerRuleSelector)."""
    levels: dict[str, str] = HOST["logging"]["logLevel"]
    return levels[max((name for name in levels if category.startswith(name)), key=len, default="default")]


def test_a_delivery_leaves_the_row_of_its_request_and_what_the_app_says():
    """At Information the host adds three: Executing, Trigger Details and Executed (FunctionExecutor.cs)."""
    assert level("Function.archive-events") == "Warning"
    assert level("Function.archive-events.User") == level("Host.Results") == "Information"


def test_a_step_of_a_workflow_leaves_no_row_of_the_extension_but_its_failure():
    """EndToEndTraceHelper.cs: scheduled, started, awaited and completed are Information, failed is Error."""
    assert level("Host.Triggers.DurableTask") == "Warning"


@pytest.mark.parametrize("name", sorted(indexed_functions()))
def test_what_the_app_itself_says_is_logged_whichever_function_says_it(name: str):
    assert level(f"Function.{name}.User") == "Information"


def test_the_calls_of_the_host_itself_are_not_tracked_as_nothing_reads_them():
    """Its polls, leases and checkpoints: even sampled, up to 20 a second and instance, more than a day's quota."""
    modules = ROOT / "infra" / "modules"
    read = "".join(file.read_text() for file in [*modules.glob("queries/*.kql"), modules / "workbook.json"])

    assert HOST["logging"]["applicationInsights"]["enableDependencyTracking"] is False
    assert "AppDependencies" not in read


def test_a_message_stays_locked_for_as_long_as_its_function_may_take_to_start_a_workflow():
    renewed = seconds(HOST["extensions"]["serviceBus"]["maxAutoLockRenewalDuration"])
    lock = re.fullmatch(r"PT(\d+)M", deploy().one(facts.QUEUE).at("properties.lockDuration"))

    assert lock
    assert renewed >= int(lock[1]) * 60


@pytest.mark.parametrize("backend", ["storage", "scheduler"])
def test_what_azure_sets_in_place_of_host_json_is_known_and_within_its_bounds(backend: str):
    assert refused(on_azure(backend)) == []


@pytest.mark.parametrize("where", ["here", "azure"])
def test_a_batch_is_there_before_it_is_asked_for(where: str):
    hub = (HOST if where == "here" else on_azure("storage"))["extensions"]["eventHubs"]

    assert hub["minEventBatchSize"] <= hub["maxEventBatchSize"] <= hub["prefetchCount"]


def test_the_scheduler_gets_no_setting_that_belongs_to_the_storage_backend():
    """docs/azure.md: whether its provider ignores or refuses them is not known, so it gets none of them."""
    provider = on_azure("scheduler")["extensions"]["durableTask"]["storageProvider"]

    assert provider == {"type": "azureManaged", "connectionStringName": "DURABLE_TASK_SCHEDULER_CONNECTION_STRING"}
    assert "storageProvider" not in HOST["extensions"]["durableTask"]


def test_the_page_tells_what_host_json_must_say_for_the_scale_controller_which_reads_no_settings():
    """It reads the file only (azure-functions-host, FunctionsSyncManager.cs), so both must name the same backend."""
    page = (ROOT / "docs" / "azure.md").read_text().partition("## The Durable Task Scheduler")[2].partition("\n## ")[0]
    told = json.loads("{" + page.partition("```json\n")[2].partition("```")[0] + "}")

    assert told["storageProvider"] == on_azure("scheduler")["extensions"]["durableTask"]["storageProvider"]


def test_the_task_hub_of_the_scheduler_is_the_one_of_host_json():
    hub = deploy(durableBackend="scheduler").one(f"{facts.SCHEDULER}/taskHubs")

    assert hub.short_name == HOST["extensions"]["durableTask"]["hubName"]


def on_azure(backend: str) -> dict[str, Any]:
    """host.json with what app settings put in its place."""
    host = json.loads(json.dumps(HOST))
    for name, value in settings_of(deploy(durableBackend=backend).one(facts.SITE)).items():
        if name.startswith("AzureFunctionsJobHost__"):
            *way, last = name.split("__")[1:]
            place = host
            for key in way:
                place = place.setdefault(key, {})
            place[last] = int(value) if value.isdecimal() else value
    return host
