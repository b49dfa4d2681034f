// The app on Flex Consumption: every connection is an address and an identity.

@description('Name of the app, unique in Azure.')
@minLength(2)
@maxLength(60)
param name string

@description('Name of its plan.')
@minLength(1)
@maxLength(60)
param planName string

@description('Region of the app. Flex Consumption is not offered everywhere.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the service in azure.yaml, by which azd finds the app.')
param serviceName string

@description('Resource id of the app\'s identity. It needs its roles before the app starts.')
param identityId string

@description('Client id of the app\'s identity.')
param identityClientId string

@description('Version of Python.')
@allowed(['3.11', '3.12', '3.13'])
param pythonVersion string = '3.12'

@description('Memory of an instance in megabytes.')
@allowed([2048, 4096])
param instanceMemory int = 2048

@description('Instances that a function, or a group of them, may reach.')
@minValue(40)
@maxValue(1000)
param maximumInstances int

@description('Archiver instances that never go to sleep.')
@minValue(0)
@maxValue(20)
param alwaysReadyArchivers int

@description('Instances for orchestrators and activities that never go to sleep.')
@minValue(0)
@maxValue(20)
param alwaysReadyWorkflows int

@description('Where the workflows\' histories lie.')
@allowed(['storage', 'scheduler'])
param durableBackend string

@description('Address of the Durable Task Scheduler; empty: the workflows\' histories lie in the app\'s own account.')
param schedulerEndpoint string

@description('Subnet that the app reaches its services through; empty: through their public addresses.')
param subnetId string

@description('Blob service of the app\'s own account.')
param blobEndpoint string

@description('Queue service of the app\'s own account.')
param queueEndpoint string

@description('Table service of the app\'s own account.')
param tableEndpoint string

@description('Container of the app\'s packages, on its own account.')
param packageContainer string

@description('Blob service of the warehouse.')
param warehouseEndpoint string

@description('Host name of the Event Hubs namespace.')
param eventHubsNamespace string

@description('Host name of the Service Bus namespace.')
param serviceBusNamespace string

@description('Address of the Cosmos account.')
param cosmosEndpoint string

@description('Application Insights component.')
param componentName string

@description('When the nightly reconciliation starts, in UTC: an NCRONTAB of six fields.')
@minLength(11)
@maxLength(100)
param reconciliationSchedule string

@description('Where alerts are posted as JSON; empty: they are logged and kept as blobs only.')
@secure()
param alertWebhookUrl string

@description('Where notices on the pipeline itself are posted as JSON; empty: they are logged and kept as blobs only.')
@secure()
param operationsWebhookUrl string

@description('Signs what is posted to both; empty: nothing is signed.')
@secure()
param webhookSecret string

@description('The server that sends alerts as mail, with its password; empty: none is sent.')
@secure()
param alertMailServer string

@description('The address that alerts are sent from.')
param alertMailFrom string

@description('The addresses that alerts are sent to, with commas between.')
param alertMailTo string

@description('The form in which alerts are posted: as they are (json), or as cards of Teams or Slack.')
@allowed(['json', 'teams', 'slack'])
param alertFormat string

@description('The address of the desk as people open it, https://.../desk: alerts and reminders link to their cases by it.')
param deskUrl string

@description('Alerts of one store and worst band are told together, once in so many minutes; 0: each by itself.')
@minValue(0)
@maxValue(1440)
param alertDigestMinutes int

@description('What a function key may do at the desk: look, decide cases, or run the pipeline.')
@allowed(['reader', 'analyst', 'operator'])
param keyRole string

@description('Client id of the app registration in Entra whose users may log in to the desk; empty: there is no login.')
@maxLength(36)
param loginClientId string

@description('The rule set that judges windows from the deployment on: the name of a file in fraud/rule_sets.')
@minLength(1)
@maxLength(31)
param ruleSet string

@description('Cases that a night makes at most of sales that the stream job did not flag; 0: no sweep.')
@minValue(0)
@maxValue(500)
param sweepCases int

