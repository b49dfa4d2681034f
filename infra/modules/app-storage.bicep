// The app's own account: the host's leases and checkpoints, the durable task hub, the deployed packages, and what a
// running workflow hands from one activity to the next.

@description('Name of the storage account.')
@minLength(3)
@maxLength(24)
param name string

@description('Region of the account.')
param location string

@description('Tags of every resource.')
param tags object

@description('Log Analytics workspace that receives metrics and logs.')
param workspaceId string

@description('Days after which what a workflow left behind is deleted. A workflow deletes its own when it ends.')
@minValue(7)
@maxValue(365)
param deleteWorkAfterDays int = 30

@description('Whether there is a Durable Functions Monitor, whose package needs a container.')
param withMonitor bool

@description('Whether anything but a private endpoint may reach the account.')
param publicNetworkAccess string

module account 'storage.bicep' = {
  name: 'app-account'
  params: {
    name: name
    location: location
    tags: tags
    workspaceId: workspaceId
    containers: ['workflow-data', 'deployments', ...(withMonitor ? ['monitor-deployments'] : [])]
    redundancy: 'Standard_ZRS'
    // Leases and work come and go by the thousand.
    versioned: false
    publicNetworkAccess: publicNetworkAccess
    lifecycleRules: [
      {
        // By its folders: what lies beside them is no work, and stays however long nobody writes it. Without its head the
        // chain of reports would be broken for ever after a month in which the app stood.
        name: 'delete-left-work'
        enabled: true
        type: 'Lifecycle'
        definition: {
          filters: {
            blobTypes: ['blockBlob']
            prefixMatch: [
              'workflow-data/again/'
              'workflow-data/reconciliations/'
              'workflow-data/repairs/'
              'workflow-data/sweep/'
              'workflow-data/windows/'
            ]
          }
          actions: {
            baseBlob: { delete: { daysAfterModificationGreaterThan: deleteWorkAfterDays } }
          }
        }
      }
    ]
  }
}

@description('Name of the account.')
output name string = account.outputs.name

@description('Resource id of the account.')
output id string = account.outputs.id

@description('Address of the blob service.')
output blobEndpoint string = account.outputs.blobEndpoint

@description('Address of the queue service.')
output queueEndpoint string = account.outputs.queueEndpoint

@description('Address of the table service.')
output tableEndpoint string = account.outputs.tableEndpoint

@description('Container of the app\'s packages.')
output packageContainer string = 'deployments'

@description('Container of the monitor\'s package.')
output monitorPackageContainer string = 'monitor-deployments'
