// The hub with Capture: the identity that Capture writes with, its role, and then the hub.

@description('Ending of the resources\' names.')
param ending string

@description('Region of everything.')
param location string

@description('Tags of every resource.')
param tags object

@description('Partitions of the hub.')
@maxValue(32)
param partitionCount int

@description('Throughput units at the start.')
@minValue(1)
@maxValue(40)
param throughputUnits int

@description('Throughput units that auto-inflate may reach.')
@minValue(1)
@maxValue(40)
param maximumThroughputUnits int

@description('Whether the namespace is of the tier Premium.')
param premium bool

@description('Processing units of Premium.')
param processingUnits int

@description('Whether anything but a private endpoint and Microsoft\'s trusted services may reach the namespace.')
param publicNetworkAccess string

@description('Storage account of the warehouse.')
param warehouseName string

@description('Resource id of the warehouse.')
param warehouseId string

@description('Log Analytics workspace that receives metrics and logs.')
param workspaceId string

var prefixes = loadJsonContent('../abbreviations.json')

module identity 'identity.bicep' = {
  name: 'capture-identity'
  params: {
    name: '${prefixes.managedIdentityUserAssignedIdentities}capture-${ending}'
    location: location
    tags: tags
  }
}

module access 'access/capture.bicep' = {
  name: 'capture-access'
  params: {
    principalId: identity.outputs.principalId
    warehouseName: warehouseName
  }
}

module hub 'event-hub.bicep' = {
  name: 'event-hub'
  params: {
    name: '${prefixes.eventHubNamespaces}${ending}'
    location: location
    tags: tags
    partitionCount: partitionCount
    throughputUnits: throughputUnits
    maximumThroughputUnits: maximumThroughputUnits
    premium: premium
    processingUnits: processingUnits
    publicNetworkAccess: publicNetworkAccess
    captureIdentityId: identity.outputs.id
    captureAccountId: warehouseId
    workspaceId: workspaceId
  }
  dependsOn: [access]
}

@description('Name of the namespace.')
output namespaceName string = hub.outputs.namespaceName

@description('Host name of the namespace, as the identity-based connection wants it.')
output fullyQualifiedNamespace string = hub.outputs.fullyQualifiedNamespace

@description('Resource id of the namespace.')
output namespaceId string = hub.outputs.namespaceId

@description('Name of the hub.')
output hubName string = hub.outputs.hubName

@description('Consumer group of the stream job.')
output streamGroupName string = hub.outputs.streamGroupName
