"""Faults that are planted into the whole deployment, by what they are."""

from tests.infra import facts
from tests.infra.planting import (
    APP,
    HOST,
    HUBS,
    LOGIN,
    METRICS,
    PUBLIC,
    QUERY_ALERT,
    QUEUES,
    REMOVED,
    SETTINGS,
    STORAGE,
    Fault,
)

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
    "a role for a user": Fault(facts.ROLE, "all-events", "properties.principalType", "User", "principalType"),
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
        facts.METRIC_ALERT, "archive-refused", f"{METRICS}.dimensions", [], "must count {'StatusCode': ('403',)}"
    ),
    "an alert on refusals that counts others": Fault(
        facts.METRIC_ALERT,
        "archive-refused",
        f"{METRICS}.dimensions.0.values",
        ["429"],
        "must count {'StatusCode': ('403',)}",
    ),
    "an alert on a busy archive that counts the desk": Fault(
        facts.METRIC_ALERT, "archive-hot", f"{METRICS}.dimensions", [], "must count {'CollectionName': ('events',)}"
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
    "a resource that is degraded and nobody hears of it": Fault(
        facts.ACTIVITY_ALERT,
        "resource-unhealthy",
        "properties.condition.allOf.1.anyOf.1.equals",
        "Unknown",
        "tells of resource-unhealthy",
    ),
    "health of any state": Fault(
        facts.ACTIVITY_ALERT,
        "resource-unhealthy",
        "properties.condition.allOf.1",
        REMOVED,
        "tells of resource-unhealthy",
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
