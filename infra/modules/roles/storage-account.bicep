// Roles of one identity on a whole storage account: the Functions host makes containers, queues and tables in its own, and
// Event Hubs asks for one of whoever sets Capture up.

@description('Storage account that the roles are valid for.')
param accountName string

@description('Object id of the identity.')
param principalId string

@description('What the object id is of; empty: Azure looks it up, which takes a principal that has been there for a while.')
@allowed(['', 'User', 'Group', 'ServicePrincipal'])
param principalType string = 'ServicePrincipal'

@description('Roles to grant.')
param roles (
  | 'blobDataContributor'
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
      ...(empty(principalType) ? {} : { principalType: principalType })
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]
