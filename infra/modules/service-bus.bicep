// The queue between the stream job and the workflows: one message a suspicious window.

@description('Name of the namespace, unique in Azure.')
@minLength(6)
@maxLength(50)
param name string

@description('Region of the namespace.')
param location string

@description('Tags of every resource.')
param tags object

@description('Log Analytics workspace that receives metrics and logs.')
param workspaceId string

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  // Basic has no duplicate detection.
  sku: { name: 'Standard', tier: 'Standard' }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    // Standard has neither a firewall nor private endpoints; identities guard it.
    publicNetworkAccess: 'Enabled'
  }
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = {
  parent: namespace
  name: 'suspicious-windows'
  properties: {
    deadLetteringOnMessageExpiration: true
    defaultMessageTimeToLive: 'P14D'
    // A job that restarts sends its last windows again, with the same message ids.
    duplicateDetectionHistoryTimeWindow: 'P1D'
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    // The most that Standard has. At 10,000 events/s a window of all stores takes 10 MB: full after 45 hours, not 9.
    maxSizeInMegabytes: 5120
    requiresDuplicateDetection: true
    requiresSession: false
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'OperationalLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Name of the namespace.')
output namespaceName string = namespace.name

@description('Host name of the namespace, as the identity-based connection wants it.')
output fullyQualifiedNamespace string = '${namespace.name}.servicebus.windows.net'

@description('Name of the queue.')
output queueName string = queue.name

@description('Resource id of the namespace.')
output namespaceId string = namespace.id
