// A private endpoint of one service, entered in the zone of its name.

@description('Name of the endpoint.')
@minLength(2)
@maxLength(64)
param name string

@description('Region of the endpoint.')
param location string

@description('Tags of every resource.')
param tags object

@description('Subnet of the endpoint.')
param subnetId string

@description('Resource id of the service.')
param serviceId string

@description('Part of the service that the endpoint leads to.')
@allowed(['blob', 'queue', 'table', 'namespace', 'Sql'])
param part string

@description('Private zone of the service\'s names.')
param zoneName string

resource endpoint 'Microsoft.Network/privateEndpoints@2024-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      { name: part, properties: { privateLinkServiceId: serviceId, groupIds: [part] } }
    ]
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: zoneName
}

resource group 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-07-01' = {
  parent: endpoint
  name: 'default'
  properties: { privateDnsZoneConfigs: [{ name: part, properties: { privateDnsZoneId: zone.id } }] }
}
