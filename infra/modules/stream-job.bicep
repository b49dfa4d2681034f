// The stream job: its identity, its roles, and then the job. Inputs and outputs that are made before the roles fail.

@description('Ending of the resources\' names.')
param ending string

@description('Region of everything.')
param location string

@description('Tags of every resource.')
param tags object

@description('"least" grants Receiver on the hub and Sender on the queue; "owner" grants Data Owner on both.')
@allowed(['least', 'owner'])
param roles string

@description('Streaming units of the second generation.')
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

var prefixes = loadJsonContent('../abbreviations.json')

module identity 'identity.bicep' = {
  name: 'stream-job-identity'
  params: {
    name: '${prefixes.managedIdentityUserAssignedIdentities}stream-job-${ending}'
    location: location
    tags: tags
  }
}

module access 'access/stream-job.bicep' = {
  name: 'stream-job-access'
  params: {
    principalId: identity.outputs.principalId
    eventHubsName: eventHubsName
    hubName: hubName
    serviceBusName: serviceBusName
    queueName: queueName
    warehouseName: warehouseName
    extent: roles
  }
}

module job 'stream-analytics.bicep' = {
  name: 'stream-analytics'
  params: {
    name: '${prefixes.streamAnalyticsJobs}${ending}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    streamingUnits: streamingUnits
    eventHubsName: eventHubsName
    hubName: hubName
    consumerGroupName: consumerGroupName
    serviceBusName: serviceBusName
    queueName: queueName
    warehouseName: warehouseName
    workspaceId: workspaceId
  }
  dependsOn: [access]
}

@description('Name of the job, for the hooks that stop and start it.')
output name string = job.outputs.name

@description('Resource id of the job.')
output id string = job.outputs.id
