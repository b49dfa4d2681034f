// The warehouse: archives, verdicts, quarantine and reports, each in a container of its own.

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

@description('Days after which a blob moves to the cool tier.')
@minValue(1)
@maxValue(3650)
param coolAfterDays int = 30

@description('Days after which an archived event, or a row of the job, moves to the archive tier. A reconciliation cannot read it there.')
@minValue(31)
@maxValue(3650)
param archiveAfterDays int = 90

@description('Days that an earlier version of a blob is kept.')
@minValue(1)
@maxValue(365)
param versionDays int = 30

@description('Days for which Capture\'s files can be neither changed nor deleted; 0: always possible.')
param immutableDays int

@description('Whether anything but a private endpoint and Microsoft\'s trusted services may reach the account.')
param publicNetworkAccess string

module account 'storage.bicep' = {
  name: 'warehouse-account'
  params: {
    name: name
    location: location
    tags: tags
    workspaceId: workspaceId
    // Only without zones there is an archive tier.
    redundancy: 'Standard_LRS'
    versioned: true
    immutableContainers: ['all-events']
    immutableDays: immutableDays
    publicNetworkAccess: publicNetworkAccess
    containers: ['all-events', 'suspicious-events', 'fraud-events', 'quarantine', 'reports']
    lifecycleRules: [
      {
        name: 'cool-then-archive'
        enabled: true
        type: 'Lifecycle'
        definition: {
          filters: { blobTypes: ['blockBlob'], prefixMatch: ['all-events/', 'suspicious-events/'] }
          actions: {
            baseBlob: {
              tierToCool: { daysAfterModificationGreaterThan: coolAfterDays }
              tierToArchive: { daysAfterModificationGreaterThan: archiveAfterDays }
            }
          }
        }
      }
      {
        // People look these up at any time: they stay readable.
        name: 'cool'
        enabled: true
        type: 'Lifecycle'
        definition: {
          filters: { blobTypes: ['blockBlob'], prefixMatch: ['fraud-events/', 'quarantine/', 'reports/'] }
          actions: {
            baseBlob: { tierToCool: { daysAfterModificationGreaterThan: coolAfterDays } }
          }
        }
      }
      {
        // What somebody overwrote or deleted can be brought back for a month.
        name: 'delete-earlier-versions'
        enabled: true
        type: 'Lifecycle'
        definition: {
          filters: { blobTypes: ['blockBlob'] }
          actions: { version: { delete: { daysAfterCreationGreaterThan: versionDays } } }
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
