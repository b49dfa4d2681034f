"""Facts of Azure's resource types that we rely on, as data: pinned versions, properties that must hold, roles.

Versions and property names come from Azure's published Bicep types of August 2026; role ids from Microsoft's samples
and "Azure built-in roles". tests/infra/naming.py has what names may be.
"""

from collections.abc import Container, Mapping
from typing import Final


class _Anything:
    """Holds every value but none."""

    def __contains__(self, value: object) -> bool:
        return value is not None and value != ""

    def __repr__(self) -> str:
        return "something"


SET: Final = _Anything()
Expected = Mapping[str, Container[object]]

STORAGE: Final = "Microsoft.Storage/storageAccounts"
BLOBS: Final = "Microsoft.Storage/storageAccounts/blobServices"
CONTAINER: Final = f"{BLOBS}/containers"
HUB: Final = "Microsoft.EventHub/namespaces/eventhubs"
QUEUE: Final = "Microsoft.ServiceBus/namespaces/queues"
COSMOS: Final = "Microsoft.DocumentDB/databaseAccounts"
JOB: Final = "Microsoft.StreamAnalytics/streamingjobs"
SITE: Final = "Microsoft.Web/sites"
SCHEDULER: Final = "Microsoft.DurableTask/schedulers"
WORKBOOK: Final = "Microsoft.Insights/workbooks"
ACTIVITY_ALERT: Final = "Microsoft.Insights/activityLogAlerts"
VNET: Final = "Microsoft.Network/virtualNetworks"
NSG: Final = "Microsoft.Network/networkSecurityGroups"
ENDPOINT: Final = "Microsoft.Network/privateEndpoints"
ZONE: Final = "Microsoft.Network/privateDnsZones"
ROLE: Final = "Microsoft.Authorization/roleAssignments"
COSMOS_ROLE: Final = f"{COSMOS}/sqlRoleAssignments"
DIAGNOSTICS: Final = "Microsoft.Insights/diagnosticSettings"
METRIC_ALERT: Final = "Microsoft.Insights/metricAlerts"

VERSIONS: Final[Mapping[str, str]] = {
    "Microsoft.Resources/resourceGroups": "2025-04-01",
    "Microsoft.ManagedIdentity/userAssignedIdentities": "2024-11-30",
    "Microsoft.Storage/storageAccounts": "2025-06-01",
    BLOBS: "2025-06-01",
    CONTAINER: "2025-06-01",
    "Microsoft.Storage/storageAccounts/managementPolicies": "2025-06-01",
    "Microsoft.EventHub/namespaces": "2024-01-01",
    HUB: "2024-01-01",
    f"{HUB}/consumergroups": "2024-01-01",
    "Microsoft.ServiceBus/namespaces": "2024-01-01",
    QUEUE: "2024-01-01",
    COSMOS: "2025-10-15",
    f"{COSMOS}/sqlDatabases": "2025-10-15",
    f"{COSMOS}/sqlDatabases/containers": "2025-10-15",
    COSMOS_ROLE: "2025-10-15",
    JOB: "2021-10-01-preview",
    f"{JOB}/inputs": "2021-10-01-preview",
    f"{JOB}/outputs": "2021-10-01-preview",
    "Microsoft.Web/serverfarms": "2025-03-01",
    SITE: "2025-03-01",
    f"{SITE}/config": "2025-03-01",
    f"{SITE}/basicPublishingCredentialsPolicies": "2025-03-01",
    ROLE: "2022-04-01",
    "Microsoft.OperationalInsights/workspaces": "2025-02-01",
    "Microsoft.Insights/components": "2020-02-02",
    DIAGNOSTICS: "2021-05-01-preview",
    METRIC_ALERT: "2018-03-01",
    "Microsoft.Insights/scheduledQueryRules": "2023-12-01",
    "Microsoft.Insights/actionGroups": "2023-01-01",
    "Microsoft.Consumption/budgets": "2024-08-01",
    ACTIVITY_ALERT: "2020-10-01",
    WORKBOOK: "2023-06-01",
}
"""The resource types of every deployment, with their versions."""

