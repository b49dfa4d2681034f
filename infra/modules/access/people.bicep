// What whoever deploys may look at: every store that docs/azure.md sends a reader to, and nothing to change there.

@description('Object id of the person or the group.')
param principalId string

@description('What the object id is of.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string

@description('The app\'s own storage account.')
param appStorageName string

@description('Storage account of the warehouse.')
param warehouseName string

@description('Event Hubs namespace.')
param eventHubsName string

@description('The hub.')
param hubName string

@description('Service Bus namespace.')
param serviceBusName string

@description('Queue of suspicious windows.')
param queueName string

@description('Cosmos account.')
param cosmosName string

@description('Cosmos database.')
param databaseName string

module appStorage '../roles/storage-account.bicep' = {
  name: 'people-app-storage'
  params: {
    accountName: appStorageName
    principalId: principalId
    principalType: principalType
    roles: ['blobDataReader', 'queueDataReader', 'tableDataReader']
  }
}

module warehouse '../roles/storage-account.bicep' = {
  name: 'people-warehouse'
  params: {
    accountName: warehouseName
    principalId: principalId
    principalType: principalType
    roles: ['blobDataReader']
  }
}

module hub '../roles/hub.bicep' = {
  name: 'people-hub'
  params: {
    namespaceName: eventHubsName
    hubName: hubName
    principalId: principalId
    principalType: principalType
    roles: ['eventHubsDataReceiver']
  }
}

module queue '../roles/queue.bicep' = {
  name: 'people-queue'
  params: {
    namespaceName: serviceBusName
    queueName: queueName
    principalId: principalId
    principalType: principalType
    roles: ['serviceBusDataReceiver']
  }
}

module database '../roles/cosmos-database.bicep' = {
  name: 'people-database'
  params: {
    accountName: cosmosName
    databaseName: databaseName
    principalId: principalId
    roles: ['cosmosDataReader']
  }
}
