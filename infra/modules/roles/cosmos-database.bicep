// Data-plane roles of one identity on one Cosmos database. They are Cosmos' own, not roles of Azure.

@description('Cosmos account of the database.')
param accountName string

@description('Database that the roles are valid for, and nothing beside it.')
param databaseName string

@description('Object id of the identity.')
param principalId string

@description('Roles to grant.')
param roles ('cosmosDataContributor' | 'cosmosDataReader')[]

var roleIds = loadJsonContent('../../roles.json')

resource account 'Microsoft.DocumentDB/databaseAccounts@2025-10-15' existing = {
  name: accountName
}

resource assignments 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2025-10-15' = [
  for role in roles: {
    parent: account
    name: guid(account.id, databaseName, principalId, roleIds[role])
    properties: {
      principalId: principalId
      roleDefinitionId: '${account.id}/sqlRoleDefinitions/${roleIds[role]}'
      scope: '${account.id}/dbs/${databaseName}'
    }
  }
]
