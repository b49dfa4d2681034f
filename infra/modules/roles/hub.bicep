// Roles of one identity on one event hub.

@description('Event Hubs namespace of the hub.')
param namespaceName string

@description('Hub that the roles are valid for, and nothing beside it.')
param hubName string

@description('Object id of the identity.')
param principalId string

@description('What the object id is of.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string = 'ServicePrincipal'

@description('Roles to grant.')
param roles ('eventHubsDataReceiver' | 'eventHubsDataSender' | 'eventHubsDataOwner')[]

var roleIds = loadJsonContent('../../roles.json')

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' existing = {
  name: namespaceName
}

resource hub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' existing = {
  parent: namespace
  name: hubName
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles: {
    scope: hub
    name: guid(hub.id, principalId, roleIds[role])
    properties: {
      principalId: principalId
      principalType: principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]