OPTIONAL_VERSIONS: Final[Mapping[str, str]] = {
    f"{CONTAINER}/immutabilityPolicies": "2025-06-01",
    "Microsoft.EventHub/namespaces/networkRuleSets": "2024-01-01",
    SCHEDULER: "2025-11-01",
    f"{SCHEDULER}/taskHubs": "2025-11-01",
    VNET: "2024-07-01",
    NSG: "2024-07-01",
    ENDPOINT: "2024-07-01",
    f"{ENDPOINT}/privateDnsZoneGroups": "2024-07-01",
    ZONE: "2024-06-01",
    f"{ZONE}/virtualNetworkLinks": "2024-06-01",
}
"""The resource types that the options add, with their versions."""

REQUIRED: Final[Mapping[str, Expected]] = {
    "Microsoft.Storage/storageAccounts": {
        "kind": {"StorageV2"},
        "sku.name": {"Standard_LRS", "Standard_ZRS"},
        "properties.publicNetworkAccess": {"Enabled", "Disabled"},
        "properties.networkAcls.bypass": {"AzureServices"},
        "properties.allowBlobPublicAccess": {False},
        "properties.allowSharedKeyAccess": {False},
        "properties.isLocalUserEnabled": {False},
        "properties.minimumTlsVersion": {"TLS1_2", "TLS1_3"},
        "properties.supportsHttpsTrafficOnly": {True},
    },
    CONTAINER: {"properties.publicAccess": {"None"}},
    "Microsoft.Storage/storageAccounts/managementPolicies": {"properties.policy.rules": SET},
    "Microsoft.EventHub/namespaces": {
        "sku.name": {"Standard", "Premium"},
        "sku.capacity": range(1, 41),
        "identity.type": {"UserAssigned"},
        "properties.disableLocalAuth": {True},
        "properties.isAutoInflateEnabled": {True, False},
        "properties.maximumThroughputUnits": range(41),
        "properties.publicNetworkAccess": {"Enabled", "Disabled"},
        "properties.minimumTlsVersion": {"1.2"},
    },
    HUB: {
        "properties.partitionCount": range(4, 33, 2),  # even ones carry inventory, odd ones sales
        "properties.retentionDescription.cleanupPolicy": {"Delete"},
        "properties.retentionDescription.retentionTimeInHours": range(1, 169),
        "properties.captureDescription.enabled": {True},
        "properties.captureDescription.encoding": {"Avro"},
        "properties.captureDescription.intervalInSeconds": {300},
        "properties.captureDescription.sizeLimitInBytes": range(10_485_760, 524_288_001),
        "properties.captureDescription.skipEmptyArchives": {False},  # a reconciliation tells completeness by them
        "properties.captureDescription.destination.name": {"EventHubArchive.AzureBlockBlob"},
        "properties.captureDescription.destination.identity.type": {"UserAssigned"},
        "properties.captureDescription.destination.identity.userAssignedIdentity": SET,
        "properties.captureDescription.destination.properties.storageAccountResourceId": SET,
        "properties.captureDescription.destination.properties.archiveNameFormat": {
            "{Namespace}/{EventHub}/{PartitionId}/{Year}/{Month}/{Day}/{Hour}/{Minute}/{Second}"
        },
    },
    "Microsoft.ServiceBus/namespaces": {
        "sku.name": {"Standard"},
        "properties.disableLocalAuth": {True},
        "properties.minimumTlsVersion": {"1.2"},
        "properties.publicNetworkAccess": {"Enabled"},  # Standard has no other
    },
    QUEUE: {
        "properties.maxSizeInMegabytes": {5120},
        "properties.deadLetteringOnMessageExpiration": {True},
        "properties.requiresDuplicateDetection": {True},
        "properties.duplicateDetectionHistoryTimeWindow": SET,
        "properties.lockDuration": {f"PT{minutes}M" for minutes in range(1, 6)},
        "properties.maxDeliveryCount": range(1, 2001),
    },
    COSMOS: {
        "properties.databaseAccountOfferType": {"Standard"},
        "properties.disableLocalAuth": {True},
        "properties.locations": SET,
        "properties.minimalTlsVersion": {"Tls12"},
        "properties.publicNetworkAccess": {"Enabled", "Disabled"},
    },
    f"{COSMOS}/sqlDatabases": {"properties.resource.id": SET},
    f"{COSMOS}/sqlDatabases/containers": {
        "properties.resource.id": SET,
        "properties.resource.defaultTtl": SET,
        "properties.resource.indexingPolicy.indexingMode": {"consistent"},
        "properties.resource.partitionKey.paths": SET,
    },
    COSMOS_ROLE: {"properties.principalId": SET, "properties.roleDefinitionId": SET, "properties.scope": SET},
    JOB: {
        "identity.type": {"UserAssigned"},
        "properties.sku.name": {"StandardV2"},
        "properties.compatibilityLevel": {"1.2"},
        "properties.outputErrorPolicy": {"Stop"},  # Drop would lose windows without a word
        "properties.transformation.properties.query": SET,
        "properties.transformation.properties.streamingUnits": {3, 7, *range(10, 101, 10)},
    },
    f"{JOB}/inputs": {
        "properties.type": {"Stream"},
        "properties.serialization.type": {"Json"},
        "properties.datasource.properties.authenticationMode": {"Msi"},
        "properties.datasource.properties.consumerGroupName": SET,
    },
    f"{JOB}/outputs": {
        "properties.serialization.type": {"Json"},
        "properties.datasource.properties.authenticationMode": {"Msi"},
    },
    "Microsoft.Web/serverfarms": {"sku.name": {"FC1"}, "sku.tier": {"FlexConsumption"}, "properties.reserved": {True}},
    SITE: {
        "identity.type": {"UserAssigned"},
        "properties.httpsOnly": {True},
        "properties.publicNetworkAccess": {"Enabled"},  # its routes ask for a key or a login
        "properties.functionAppConfig.deployment.storage.authentication.type": {"UserAssignedIdentity"},
        "properties.functionAppConfig.runtime.version": SET,
        "properties.functionAppConfig.scaleAndConcurrency.instanceMemoryMB": {512, 2048, 4096},
        "properties.functionAppConfig.scaleAndConcurrency.maximumInstanceCount": range(40, 1001),
        "properties.siteConfig.minTlsVersion": {"1.2", "1.3"},
    },
    f"{CONTAINER}/immutabilityPolicies": {
        "properties.immutabilityPeriodSinceCreationInDays": range(1, 366),
        "properties.allowProtectedAppendWritesAll": {True},  # Capture may go on with a file that it has begun
    },
    ENDPOINT: {"properties.subnet.id": SET, "properties.privateLinkServiceConnections": SET},
    f"{ENDPOINT}/privateDnsZoneGroups": {"properties.privateDnsZoneConfigs": SET},
    f"{SITE}/basicPublishingCredentialsPolicies": {"properties.allow": {False}},
    f"{SITE}/config": {
        "properties.platform.enabled": {True},
        "properties.identityProviders.azureActiveDirectory.enabled": {True},
    },
    ROLE: {
        "properties.principalId": SET,
        "properties.roleDefinitionId": SET,
    },
    "Microsoft.OperationalInsights/workspaces": {
        "properties.features.disableLocalAuth": {True},
        "properties.retentionInDays": range(30, 731),
        "properties.workspaceCapping.dailyQuotaGb": SET,
        "properties.publicNetworkAccessForIngestion": {"Enabled"},
        "properties.publicNetworkAccessForQuery": {"Enabled"},
    },
    "Microsoft.Insights/components": {
        "properties.DisableLocalAuth": {True},
        "properties.WorkspaceResourceId": SET,
        "properties.publicNetworkAccessForIngestion": {"Enabled"},
        "properties.publicNetworkAccessForQuery": {"Enabled"},
    },
    DIAGNOSTICS: {"properties.workspaceId": SET, "properties.metrics": SET},
    METRIC_ALERT: {
        "properties.enabled": {True},
        "properties.autoMitigate": {True},
        "properties.severity": range(5),
        "properties.scopes": SET,
        "properties.actions": SET,
    },
    "Microsoft.Insights/scheduledQueryRules": {
        "properties.enabled": {True},
        "properties.autoMitigate": {True},
        "properties.scopes": SET,
        "properties.actions.actionGroups": SET,
    },
    ACTIVITY_ALERT: {"properties.enabled": {True}, "properties.scopes": SET, "properties.condition.allOf": SET},
    WORKBOOK: {"properties.sourceId": SET, "properties.serializedData": SET},
    SCHEDULER: {"properties.sku.name": {"Consumption"}, "properties.ipAllowlist": SET},
    "Microsoft.Insights/actionGroups": {"properties.enabled": {True}, "properties.emailReceivers": SET},
    "Microsoft.Consumption/budgets": {
        "properties.amount": SET,
        "properties.timeGrain": {"Monthly"},
        "properties.timePeriod.startDate": SET,
        "properties.notifications.spent.enabled": {True},
    },
}

