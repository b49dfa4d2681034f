// Roles of one identity on one Durable Task Scheduler.

@description('Scheduler that the roles are valid for.')
param schedulerName string

@description('Object id of the identity.')
param principalId string

@description('What the object id is of.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string = 'ServicePrincipal'

@description('Roles to grant.')
param roles ('durableTaskDataContributor' | 'durableTaskDataReader')[]

var roleIds = loadJsonContent('../../roles.json')

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' existing = {
  name: schedulerName
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles: {
    scope: scheduler
    name: guid(scheduler.id, principalId, roleIds[role])
    properties: {
      principalId: principalId
      principalType: principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]
