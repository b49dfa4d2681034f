// Roles of one identity on Application Insights, whose own keys are switched off.

@description('Application Insights component that the roles are valid for.')
param componentName string

@description('Object id of the identity.')
param principalId string

@description('Roles to grant.')
param roles ('monitoringMetricsPublisher')[]

var roleIds = loadJsonContent('../../roles.json')

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles: {
    scope: component
    name: guid(component.id, principalId, roleIds[role])
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]
