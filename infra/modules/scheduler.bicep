// The Durable Task Scheduler: a service that keeps the workflows' histories, in place of the app's storage account.

@description('Name of the scheduler.')
@minLength(3)
@maxLength(64)
param name string

@description('Region of the scheduler.')
param location string

@description('Tags of every resource.')
param tags object

@description('Object id of the app\'s identity.')
param principalId string

@description('Object id of whoever may look at its dashboard; empty: nobody.')
param readerId string

@description('What that object id is of.')
param readerType string

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    // Its allow list alone says who comes in: this version knows no other switch for public access, and no private
    // endpoints. Identities guard it.
    ipAllowlist: ['0.0.0.0/0']
    sku: { name: 'Consumption' }
  }
}

// The app finds it by the name of the hub in host.json, whichever backend holds it.
resource taskHub 'Microsoft.DurableTask/schedulers/taskHubs@2025-11-01' = {
  parent: scheduler
  name: loadJsonContent('../../host.json').extensions.durableTask.hubName
  properties: {}
}

module access 'roles/scheduler.bicep' = {
  name: 'function-app-scheduler'
  params: {
    schedulerName: scheduler.name
    principalId: principalId
    roles: ['durableTaskDataContributor']
  }
}

module people 'roles/scheduler.bicep' = if (!empty(readerId)) {
  name: 'people-scheduler'
  params: {
    schedulerName: scheduler.name
    principalId: readerId
    principalType: readerType
    roles: ['durableTaskDataReader']
  }
}

@description('Address of the scheduler.')
output endpoint string = scheduler.properties.endpoint
