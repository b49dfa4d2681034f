// The optional network: the app in a subnet, and a private endpoint for each store that can have one.
// Service Bus Standard cannot; its Premium costs 677 USD a month and unit. The stream job and Capture come in as trusted
// services. See docs/decisions/bicep-and-azure.md.

@description('Ending of the resources\' names.')
param ending string

@description('Region of everything.')
param location string

@description('Tags of every resource.')
param tags object

var prefixes = loadJsonContent('../abbreviations.json')

// Without rules of its own: Azure's let the network and the way out through and keep the internet out. Landing zones refuse
// a subnet that has no group ("Deny-Subnet-Without-Nsg").
resource guard 'Microsoft.Network/networkSecurityGroups@2024-07-01' = {
  name: '${prefixes.networkNetworkSecurityGroups}${ending}'
  location: location
  tags: tags
  properties: {}
}

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: '${prefixes.networkVirtualNetworks}${ending}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.0.0.0/24'
          networkSecurityGroup: { id: guard.id }
          // The way to what stays public, said aloud: with API versions from 2025-07-01 on a subnet has none by itself.
          defaultOutboundAccess: true
          // What Flex Consumption asks for; an instance takes an address.
          delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.0.1.0/24'
          networkSecurityGroup: { id: guard.id }
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }
}

@description('Resource id of the network.')
output id string = network.id

@description('Subnet of the app.')
output appSubnetId string = '${network.id}/subnets/app'

@description('Subnet of the private endpoints.')
output endpointSubnetId string = '${network.id}/subnets/endpoints'
