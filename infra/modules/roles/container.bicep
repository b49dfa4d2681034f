// Roles of one identity on one blob container.

@description('Storage account of the container.')
param accountName string

@description('Container that the roles are valid for, and nothing beside it.')
param containerName string

@description('Object id of the identity.')
param principalId string

@description('Roles to grant.')
param roles ('blobDataReader' | 'blobDataContributor')[]

var roleIds = loadJsonContent('../../roles.json')

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: accountName
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' existing = {
  parent: account
  name: 'default'
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = {
  parent: blobs
  name: containerName
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles: {
    scope: container
    name: guid(container.id, principalId, roleIds[role])
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]
