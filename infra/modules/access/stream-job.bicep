// What the stream job may do: read the hub, write the queue and the archive of suspicious events.

@description('Object id of the stream job\'s identity.')
param principalId string

@description('Event Hubs namespace.')
param eventHubsName string

@description('Hub that the job reads.')
param hubName string

@description('Service Bus namespace.')
param serviceBusName string

@description('Queue that the job writes to.')
param queueName string

@description('Storage account of the warehouse.')
param warehouseName string

@description('"least" grants Receiver on the hub and Sender on the queue; "owner" grants Data Owner on both.')
@allowed(['least', 'owner'])
param extent string

module hub '../roles/hub.bicep' = {
  name: 'stream-job-hub'
  params: {
    namespaceName: eventHubsName
    hubName: hubName
    principalId: principalId
    roles: extent == 'owner' ? ['eventHubsDataOwner'] : ['eventHubsDataReceiver']
  }
}

module queue '../roles/queue.bicep' = {
  name: 'stream-job-queue'
  params: {
    namespaceName: serviceBusName
    queueName: queueName
    principalId: principalId
    roles: extent == 'owner' ? ['serviceBusDataOwner'] : ['serviceBusDataSender']
  }
}

module suspicious '../roles/container.bicep' = {
  name: 'stream-job-suspicious'
  params: {
    accountName: warehouseName
    containerName: 'suspicious-events'
    principalId: principalId
    roles: ['blobDataContributor']
  }
}
