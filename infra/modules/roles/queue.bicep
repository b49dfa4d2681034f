// Roles of one identity on one Service Bus queue.

@description('Service Bus namespace of the queue.')
param namespaceName string

@description('Queue that the roles are valid for, and nothing beside it.')
param queueName string

@description('Object id of the identity.')
param principalId string

@description('What the object id is of.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string = 'ServicePrincipal'

@description('Roles to grant.')
param roles ('serviceBusDataReceiver' | 'serviceBusDataSender' | 'serviceBusDataOwner')[]

var roleIds = loadJsonContent('../../roles.json')

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: namespaceName
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' existing = {
  parent: namespace
  name: queueName
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles: {
    scope: queue
    name: guid(queue.id, principalId, roleIds[role])
    properties: {
      principalId: principalId
      principalType: principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]
