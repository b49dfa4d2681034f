// Durable Functions Monitor: the instances of the task hub as a web page, for named people, to read only.
// Entra's login stands before it: without a login nothing answers. Its nonce has a published value that switches its
// own check off; the nonce is never set here.

@description('Name of the monitor\'s app, unique in Azure.')
@minLength(2)
@maxLength(60)
param name string

@description('Name of its plan.')
@minLength(1)
@maxLength(60)
param planName string

@description('Region of the monitor.')
param location string

@description('Tags of every resource.')
param tags object

@description('Resource id of the monitor\'s identity. It needs its roles before the app starts.')
param identityId string

@description('Client id of the monitor\'s identity.')
param identityClientId string

@description('The account with the task hub.')
param appStorageName string

@description('Blob service of that account.')
param blobEndpoint string

@description('Container of the monitor\'s package.')
param packageContainer string

@description('Client id of the app registration in Entra whose users may log in.')
@minLength(36)
@maxLength(36)
param loginClientId string

@description('Users who may look, as comma-separated user principal names.')
@minLength(3)
param users string

@description('Application Insights component.')
param componentName string

@description('Log Analytics workspace that receives metrics and logs.')
param workspaceId string

@description('Whether the app\'s metrics reach the workspace too, as its logs do through Application Insights.')
param withDiagnostics bool

var taskHub = loadJsonContent('../../host.json').extensions.durableTask.hubName

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource monitor 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    // People come from anywhere; the login below stands before it.
    publicNetworkAccess: 'Enabled'
    httpsOnly: true
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${blobEndpoint}${packageContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      // What its published package is built for.
      runtime: { name: 'dotnet-isolated', version: '8.0' }
      scaleAndConcurrency: { instanceMemoryMB: 2048, maximumInstanceCount: 40 }
    }
    siteConfig: {
      appSettings: [
        { name: 'AzureWebJobsStorage__accountName', value: appStorageName }
        { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
        { name: 'AzureWebJobsStorage__clientId', value: identityClientId }
        { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: component.properties.ConnectionString }
        { name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING', value: 'ClientId=${identityClientId};Authorization=AAD' }
        // Without a name it shows every hub of the account.
        { name: 'DFM_HUB_NAME', value: taskHub }
        { name: 'DFM_MODE', value: 'ReadOnly' }
        { name: 'DFM_ALLOWED_USER_NAMES', value: users }
      ]
      minTlsVersion: '1.2'
    }
  }
}

resource login 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: monitor
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'RedirectToLoginPage'
      redirectToProvider: 'azureactivedirectory'
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: loginClientId
          openIdIssuer: '${az.environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: { allowedAudiences: [loginClientId] }
      }
    }
    httpSettings: { requireHttps: true }
    login: { tokenStore: { enabled: true } }
  }
}

// Publishing takes a token, never a user name and a password.
resource publishingByFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: monitor
  name: 'ftp'
  properties: { allow: false }
}

resource publishingByScm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: monitor
  name: 'scm'
  properties: { allow: false }
}

// Its logs reach the workspace through Application Insights: `FunctionAppLogs` would be the same lines again.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (withDiagnostics) {
  scope: monitor
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Name of the monitor\'s app.')
output name string = monitor.name

@description('Address of the monitor.')
output url string = 'https://${monitor.properties.defaultHostName}'
