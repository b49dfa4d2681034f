// The stream job: the query of stream_analytics/, its input and its two outputs, all opened by the job's identity.
// Deploying it does not start it, and it has to stand still while its query changes: the hooks of azure.yaml do both.

@description('Name of the job.')
@minLength(3)
@maxLength(63)
param name string

@description('Region of the job.')
param location string

@description('Tags of every resource.')
param tags object

@description('Resource id of the job\'s identity. It needs its roles before inputs and outputs are made.')
param identityId string

@description('Streaming units of the second generation: 10 of them equal 6 of the first.')
@allowed([3, 7, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
param streamingUnits int

@description('Event Hubs namespace.')
param eventHubsName string

@description('Hub that the job reads.')
param hubName string

@description('Consumer group of the job.')
param consumerGroupName string

@description('Service Bus namespace.')
param serviceBusName string

@description('Queue of suspicious windows.')
param queueName string

@description('Storage account of the warehouse.')
param warehouseName string

@description('Log Analytics workspace that receives metrics and logs.')
param workspaceId string

var jobConfig = loadJsonContent('../../stream_analytics/JobConfig.json')
var query = loadTextContent('../../stream_analytics/suspicious-windows.asaql')

resource job 'Microsoft.StreamAnalytics/streamingjobs@2021-10-01-preview' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    sku: { name: 'StandardV2' }
    jobType: 'Cloud'
    compatibilityLevel: '1.2'
    contentStoragePolicy: 'SystemAccount'
    dataLocale: jobConfig.DataLocale
    eventsLateArrivalMaxDelayInSeconds: jobConfig.EventsLateArrivalMaxDelayInSeconds
    eventsOutOfOrderMaxDelayInSeconds: jobConfig.EventsOutOfOrderMaxDelayInSeconds
    eventsOutOfOrderPolicy: jobConfig.EventsOutOfOrderPolicy
    outputErrorPolicy: jobConfig.OutputErrorPolicy
    transformation: {
      name: 'suspicious-windows'
      properties: {
        query: query
        streamingUnits: streamingUnits
      }
    }
  }
}

resource events 'Microsoft.StreamAnalytics/streamingjobs/inputs@2021-10-01-preview' = {
  parent: job
  name: 'events'
  properties: {
    type: 'Stream'
    compression: { type: 'None' }
    serialization: { type: 'Json', properties: { encoding: 'UTF8' } }
    datasource: {
      type: 'Microsoft.EventHub/EventHub'
      properties: {
        authenticationMode: 'Msi'
        consumerGroupName: consumerGroupName
        eventHubName: hubName
        serviceBusNamespace: eventHubsName
      }
    }
  }
}

resource windows 'Microsoft.StreamAnalytics/streamingjobs/outputs@2021-10-01-preview' = {
  parent: job
  name: 'suspicious-windows'
  properties: {
    serialization: { type: 'Json', properties: { encoding: 'UTF8', format: 'LineSeparated' } }
    datasource: {
      type: 'Microsoft.ServiceBus/Queue'
      properties: {
        authenticationMode: 'Msi'
        propertyColumns: []
        queueName: queueName
        serviceBusNamespace: serviceBusName
        // The queue drops a window that is sent twice by this id.
        systemPropertyColumns: { MessageId: 'message_id' }
      }
    }
  }
}

resource archive 'Microsoft.StreamAnalytics/streamingjobs/outputs@2021-10-01-preview' = {
  parent: job
  name: 'suspicious-events'
  properties: {
    serialization: { type: 'Json', properties: { encoding: 'UTF8', format: 'LineSeparated' } }
    datasource: {
      type: 'Microsoft.Storage/Blob'
      properties: {
        authenticationMode: 'Msi'
        container: 'suspicious-events'
        dateFormat: 'yyyy/MM/dd'
        pathPattern: '{date}/{time}'
        storageAccounts: [{ accountName: warehouseName }]
        timeFormat: 'HH'
      }
    }
    // Rows are written together, and a minute after the first of them at the latest.
    sizeWindow: 2000
    timeWindow: '00:01:00'
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: job
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'Authoring', enabled: true }
      { category: 'Execution', enabled: true }
    ]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Name of the job, for the hooks that stop and start it.')
output name string = job.name

@description('Resource id of the job.')
output id string = job.id
