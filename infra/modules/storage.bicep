// A storage account that knows no keys: containers, lifecycle rules, and who deleted what in the logs.

@description('Name of the account: lower-case letters and digits, unique in Azure.')
@minLength(3)
@maxLength(24)
param name string

@description('Region of the account.')
param location string

@description('Tags of every resource.')
param tags object

@description('Names of the blob containers.')
@minLength(1)
param containers string[]

@description('Lifecycle rules.')
@minLength(1)
param lifecycleRules resourceInput<'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01'>.properties.policy.rules

@description('Copies in one place, or in the zones of the region. Zone-redundant accounts have no archive tier.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param redundancy string

@description('Whether what is overwritten or deleted stays as an earlier version, which a lifecycle rule deletes.')
param versioned bool

@description('Containers whose blobs can be neither changed nor deleted for immutableDays.')
param immutableContainers string[] = []

@description('Days for which they cannot; 0: always possible. The policy is not locked.')
@minValue(0)
@maxValue(365)
param immutableDays int = 0

@description('Whether anything but a private endpoint and Microsoft\'s trusted services may reach the account.')
@allowed(['Enabled', 'Disabled'])
param publicNetworkAccess string

@description('Log Analytics workspace that receives metrics and logs.')
param workspaceId string

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    // Capture and the stream job write as trusted services, with identities of their own.
    networkAcls: { bypass: 'AzureServices', defaultAction: publicNetworkAccess == 'Disabled' ? 'Deny' : 'Allow' }
    publicNetworkAccess: publicNetworkAccess
    supportsHttpsTrafficOnly: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    deleteRetentionPolicy: { enabled: true, days: 7 }
    isVersioningEnabled: versioned
  }
}

resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [
  for container in containers: {
    parent: blobs
    name: container
    properties: { publicAccess: 'None' }
  }
]

resource immutability 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-06-01' = [
  for container in immutableDays > 0 ? immutableContainers : []: {
    // By name, because a condition on a loop's element cannot be asked for as a parent.
    name: '${account.name}/default/${container}/default'
    properties: {
      immutabilityPeriodSinceCreationInDays: immutableDays
      allowProtectedAppendWritesAll: true
    }
    dependsOn: [blobContainers]
  }
]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: { rules: lifecycleRules }
  }
  // A rule on earlier versions wants versioning to be on.
  dependsOn: [blobs]
}

// Reads and writes are far too many to log each; their counts and latencies are in the metrics.
resource blobDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageDelete', enabled: true }]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

resource accountDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

@description('Name of the account, once its containers exist.')
output name string = account.name

@description('Resource id of the account.')
output id string = account.id

@description('Address of the blob service.')
output blobEndpoint string = account.properties.primaryEndpoints.blob

@description('Address of the queue service.')
output queueEndpoint string = account.properties.primaryEndpoints.queue

@description('Address of the table service.')
output tableEndpoint string = account.properties.primaryEndpoints.table
