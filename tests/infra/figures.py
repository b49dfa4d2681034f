"""The figures that a deployment must have: those of its size, and those that cost, latency and losses hang on."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.infra import facts
from tests.infra.deployment import ROOT, Deployment, Resource

SIZES: Final[Mapping[str, Mapping[str, Any]]] = json.loads((ROOT / "infra" / "sizes.json").read_text())
_HUBS: Final = "Microsoft.EventHub/namespaces"
_CONTAINERS: Final = f"{facts.COSMOS}/sqlDatabases/containers"
_SCALE: Final = "properties.functionAppConfig.scaleAndConcurrency"
_HOST: Final = "AzureFunctionsJobHost__extensions__"

HOST_FIGURES: Final[Mapping[str, str]] = {
    f"{_HOST}eventHubs__maxEventBatchSize": "1000",
    f"{_HOST}eventHubs__minEventBatchSize": "200",
    f"{_HOST}eventHubs__maxWaitTime": "00:00:02",
    f"{_HOST}eventHubs__prefetchCount": "2000",
    f"{_HOST}eventHubs__batchCheckpointFrequency": "5",
    "WATCH_ARCHIVER_EVENTS": "5000",  # what so many deliveries between two checkpoints may leave out
    "WATCH_STREAM_JOB_SECONDS": "180",  # the job keeps rows for a minute
}
"""Settings of the app in place of host.json's: deliveries, checkpoints and requests in the logs are paid for."""
OF_STORAGE: Final = {f"{_HOST}durableTask__storageProvider__maxQueuePollingInterval": "00:00:10"}
OF_THE_SCHEDULER: Final = {
    f"{_HOST}durableTask__storageProvider__type": "azureManaged",
    f"{_HOST}durableTask__storageProvider__connectionStringName": "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
}
REDUNDANCY: Final = {True: "Standard_LRS", False: "Standard_ZRS"}
"""Of the warehouse, whose archive tier exists without zones only, and of the app's own account."""


def host_findings(deployment: Deployment) -> Iterator[str]:
    """The app has the figures for Azure, and those of its durable backend and no other's."""
    app = _app(deployment)
    if app is None:
        yield "there is no app"
        return
    settings = {str(each.get("name")): each.get("value") for each in app.at("properties.siteConfig.appSettings") or ()}
    backend = OF_THE_SCHEDULER if deployment.of(facts.SCHEDULER) else OF_STORAGE
    for name, value in {**HOST_FIGURES, **backend}.items():
        if settings.get(name) != value:
            yield f"{app}: {name} is {settings.get(name)!r}, must be {value!r}"
    provider = f"{_HOST}durableTask__storageProvider__"
    for foreign in {name for name in settings if name.startswith(provider)} - backend.keys():
        yield f"{app}: {foreign} belongs to the other durable backend"


def redundancy_findings(deployment: Deployment) -> Iterator[str]:
    """The app's own account lies in several zones; only the warehouse, for its archive tier, does not."""
    for account in deployment.of(facts.STORAGE):
        wanted = REDUNDANCY[account.name == deployment.outputs.get("WAREHOUSE_ACCOUNT")]
        if account.at("sku.name") != wanted:
            yield f"{account}: its redundancy is {account.at('sku.name')}, must be {wanted}"
    for blobs in deployment.of(facts.BLOBS):
        is_warehouse = blobs.name.partition("/")[0] == deployment.outputs.get("WAREHOUSE_ACCOUNT")
        if blobs.at("properties.isVersioningEnabled") is not is_warehouse:
            yield f"{blobs}: isVersioningEnabled must be {is_warehouse}"


def size_findings(deployment: Deployment, size: str) -> Iterator[str]:
    """A size buys and bounds as much as infra/sizes.json says; thresholds are made for its rate."""
    numbers = SIZES[size]
    for what, (value, wanted) in _figures(deployment, numbers).items():
        if value != wanted:
            yield f"{size}: {what} is {value!r}, must be {wanted!r}"


def _figures(deployment: Deployment, numbers: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    app, hubs = _app(deployment), deployment.one(_HUBS)
    scale: Mapping[str, Any] = (app.at(_SCALE) if app else None) or {}
    ready = {group["name"]: group["instanceCount"] for group in scale.get("alwaysReady", ())}
    budgets = [budget.at("properties.amount") for budget in deployment.of("Microsoft.Consumption/budgets")]
    most = deployment.one(_CONTAINERS, "events").at("properties.options.autoscaleSettings.maxThroughput")
    workspace = deployment.one("Microsoft.OperationalInsights/workspaces")
    units = deployment.one(facts.JOB).at("properties.transformation.properties.streamingUnits")
    is_standard = hubs.at("sku.name") == "Standard"
    return {
        "the hub's partitionCount": (
            deployment.one(facts.HUB).at("properties.partitionCount"),
            numbers["partitionCount"],
        ),
        "the hub's capacity": (
            hubs.at("sku.capacity"),
            numbers["throughputUnits" if is_standard else "processingUnits"],
        ),
        "the hub's maximumThroughputUnits": (
            hubs.at("properties.maximumThroughputUnits") or 0,
            numbers["maximumThroughputUnits"] if is_standard else 0,
        ),
        "the job's streamingUnits": (units, numbers["streamingUnits"]),
        "the archive's maxThroughput": (most or 0, numbers["archiveRequestUnits"]),
        "archivers that are always ready": (ready.get("function:archive-events", 0), numbers["alwaysReadyArchivers"]),
        "instances for workflows that are always ready": (ready.get("durable", 0), numbers["alwaysReadyWorkflows"]),
        "maximumInstanceCount": (scale.get("maximumInstanceCount"), numbers["maximumInstances"]),
        "dailyQuotaGb": (
            workspace.at("properties.workspaceCapping.dailyQuotaGb"),
            numbers["dailyQuotaGigabytes"],
        ),
        "the budget": (budgets, [numbers["monthlyBudget"]]),
        "the threshold of stream-job-backlog": (backlog(deployment), ten_seconds(numbers)),
    }


def ten_seconds(numbers: Mapping[str, Any]) -> int:
    """The events of ten seconds in a busy partition: half of all carry sales, which are most, so twice an even share.

    A job's backlog has the dimension Partition ID, and the maximum over a metric's samples is that of one partition
    ("Dimensions for Azure Stream Analytics metrics"). tests/infra/test_costs.py holds this to what a campaign sends.
    """
    return 10 * 2 * numbers["eventsPerSecond"] // numbers["partitionCount"]


def backlog(deployment: Deployment) -> int | None:
    """The events that may wait for the stream job before anybody hears of it."""
    for alert in deployment.of(facts.METRIC_ALERT):
        for criterion in alert.at("properties.criteria.allOf") or ():
            if criterion.get("metricName") == "InputEventsSourcesBacklogged":
                return criterion.get("threshold")
    return None


def _app(deployment: Deployment) -> Resource | None:
    name = deployment.outputs.get("FUNCTION_APP")
    return next((site for site in deployment.of(facts.SITE) if site.name == name), None)
