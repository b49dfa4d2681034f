// Roles of one identity on a whole storage account: the Functions host makes containers, queues and tables in its own.

@description('Storage account that the roles are valid for.')
param accountName string

@description('Object id of the identity.')
param principalId string

@description('What the object id is of.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string = 'ServicePrincipal'

@description('Roles to grant.')
param roles (
  | 'blobDataOwner'
  | 'blobDataReader'
  | 'queueDataContributor'
  | 'queueDataReader'
  | 'tableDataContributor'
  | 'tableDataReader')[]

var roleIds = loadJsonContent('../../roles.json')

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: accountName
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles: {
    scope: account
    name: guid(account.id, principalId, roleIds[role])
    properties: {
      principalId: principalId
      principalType: principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]
