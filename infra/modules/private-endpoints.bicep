// A private endpoint for each part of each store that the app opens.

@description('Ending of the resources\' names.')
param ending string

@description('Region of everything.')
param location string

@description('Tags of every resource.')
param tags object

@description('Resource id of the network.')
param networkId string

@description('Subnet of the endpoints.')
param subnetId string

@description('Resource id of the warehouse.')
param warehouseId string

@description('Resource id of the app\'s own storage account.')
param appStorageId string

@description('Resource id of the Event Hubs namespace.')
param eventHubsId string

@description('Resource id of the Cosmos account.')
param cosmosId string

var prefixes = loadJsonContent('../abbreviations.json')
var storage = az.environment().suffixes.storage
var zones = {
  blob: 'privatelink.blob.${storage}'
  queue: 'privatelink.queue.${storage}'
  table: 'privatelink.table.${storage}'
  namespace: 'privatelink.servicebus.windows.net'
  Sql: 'privatelink.documents.azure.com'
}
var endpoints = [
  { name: 'app-blob', service: appStorageId, part: 'blob' }
  { name: 'app-queue', service: appStorageId, part: 'queue' }
  { name: 'app-table', service: appStorageId, part: 'table' }
  { name: 'warehouse-blob', service: warehouseId, part: 'blob' }
  { name: 'event-hubs', service: eventHubsId, part: 'namespace' }
  { name: 'cosmos', service: cosmosId, part: 'Sql' }
]

module names 'private-zone.bicep' = [
  for zone in items(zones): {
    name: 'zone-${toLower(zone.key)}'
    params: { name: zone.value, tags: tags, networkId: networkId }
  }
]

// One after another: an account that is getting an endpoint refuses the next one meanwhile (StorageAccountOperationInProgress,
// issue 6001 of Azure/bicep-registry-modules).
@batchSize(1)
module each 'private-endpoint.bicep' = [
  for endpoint in endpoints: {
    name: 'endpoint-${endpoint.name}'
    params: {
      name: '${prefixes.networkPrivateEndpoints}${endpoint.name}-${ending}'
      location: location
      tags: tags
      subnetId: subnetId
      serviceId: endpoint.service
      part: endpoint.part
      zoneName: zones[endpoint.part]
    }
    dependsOn: [names]
  }
]
