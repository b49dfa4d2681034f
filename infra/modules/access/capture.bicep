// What Capture may do: write the archive of all events. And what Event Hubs asks of whoever sets Capture up, however Capture
// itself writes ("Capture events through Azure Event Hubs", "Azure Storage account as a destination"): without a role on the
// account that writes containers and blobs, the hub is refused ("Linked access check failed for capture storage destination").

@description('Object id of Capture\'s identity.')
param principalId string

@description('Object id of whoever deploys.')
param deployerId string

@description('Storage account of the warehouse.')
param warehouseName string

module archive '../roles/container.bicep' = {
  name: 'capture-archive'
  params: {
    accountName: warehouseName
    containerName: 'all-events'
    principalId: principalId
    roles: ['blobDataContributor']
  }
}

module setUp '../roles/storage-account.bicep' = {
  name: 'capture-set-up'
  params: {
    accountName: warehouseName
    principalId: deployerId
    principalType: ''
    roles: ['blobDataContributor']
  }
}
