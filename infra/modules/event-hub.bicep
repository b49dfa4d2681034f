// The hub of all store events, and Capture, which archives every one of them.

@description('Name of the namespace, unique in Azure.')
@minLength(6)
@maxLength(50)
param name string

@description('Region of the namespace.')
param location string

@description('Tags of every resource.')
param tags object

@description('Partitions of the hub. On Standard their number cannot change later. Even ones carry inventory, odd ones sales.')
@maxValue(32)
param partitionCount int

@description('Throughput units at the start: each takes 1 MB/s or 1,000 events/s in, and gives 2 MB/s out.')
@minValue(1)
@maxValue(40)
param throughputUnits int

@description('Throughput units that auto-inflate may reach. It never goes down by itself.')
@minValue(1)
@maxValue(40)
param maximumThroughputUnits int

@description('Whether the namespace is of the tier Premium: Capture and every event are in the price of its processing units.')
param premium bool

@description('Processing units of Premium. Standard has throughput units instead.')
@allowed([1, 2, 4, 6, 8, 10, 12, 16])
param processingUnits int

@description('Whether anything but a private endpoint and Microsoft\'s trusted services may reach the namespace.')
@allowed(['Enabled', 'Disabled'])
param publicNetworkAccess string

@description('Hours that the hub keeps events for readers that are behind. Standard allows seven days.')
@minValue(1)
@maxValue(168)
param retentionHours int = 72

@description('Resource id of the identity that Capture writes with. It needs its role on the container first.')
param captureIdentityId string

@description('Resource id of the storage account that Capture writes to.')
param captureAccountId string

@description('Log Analytics workspace that receives metrics and logs.')
param workspaceId string

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: premium
    ? { name: 'Premium', tier: 'Premium', capacity: processingUnits }
    : { name: 'Standard', tier: 'Standard', capacity: throughputUnits }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${captureIdentityId}': {} }
  }
  properties: {
    disableLocalAuth: true
    // A deployment writes the throughput units back to the size's own, whatever auto-inflate had added.
    isAutoInflateEnabled: !premium
    maximumThroughputUnits: premium ? 0 : maximumThroughputUnits
    minimumTlsVersion: '1.2'
    publicNetworkAccess: publicNetworkAccess
  }
}

// The stream job reads the hub as a trusted service. Capture needs no rule: it runs inside.
resource network 'Microsoft.EventHub/namespaces/networkRuleSets@2024-01-01' = if (publicNetworkAccess == 'Disabled') {
  parent: namespace
  name: 'default'
  properties: { defaultAction: 'Deny', publicNetworkAccess: 'Disabled', trustedServiceAccessEnabled: true }
}

resource hub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = {
  parent: namespace
  name: 'store-events'
  properties: {
    partitionCount: partitionCount
    retentionDescription: { cleanupPolicy: 'Delete', retentionTimeInHours: retentionHours }
    captureDescription: {
      enabled: true
      encoding: 'Avro'
      intervalInSeconds: 300
      sizeLimitInBytes: 314572800
      // Empty files say that a partition was captured and had nothing: a reconciliation relies on them.
      skipEmptyArchives: false
      destination: {
        name: 'EventHubArchive.AzureBlockBlob'
        identity: { type: 'UserAssigned', userAssignedIdentity: captureIdentityId }
        properties: {
          storageAccountResourceId: captureAccountId
          blobContainer: 'all-events'
          archiveNameFormat: '{Namespace}/{EventHub}/{PartitionId}/{Year}/{Month}/{Day}/{Hour}/{Minute}/{Second}'
        }
      }
    }
  }
}

resource archiverGroup 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = {
  parent: hub
  name: 'archiver'
}

resource streamGroup 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = {
  parent: hub
  name: 'stream-analytics'
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'ArchiveLogs', enabled: true }
      { category: 'AutoScaleLogs', enabled: true }
      { category: 'OperationalLogs', enabled: true }
    ]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Name of the namespace.')
output namespaceName string = namespace.name

@description('Host name of the namespace, as the identity-based connection wants it.')
output fullyQualifiedNamespace string = '${namespace.name}.servicebus.windows.net'

@description('Name of the hub.')
output hubName string = hub.name

@description('Resource id of the namespace.')
output namespaceId string = namespace.id

@description('Consumer group of the stream job.')
output streamGroupName string = streamGroup.name
