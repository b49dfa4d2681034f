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
param eventDays int

@description('Whether the account lies in several zones of the region. It cannot change later.')
param zoneRedundant bool

@description('Days to which the account can be restored.')
@allowed([7, 30])
param backupDays int

@description('Whether anything but a private endpoint may reach the account.')
@allowed(['Enabled', 'Disabled'])
param publicNetworkAccess string

var serverless = requestUnits == 0

resource account 'Microsoft.DocumentDB/databaseAccounts@2025-10-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: { tier: backupDays == 30 ? 'Continuous30Days' : 'Continuous7Days' }
    }
    capabilities: serverless ? [{ name: 'EnableServerless' }] : []
    consistencyPolicy: { defaultConsistencyLevel: 'Session' }
    databaseAccountOfferType: 'Standard'
    disableKeyBasedMetadataWriteAccess: true
    disableLocalAuth: true
    locations: [{ locationName: location, failoverPriority: 0, isZoneRedundant: zoneRedundant }]
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: publicNetworkAccess
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2025-10-15' = {
  parent: account
  name: 'fraud'
  properties: { resource: { id: 'fraud' } }
}

resource events 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2025-10-15' = {
  parent: database
  name: 'events'
  properties: {
    options: serverless ? {} : { autoscaleSettings: { maxThroughput: requestUnits } }
    resource: {
      id: 'events'
      partitionKey: { kind: 'Hash', paths: ['/archive_key'], version: 2 }
      defaultTtl: eventDays * 86400
      indexingPolicy: {
        automatic: true
        indexingMode: 'consistent'
        // Events are found by id and key, by when they reached the hub, and, for the context of others, by who bought what
        // and where, the latest first; other fields are never searched.
        includedPaths: [
          { path: '/archive_key/?' }
          { path: '/archive/enqueued_time/?' }
          { path: '/archive/event_id/?' }
          { path: '/cust_id/?' }
          { path: '/sku/?' }
        ]
        excludedPaths: [{ path: '/*' }]
        compositeIndexes: [
          [{ path: '/cust_id', order: 'descending' }, { path: '/archive/enqueued_time', order: 'descending' }]
          [{ path: '/sku', order: 'descending' }, { path: '/archive/enqueued_time', order: 'descending' }]
          [{ path: '/store_id', order: 'descending' }, { path: '/archive/enqueued_time', order: 'descending' }]
          [
            { path: '/store_id', order: 'descending' }
            { path: '/category', order: 'descending' }
            { path: '/archive/enqueued_time', order: 'descending' }
          ]
        ]
      }
    }
  }
}

resource cases 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2025-10-15' = {
  parent: database
  name: 'cases'
  properties: {
    options: serverless ? {} : { autoscaleSettings: { maxThroughput: 1000 } }
    resource: {
      id: 'cases'
      partitionKey: { kind: 'Hash', paths: ['/store_id'], version: 2 }
      defaultTtl: -1
      indexingPolicy: {
        automatic: true
        indexingMode: 'consistent'
        includedPaths: [{ path: '/*' }]
        excludedPaths: [{ path: '/"_etag"/?' }]
        // The two orders of the desk's list of cases, by money at stake and by time, and within either by id: of all cases,
        // of a state, of a store, of a state in a store.
        compositeIndexes: [
          [{ path: '/stakes/at_stake', order: 'descending' }, { path: '/id', order: 'ascending' }]
          [{ path: '/window_end', order: 'descending' }, { path: '/id', order: 'ascending' }]
          [
            { path: '/review/state', order: 'ascending' }
            { path: '/stakes/at_stake', order: 'descending' }
            { path: '/id', order: 'ascending' }
          ]
          [
            { path: '/review/state', order: 'ascending' }
            { path: '/window_end', order: 'descending' }
            { path: '/id', order: 'ascending' }
          ]
          [
            { path: '/store_id', order: 'ascending' }
            { path: '/stakes/at_stake', order: 'descending' }
            { path: '/id', order: 'ascending' }
          ]
          [
            { path: '/store_id', order: 'ascending' }
            { path: '/window_end', order: 'descending' }
            { path: '/id', order: 'ascending' }
          ]
          [
            { path: '/store_id', order: 'ascending' }
            { path: '/review/state', order: 'ascending' }
            { path: '/stakes/at_stake', order: 'descending' }
            { path: '/id', order: 'ascending' }
          ]
          [
            { path: '/store_id', order: 'ascending' }
            { path: '/review/state', order: 'ascending' }
            { path: '/window_end', order: 'descending' }
            { path: '/id', order: 'ascending' }
          ]
        ]
      }
    }
  }
}

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
