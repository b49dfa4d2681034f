// What Capture may do: write the archive of all events.

@description('Object id of Capture\'s identity.')
param principalId string

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
