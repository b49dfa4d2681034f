// What the app may do: run on its own account, send to and read the hub, read the queue, read Capture's archive, write
// what it finds, use its database, and publish its telemetry.

@description('Object id of the app\'s identity.')
param principalId string

@description('The app\'s own storage account.')
param appStorageName string

@description('Storage account of the warehouse.')
param warehouseName string

@description('Event Hubs namespace.')
param eventHubsName string

@description('Hub that campaigns send to and the archiver reads.')
param hubName string

@description('Service Bus namespace.')
param serviceBusName string

@description('Queue of suspicious windows.')
param queueName string

@description('"least" grants Receiver on the queue; "owner" Data Owner, by which scaling sees its length.')
@allowed(['least', 'owner'])
param extent string

@description('Cosmos account.')
param cosmosName string

@description('Cosmos database.')
param databaseName string

@description('Application Insights component.')
param componentName string

module host '../roles/storage-account.bicep' = {
  name: 'function-app-host'
  params: {
    accountName: appStorageName
    principalId: principalId
    roles: ['blobDataOwner', 'queueDataContributor', 'tableDataContributor']
  }
}

module hub '../roles/hub.bicep' = {
  name: 'function-app-hub'
  params: {
    namespaceName: eventHubsName
    hubName: hubName
    principalId: principalId
    roles: ['eventHubsDataReceiver', 'eventHubsDataSender']
  }
}

module queue '../roles/queue.bicep' = {
  name: 'function-app-queue'
  params: {
    namespaceName: serviceBusName
    queueName: queueName
    principalId: principalId
    roles: extent == 'owner' ? ['serviceBusDataOwner'] : ['serviceBusDataReceiver']
  }
}

module allEvents '../roles/container.bicep' = {
  name: 'function-app-all-events'
  params: {
    accountName: warehouseName
    containerName: 'all-events'
    principalId: principalId
    roles: ['blobDataReader']
  }
}

// A repair enters windows that the stream job lost in its container, beside the job's own rows.
module otherContainers '../roles/container.bicep' = [
  for container in ['suspicious-events', 'fraud-events', 'quarantine', 'reports']: {
    name: 'function-app-${container}'
    params: {
      accountName: warehouseName
      containerName: container
      principalId: principalId
      roles: ['blobDataContributor']
    }
  }
]

// After the others: Azure's own roles take an identity that is a second old, and Cosmos refuses one that its directory does
// not know yet (issues 28070 of hashicorp/terraform-provider-azurerm, 2816 of pulumi/pulumi-azure-native).
module database '../roles/cosmos-database.bicep' = {
  name: 'function-app-database'
  params: {
    accountName: cosmosName
    databaseName: databaseName
    principalId: principalId
    roles: ['cosmosDataContributor']
  }
  dependsOn: [host, hub, queue, allEvents, otherContainers, telemetry]
}

module telemetry '../roles/insights.bicep' = {
  name: 'function-app-telemetry'
  params: {
    componentName: componentName
    principalId: principalId
    roles: ['monitoringMetricsPublisher']
  }
}