@description('Days from its beginning after which the history of an orchestration that ended well is deleted; 0: never.')
@minValue(0)
@maxValue(3650)
param historyDays int

@description('The same for orchestrations that failed or were terminated.')
@minValue(0)
@maxValue(3650)
param failedHistoryDays int

@description('Further settings of the app, whose names none of the others has.')
param furtherSettings { name: string, value: string }[]

@description('Log Analytics workspace that receives metrics and logs.')
param workspaceId string

@description('Whether the app\'s metrics reach the workspace too, as its logs do through Application Insights.')
param withDiagnostics bool

var readyArchivers = alwaysReadyArchivers > 0
  ? [{ name: 'function:archive-events', instanceCount: alwaysReadyArchivers }]
  : []
var readyWorkflows = alwaysReadyWorkflows > 0 ? [{ name: 'durable', instanceCount: alwaysReadyWorkflows }] : []

// How the workflows are kept. Of host.json's durableTask all but hubName and the bounds is the same for both. The compiler
// does not know these settings; tests/infra/snapshots/ do.
var durableSettings = durableBackend == 'storage'
  ? [
      // Half a minute, the default, would be added to a workflow's first step after a rest.
      { name: '${durableProvider}__maxQueuePollingInterval', value: '00:00:10' }
    ]
  : [
      { name: '${durableProvider}__type', value: 'azureManaged' }
      { name: '${durableProvider}__connectionStringName', value: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING' }
      { name: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING', value: schedulerConnection }
    ]
var schedulerConnection = 'Endpoint=${schedulerEndpoint};Authentication=ManagedIdentity;ClientID=${identityClientId}'
var durableProvider = 'AzureFunctionsJobHost__extensions__durableTask__storageProvider'
var hubReader = 'AzureFunctionsJobHost__extensions__eventHubs'

// The stream job waits for more rows for a minute before it writes any (timeWindow of its output): by the app's own 60 seconds
// each window would be overdue at one look, three in a quarter of an hour, and the alert would never end.
var rowsAreKept = contains(map(furtherSettings, setting => setting.name), 'WATCH_STREAM_JOB_SECONDS')
  ? []
  : [{ name: 'WATCH_STREAM_JOB_SECONDS', value: '180' }]

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

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': serviceName })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    // Health, producer and command line come from anywhere; each route but /, the desk and api/health asks for a key.
    publicNetworkAccess: 'Enabled'
    ...(empty(subnetId) ? {} : { virtualNetworkSubnetId: subnetId })
    // As whom the platform reads settings that are references to a Key Vault (docs/azure.md, "Secrets").
    keyVaultReferenceIdentity: identityId
    httpsOnly: true
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${blobEndpoint}${packageContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'python', version: pythonVersion }
      scaleAndConcurrency: {
        alwaysReady: concat(readyArchivers, readyWorkflows)
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: maximumInstances
        // In Python the default is one request an instance: a page of the desk and its files would start several of them.
        // 16 is what other languages get with 2 GB; every function awaits what it asks for.
        triggers: { http: { perInstanceConcurrency: 16 } }
      }
    }
    siteConfig: {
      appSettings: [
        // On Flex Consumption the platform sets no WEBSITE_INSTANCE_ID; the desk must not hang on what it sets at all.
        { name: 'ON_AZURE', value: 'true' }
        // The triggers and the app read the same connections; see services/connections.py.
        { name: 'AzureWebJobsStorage__blobServiceUri', value: blobEndpoint }
        { name: 'AzureWebJobsStorage__queueServiceUri', value: queueEndpoint }
        { name: 'AzureWebJobsStorage__tableServiceUri', value: tableEndpoint }
        { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
        { name: 'AzureWebJobsStorage__clientId', value: identityClientId }
        { name: 'Warehouse__blobServiceUri', value: warehouseEndpoint }
        { name: 'Warehouse__credential', value: 'managedidentity' }
        { name: 'Warehouse__clientId', value: identityClientId }
        { name: 'EventHubs__fullyQualifiedNamespace', value: eventHubsNamespace }
        { name: 'EventHubs__credential', value: 'managedidentity' }
        { name: 'EventHubs__clientId', value: identityClientId }
        { name: 'ServiceBus__fullyQualifiedNamespace', value: serviceBusNamespace }
        { name: 'ServiceBus__credential', value: 'managedidentity' }
        { name: 'ServiceBus__clientId', value: identityClientId }
        { name: 'Cosmos__accountEndpoint', value: cosmosEndpoint }
        { name: 'Cosmos__credential', value: 'managedidentity' }
        { name: 'Cosmos__clientId', value: identityClientId }
        { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: component.properties.ConnectionString }
        { name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING', value: 'ClientId=${identityClientId};Authorization=AAD' }
        { name: 'RECONCILIATION_SCHEDULE', value: reconciliationSchedule }
        // Fewer and larger deliveries than on one machine: each is an execution, a request in the logs and, every fifth, a
        // checkpoint that is paid for. Two seconds are nothing beside a window of five minutes.
        { name: '${hubReader}__maxEventBatchSize', value: '1000' }
        { name: '${hubReader}__minEventBatchSize', value: '200' }
        { name: '${hubReader}__maxWaitTime', value: '00:00:02' }
        { name: '${hubReader}__prefetchCount', value: '2000' }
        { name: '${hubReader}__batchCheckpointFrequency', value: '5' }
        ...durableSettings
        // Always set, empty for none: a list that hangs on a secret could not be evaluated before it is deployed.
        { name: 'ALERT_WEBHOOK_URL', value: alertWebhookUrl }
        { name: 'OPERATIONS_WEBHOOK_URL', value: operationsWebhookUrl }
        { name: 'WEBHOOK_SECRET', value: webhookSecret }
        { name: 'ALERT_MAIL_SERVER', value: alertMailServer }
        { name: 'ALERT_MAIL_FROM', value: alertMailFrom }
        { name: 'ALERT_MAIL_TO', value: alertMailTo }
        { name: 'API_ROLE', value: keyRole }
        // The app believes the platform's principal only where the login below stands before it.
        ...(empty(loginClientId) ? [] : [{ name: 'PLATFORM_LOGIN', value: 'true' }])
        { name: 'AzureWebJobsDisableHomepage', value: 'true' }
        // A fifth checkpoint after deliveries of 1,000: so many events may lie behind it although all are archived.
        { name: 'WATCH_ARCHIVER_EVENTS', value: '5000' }
        ...rowsAreKept
        { name: 'ALERT_FORMAT', value: alertFormat }
        { name: 'DESK_URL', value: deskUrl }
        { name: 'ALERT_DIGEST_MINUTES', value: string(alertDigestMinutes) }
        { name: 'RULE_SET', value: ruleSet }
        { name: 'SWEEP_CASES', value: string(sweepCases) }
        { name: 'HISTORY_DAYS', value: string(historyDays) }
        { name: 'FAILED_HISTORY_DAYS', value: string(failedHistoryDays) }
        ...furtherSettings
      ]
      minTlsVersion: '1.2'
    }
  }
}

// People log in to the desk with Entra. Nobody is turned away here: keys open the API and the durable webhooks, health and
// the producer answer as before, and the app asks each page for a principal. The platform takes the principal's headers
// from every request that has not logged in.
resource login 'Microsoft.Web/sites/config@2025-03-01' = if (!empty(loginClientId)) {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true }
    globalValidation: {
      requireAuthentication: false
      unauthenticatedClientAction: 'AllowAnonymous'
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
    login: { tokenStore: { enabled: false } }
  }
}

// Publishing takes a token, never a user name and a password.
resource publishingByFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource publishingByScm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

// Its logs reach the workspace through Application Insights: `FunctionAppLogs` would be the same lines again.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (withDiagnostics) {
  scope: app
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Name of the app.')
output name string = app.name

@description('Address of the app.')
output url string = 'https://${app.properties.defaultHostName}'
