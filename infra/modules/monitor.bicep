// The optional Durable Functions Monitor: its identity, its roles, and then its app.

@description('Ending of the resources\' names.')
param ending string

@description('Region of everything.')
param location string

@description('Tags of every resource.')
param tags object

@description('The account with the task hub.')
param appStorageName string

@description('Blob service of that account.')
param blobEndpoint string

@description('Container of the monitor\'s package.')
param packageContainer string

@description('Client id of the app registration in Entra whose users may log in.')
param loginClientId string

@description('Users who may look, as comma-separated user principal names.')
param users string

@description('Application Insights component.')
param componentName string

@description('Log Analytics workspace that receives metrics and logs.')
param workspaceId string

@description('Whether the app\'s metrics reach the workspace too, as its logs do through Application Insights.')
param withDiagnostics bool

var prefixes = loadJsonContent('../abbreviations.json')

module identity 'identity.bicep' = {
  name: 'durable-monitor-identity'
  params: {
    name: '${prefixes.managedIdentityUserAssignedIdentities}durable-monitor-${ending}'
    location: location
    tags: tags
  }
}

module access 'access/durable-monitor.bicep' = {
  name: 'durable-monitor-access'
  params: {
    principalId: identity.outputs.principalId
    appStorageName: appStorageName
    componentName: componentName
  }
}

module app 'durable-monitor.bicep' = {
  name: 'durable-monitor'
  params: {
    name: '${prefixes.webSitesFunctions}monitor-${ending}'
    planName: '${prefixes.webServerFarms}monitor-${ending}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    appStorageName: appStorageName
    blobEndpoint: blobEndpoint
    packageContainer: packageContainer
    loginClientId: loginClientId
    users: users
    componentName: componentName
    workspaceId: workspaceId
    withDiagnostics: withDiagnostics
  }
  dependsOn: [access]
}

@description('Address of the monitor.')
output url string = app.outputs.url

@description('Name of the monitor\'s app, for the deployment of its package.')
output name string = app.outputs.name