FOREIGN_TO_FLEX: Final = frozenset(
    [
        "ENABLE_ORYX_BUILD",
        "FUNCTIONS_EXTENSION_VERSION",
        "FUNCTIONS_MAX_HTTP_CONCURRENCY",
        "FUNCTIONS_WORKER_PROCESS_COUNT",
        "FUNCTIONS_WORKER_DYNAMIC_CONCURRENCY_ENABLED",
        "FUNCTIONS_WORKER_RUNTIME",
        "FUNCTIONS_WORKER_RUNTIME_VERSION",
        "SCM_DO_BUILD_DURING_DEPLOYMENT",
        "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
        "WEBSITE_CONTENTOVERVNET",
        "WEBSITE_CONTENTSHARE",
        "WEBSITE_DNS_SERVER",
        "WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT",
        "WEBSITE_NODE_DEFAULT_VERSION",
        "WEBSITE_RUN_FROM_PACKAGE",
        "WEBSITE_SKIP_CONTENTSHARE_VALIDATION",
        "WEBSITE_TIME_ZONE",
        "WEBSITE_VNET_ROUTE_ALL",
    ]
)
"""Settings that Flex Consumption does not take ("Flex Consumption plan deprecations", App settings reference)."""

ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": ("Storage Blob Data Contributor", CONTAINER, STORAGE),
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": ("Storage Blob Data Reader", CONTAINER, STORAGE),
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": ("Storage Blob Data Owner", STORAGE),
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": ("Storage Queue Data Contributor", STORAGE),
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": ("Storage Table Data Contributor", STORAGE),
    "a638d3c7-ab3a-418d-83e6-5f17a39d4fde": ("Azure Event Hubs Data Receiver", HUB),
    "2b629674-e913-4c01-ae53-ef4638d8f975": ("Azure Event Hubs Data Sender", HUB),
    "f526a384-b230-433a-b45c-95f59c4a2dec": ("Azure Event Hubs Data Owner", HUB),
    "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0": ("Azure Service Bus Data Receiver", QUEUE),
    "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39": ("Azure Service Bus Data Sender", QUEUE),
    "090c5cfd-751d-490a-894a-3ce6f1109419": ("Azure Service Bus Data Owner", QUEUE),
    "3913510d-42f4-4e42-8a64-420c390055eb": ("Monitoring Metrics Publisher", "Microsoft.Insights/components"),
    "19e7f393-937e-4f77-808e-94535e297925": ("Storage Queue Data Reader", STORAGE),
    "76199698-9eea-4c19-bc75-cec21354c6b6": ("Storage Table Data Reader", STORAGE),
    "0ad04412-c4d5-4796-b79c-f76d14c8d402": ("Durable Task Data Contributor", SCHEDULER),
    "d6a5505f-6ebb-45a4-896e-ac8274cfc0ac": ("Durable Task Data Reader", SCHEDULER),
    "00000000-0000-0000-0000-000000000001": ("Cosmos DB Built-in Data Reader", f"{COSMOS}/sqlDatabases"),
    "00000000-0000-0000-0000-000000000002": ("Cosmos DB Built-in Data Contributor", f"{COSMOS}/sqlDatabases"),
}
"""Role ids, with each role's name and the types of resource that it is granted on here."""
