// What the monitor may do: its host runs on the app's account, where the task hub that it shows lies. That it only
// reads is its own setting, DFM_MODE: the host's roles cannot be smaller.

@description('Object id of the monitor\'s identity.')
param principalId string

@description('The app\'s own storage account.')
param appStorageName string

@description('Application Insights component.')
param componentName string

module host '../roles/storage-account.bicep' = {
  name: 'durable-monitor-host'
  params: {
    accountName: appStorageName
    principalId: principalId
    roles: ['blobDataOwner', 'queueDataContributor', 'tableDataContributor']
  }
}

module telemetry '../roles/insights.bicep' = {
  name: 'durable-monitor-telemetry'
  params: {
    componentName: componentName
    principalId: principalId
    roles: ['monitoringMetricsPublisher']
  }
}
