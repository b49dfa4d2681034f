"""The parts of the deployment that must be watched, as data: diagnostic settings and alerts.

Categories and metrics come from Azure Monitor's "Supported resource log categories" and "Supported metrics".
"""

from collections.abc import Mapping
from typing import Final

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
    VNET: "nothing but the app's own traffic passes it",
    "Microsoft.Insights/components": "lies in the workspace",
    "Microsoft.Web/serverfarms": "a plan of Flex Consumption has no metrics that its app does not have",
}
"""The types without a diagnostic setting, and why."""

ALERTED: Final[Mapping[tuple[str, str], tuple[int, str]]] = {
    (JOB, "OutputWatermarkDelaySeconds"): (300, "Maximum"),  # one window
    (JOB, "InputEventsSourcesBacklogged"): (100_000, "Maximum"),  # ten seconds of the largest size
    (JOB, "Errors"): (0, "Total"),
    (JOB, "ResourceUtilization"): (80, "Maximum"),
    (JOB, "ProcessCPUUsagePercentage"): (80, "Maximum"),
    ("Microsoft.ServiceBus/namespaces", "DeadletteredMessages"): (0, "Maximum"),
    ("Microsoft.ServiceBus/namespaces", "ThrottledRequests"): (0, "Total"),
    ("Microsoft.ServiceBus/namespaces", "ActiveMessages"): (200, "Minimum"),
    ("Microsoft.ServiceBus/namespaces", "Size"): (4_500_000_000, "Maximum"),  # of 5 GB
    (COSMOS, "NormalizedRUConsumption"): (90, "Maximum"),
    ("Microsoft.EventHub/namespaces", "ThrottledRequests"): (0, "Total"),
    (COSMOS, "TotalRequests"): (100, "Count"),  # those that are refused; the SDK tries again
}
"""Metrics that must wake a person: the highest threshold that is early enough, and the aggregation it is held to."""

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
}
"""Queries over the workspace that must wake a person, with the number of rows that nobody need hear of."""
