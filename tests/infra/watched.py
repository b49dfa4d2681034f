"""The parts of the deployment that must be watched, as data: diagnostic settings and alerts.

Categories and metrics come from Azure Monitor's "Supported resource log categories" and "Supported metrics".
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from services.names import EVENTS_CONTAINER
from tests.infra.facts import (
    ACTIVITY_ALERT,
    BLOBS,
    CONTAINER,
    COSMOS,
    COSMOS_ROLE,
    DIAGNOSTICS,
    ENDPOINT,
    HUB,
    JOB,
    METRIC_ALERT,
    NSG,
    QUEUE,
    ROLE,
    SCHEDULER,
    SITE,
    VNET,
    WORKBOOK,
    ZONE,
)

DIAGNOSED: Final[Mapping[str, frozenset[str]]] = {
    "Microsoft.Storage/storageAccounts": frozenset(),
    BLOBS: frozenset({"StorageDelete"}),
    "Microsoft.EventHub/namespaces": frozenset({"ArchiveLogs", "AutoScaleLogs", "OperationalLogs"}),
    "Microsoft.ServiceBus/namespaces": frozenset({"OperationalLogs"}),
    COSMOS: frozenset({"ControlPlaneRequests"}),
    JOB: frozenset({"Authoring", "Execution"}),
    SITE: frozenset(),  # its logs reach the workspace through Application Insights
    "Microsoft.OperationalInsights/workspaces": frozenset({"Audit"}),
}
"""The types that send their metrics to the workspace, and the logs that must be among them."""

NOT_DIAGNOSED: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            CONTAINER,
            "Microsoft.Storage/storageAccounts/managementPolicies",
            HUB,
            f"{HUB}/consumergroups",
            QUEUE,
            f"{COSMOS}/sqlDatabases",
            f"{COSMOS}/sqlDatabases/containers",
            COSMOS_ROLE,
            f"{JOB}/inputs",
            f"{JOB}/outputs",
            f"{SITE}/config",
            f"{SITE}/basicPublishingCredentialsPolicies",
            f"{CONTAINER}/immutabilityPolicies",
            "Microsoft.EventHub/namespaces/networkRuleSets",
            f"{SCHEDULER}/taskHubs",
            f"{ENDPOINT}/privateDnsZoneGroups",
            f"{ZONE}/virtualNetworkLinks",
        ),
        "a part of a resource that sends them",
    ),
    **dict.fromkeys(
        (
            "Microsoft.Resources/resourceGroups",
            "Microsoft.ManagedIdentity/userAssignedIdentities",
            ROLE,
            DIAGNOSTICS,
            METRIC_ALERT,
            "Microsoft.Insights/scheduledQueryRules",
            "Microsoft.Insights/actionGroups",
            "Microsoft.Consumption/budgets",
            ACTIVITY_ALERT,
            WORKBOOK,
            ENDPOINT,
            ZONE,
        ),
        "has no logs and metrics of its own that a setting could send",
    ),
    SCHEDULER: "has a dashboard of its own; no category is published for it",
    NSG: "has no rule of its own whose hits could be logged",
    VNET: "nothing but the app's own traffic passes it",
    "Microsoft.Insights/components": "lies in the workspace",
    "Microsoft.Web/serverfarms": "a plan of Flex Consumption has no metrics that its app does not have",
}
"""The types without a diagnostic setting, and why."""


class Alarm(NamedTuple):
    """A metric of a type, the highest threshold that is early enough, and the aggregation that is held against it.

    Of the metric only what has these values in a dimension counts; without, all.
    """

    type: str
    metric: str
    highest: int
    aggregation: str
    dimension: str = ""
    values: tuple[str, ...] = ()


_QUEUES: Final = "Microsoft.ServiceBus/namespaces"
ALERTED: Final[Mapping[str, Alarm]] = {
    "stream-job-behind": Alarm(JOB, "OutputWatermarkDelaySeconds", 300, "Maximum"),  # one window
    # Ten seconds of a busy partition of the largest size; tests/infra/figures.py holds it to those of each.
    "stream-job-backlog": Alarm(JOB, "InputEventsSourcesBacklogged", 8_333, "Maximum"),
    "stream-job-errors": Alarm(JOB, "Errors", 0, "Total"),
    "stream-job-memory": Alarm(JOB, "ResourceUtilization", 80, "Maximum"),
    "stream-job-cpu": Alarm(JOB, "ProcessCPUUsagePercentage", 80, "Maximum"),
    "dead-letters": Alarm(_QUEUES, "DeadletteredMessages", 0, "Maximum"),
    "queue-throttled": Alarm(_QUEUES, "ThrottledRequests", 0, "Total"),
    "queue-waiting": Alarm(_QUEUES, "ActiveMessages", 200, "Minimum"),
    "queue-filling": Alarm(_QUEUES, "Size", 4_500_000_000, "Maximum"),  # of 5 GB
    "hub-throttled": Alarm("Microsoft.EventHub/namespaces", "ThrottledRequests", 0, "Total"),
    # The cases use theirs up for a second at each look at the desk.
    "archive-hot": Alarm(COSMOS, "NormalizedRUConsumption", 90, "Maximum", "CollectionName", (EVENTS_CONTAINER,)),
    "archive-throttled": Alarm(COSMOS, "TotalRequests", 100, "Count", "StatusCode", ("429",)),  # the SDK tries again
    # A full partition, a role that is gone.
    "archive-refused": Alarm(COSMOS, "TotalRequests", 0, "Count", "StatusCode", ("403",)),
}
"""Alerts on metrics that must wake a person."""

TOLD_OF: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "stream-job-stopped": {
        "category": frozenset({"Administrative"}),
        "operationName": frozenset({"Microsoft.StreamAnalytics/streamingjobs/stop/action"}),
        "status": frozenset({"Succeeded"}),
    },
    "resource-unhealthy": {
        "category": frozenset({"ResourceHealth"}),
        "properties.currentHealthStatus": frozenset({"Unavailable", "Degraded"}),
    },
}
"""Alerts on the activity log, with the fields of the entries that must wake a person, each with the values that do."""

QUERIES: Final[Mapping[str, int]] = {
    "failed-workflows": 0,
    "failing-triggers": 5,  # a service that is away for a minute fails a few deliveries, which are repeated
    "quarantined": 0,
    "ingestion-stopped": 0,
    "watch-silent": 0,
    # The app's own watch writes a line per minute: a moment's lag is not told.
    "archiver-lags": 2,
    "capture-lags": 2,
    "stream-job-stands": 2,
    "windows-wait": 2,
    "windows-not-judged": 2,
    "quarantine-grows": 2,
    "unresolved-grows": 2,
    "night-missing": 2,
    "night-unbalanced": 2,
    "chain-broken": 2,
}
"""Queries over the workspace that must wake a person, with the number of rows that nobody need hear of."""
