// The archive of events and the cases: serverless, or for the larger sizes with a throughput that scales by itself.

@description('Name of the account, unique in Azure.')
@minLength(3)
@maxLength(44)
param name string

@description('Region of the account.')
param location string

@description('Tags of every resource.')
param tags object

@description('Log Analytics workspace that receives metrics and logs.')
param workspaceId string

@description('Request units a second that the archive may reach; 0: serverless, which gives 5,000 until it holds 50 GB.')
@minValue(0)
@maxValue(1000000)
param requestUnits int

@description('Days that an event stays in the archive. Capture keeps it for good.')
@minValue(1)
@maxValue(365)
param eventDays int = 30

var serverless = requestUnits == 0
var containers = [
  {
    name: 'events'
    options: serverless ? {} : { autoscaleSettings: { maxThroughput: requestUnits } }
    timeToLive: eventDays * 86400
    // Events are found by id and store, and by when they reached the hub; their other fields are never searched.
    includedPaths: [{ path: '/store_id/?' }, { path: '/archive/enqueued_time/?' }]
    excludedPaths: [{ path: '/*' }]
  }
  {
    name: 'cases'
    options: serverless ? {} : { autoscaleSettings: { maxThroughput: 1000 } }
    timeToLive: -1
    includedPaths: [{ path: '/*' }]
    excludedPaths: [{ path: '/"_etag"/?' }]
  }
]

resource account 'Microsoft.DocumentDB/databaseAccounts@2025-10-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    backupPolicy: { type: 'Continuous', continuousModeProperties: { tier: 'Continuous7Days' } }
    capabilities: serverless ? [{ name: 'EnableServerless' }] : []
    consistencyPolicy: { defaultConsistencyLevel: 'Session' }
    databaseAccountOfferType: 'Standard'
    disableKeyBasedMetadataWriteAccess: true
    disableLocalAuth: true
    locations: [{ locationName: location, failoverPriority: 0, isZoneRedundant: false }]
    minimalTlsVersion: 'Tls12'
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2025-10-15' = {
  parent: account
  name: 'fraud'
  properties: { resource: { id: 'fraud' } }
}

resource databaseContainers 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2025-10-15' = [
  for container in containers: {
    parent: database
    name: container.name
    properties: {
      options: container.options
      resource: {
        id: container.name
        partitionKey: { kind: 'Hash', paths: ['/store_id'], version: 2 }
        defaultTtl: container.timeToLive
        indexingPolicy: {
          automatic: true
          indexingMode: 'consistent'
          includedPaths: container.includedPaths
          excludedPaths: container.excludedPaths
        }
      }
    }
  }
]

// A log line for each request would cost more than the requests; the metrics count them.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'ControlPlaneRequests', enabled: true }]
    metrics: [{ category: 'Requests', enabled: true }]
  }
}

@description('Name of the account.')
output accountName string = account.name

@description('Resource id of the account.')
output id string = account.id

@description('Address of the account.')
output endpoint string = account.properties.documentEndpoint

@description('Name of the database.')
output databaseName string = database.name
