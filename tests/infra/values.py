"""Values that Azure's types leave open although few are right: kinds, tiers, categories, metrics, durations.

Each is looked up by the ending of its property's path. Sources: Azure's published Bicep types for enumerations,
"Supported metrics" and "Supported resource log categories" of Azure Monitor, "Flex Consumption plan" for runtimes.
"""

import re
from collections.abc import Container, Iterator, Mapping

from tests.infra.deployment import Deployment, Resource
from tests.infra.leaves import leaves


class _Duration:
    """ISO 8601 durations of whole days, hours or minutes."""

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and re.fullmatch(r"P(\d+D|T\d+[HM])", value) is not None

    def __repr__(self) -> str:
        return "a duration"


_DURATION = _Duration()
_RIGHT: Mapping[str, Container[object]] = {
    # alerts and budgets
    "allOf/criterionType": {"StaticThresholdCriterion"},
    "allOf/operator": {"GreaterThan", "GreaterThanOrEqual"},
    "allOf/timeAggregation": {"Average", "Count", "Maximum", "Minimum", "Total"},
    "criteria/odata.type": {"Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"},
    "dimensions/operator": {"Include"},
    "properties/evaluationFrequency": _DURATION,
    "properties/windowSize": _DURATION,
    "failingPeriods/minFailingPeriodsToAlert": {1},
    "properties/category": {"Cost", "workbook"},
    "notifications/spent/thresholdType": {"Actual"},
    "notifications/expected/thresholdType": {"Forecasted"},
    # what is switched on
    "logs/enabled": {True},
    "metrics/enabled": {True},
    "rules/enabled": {True},
    "deleteRetentionPolicy/enabled": {True},
    "containerDeleteRetentionPolicy/enabled": {True},
    "expected/enabled": {True},
    # storage
    "properties/accessTier": {"Hot", "Cool"},
    "rules/type": {"Lifecycle"},
    "filters/blobTypes": {"blockBlob"},
    # messaging
    "sku/tier": {"Standard", "Premium", "FlexConsumption"},
    "properties/defaultMessageTimeToLive": _DURATION,
    "properties/duplicateDetectionHistoryTimeWindow": _DURATION,
    "properties/requiresSession": {False},
    # Cosmos
    "capabilities/name": {"EnableServerless"},
    "backupPolicy/type": {"Continuous"},
    "continuousModeProperties/tier": {"Continuous7Days", "Continuous30Days"},
    "consistencyPolicy/defaultConsistencyLevel": {"Session", "Strong", "BoundedStaleness"},
    "partitionKey/kind": {"Hash"},
    "partitionKey/version": {2},
    "indexingPolicy/automatic": {True},
    # the stream job
    "datasource/type": {"Microsoft.EventHub/EventHub", "Microsoft.ServiceBus/Queue", "Microsoft.Storage/Blob"},
    "serialization/properties/encoding": {"UTF8"},
    "serialization/properties/format": {"LineSeparated"},
    "compression/type": {"None"},
    "properties/sizeWindow": range(1, 10_001),
    "properties/timeWindow": {"00:01:00"},  # the reconciliation counts on what the archive holds
    "properties/jobType": {"Cloud"},
    "properties/contentStoragePolicy": {"SystemAccount"},
    # the apps
    "runtime/name": {"python", "dotnet-isolated"},
    "deployment/storage/type": {"blobContainer"},
    "httpSettings/requireHttps": {True},
    # logs
    "properties/IngestionMode": {"LogAnalytics"},
    "properties/Application_Type": {"web"},
    "properties/sku/name": {"PerGB2018", "StandardV2", "Consumption"},
}
_KINDS: Mapping[str, Container[object]] = {
    "Microsoft.DocumentDB/databaseAccounts": {"GlobalDocumentDB"},
    "Microsoft.Insights/components": {"web"},
    "Microsoft.Insights/scheduledQueryRules": {"LogAlert"},
    "Microsoft.Web/serverfarms": {"functionapp"},
    "Microsoft.Web/sites": {"functionapp,linux"},
}
_LOGS: Mapping[str, Container[object]] = {
    "Microsoft.DocumentDB/databaseAccounts": {"ControlPlaneRequests", "DataPlaneRequests"},
    "Microsoft.EventHub/namespaces": {"ArchiveLogs", "AutoScaleLogs", "OperationalLogs"},
    "Microsoft.OperationalInsights/workspaces": {"Audit"},
    "Microsoft.ServiceBus/namespaces": {"OperationalLogs"},
    "Microsoft.Storage/storageAccounts/blobServices": {"StorageDelete", "StorageRead", "StorageWrite"},
    "Microsoft.StreamAnalytics/streamingjobs": {"Authoring", "Execution"},
}
_METRICS: Mapping[str, Container[object]] = {
    "Microsoft.DocumentDB/databaseAccounts": {"Requests"},
    "Microsoft.Storage/storageAccounts": {"Transaction", "Capacity"},
    "Microsoft.Storage/storageAccounts/blobServices": {"Transaction", "Capacity"},
}


def value_findings(deployment: Deployment) -> Iterator[str]:
    """Values that Azure would refuse, or take and do nothing."""
    for resource in deployment.resources:
        watched = deployment.scope_of(resource)
        for path, value in leaves(resource.body):
            right = _right(resource, watched.type if watched else "", path)
            if right is not None and value not in right:
                yield f"{resource}: {'/'.join(path)} is {value!r}, must be {right!r}"


def _right(resource: Resource, watched: str, path: tuple[str, ...]) -> Container[object] | None:
    if path == ("kind",):
        return _KINDS.get(resource.type)
    if path[-2:] == ("logs", "category"):
        return _LOGS.get(watched, ())
    if path[-2:] == ("metrics", "category"):
        return _METRICS.get(watched, {"AllMetrics"})
    if path == ("location",) and resource.type in (
        "Microsoft.Insights/actionGroups",
        "Microsoft.Insights/metricAlerts",
    ):
        return {"global"}
    for length in (3, 2):
        right = _RIGHT.get("/".join(path[-length:]))
        if right is not None:
            return right
    return None
