// What Event Hubs asks of whoever sets Capture up, however Capture itself writes ("Capture events through Azure Event Hubs",
// "Azure Storage account as a destination"): without a role on the account that writes containers and blobs, the hub is refused
// ("Linked access check failed for capture storage destination").

@description('Object id of whoever deploys.')
param principalId string

@description('Storage account of the warehouse.')
param warehouseName string

module setUp '../roles/storage-account.bicep' = {
  name: 'capture-set-up'
  params: {
    accountName: warehouseName
    principalId: principalId
    principalType: ''
    roles: ['blobDataContributor']
  }
}
