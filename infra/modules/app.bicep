// The app: its identity, its own storage account, its roles, and then the function app.

@description('Ending of the resources\' names.')
param ending string

@description('Region of everything.')
param location string

@description('Tags of every resource.')
param tags object

@description('Instances that a function, or a group of them, may reach.')
param maximumInstances int

@description('Archiver instances that never go to sleep.')
param alwaysReadyArchivers int

@description('Instances for orchestrators and activities that never go to sleep.')
param alwaysReadyWorkflows int

@description('Storage account of the warehouse.')
param warehouseName string

@description('Blob service of the warehouse.')
param warehouseEndpoint string

@description('Event Hubs namespace.')
param eventHubsName string

@description('Host name of the Event Hubs namespace.')
param eventHubsNamespace string

@description('Hub that campaigns send to and the archiver reads.')
param hubName string

@description('Service Bus namespace.')
param serviceBusName string

@description('Host name of the Service Bus namespace.')
param serviceBusNamespace string

@description('Queue of suspicious windows.')
param queueName string

@description('Cosmos account.')
param cosmosName string

@description('Address of the Cosmos account.')
param cosmosEndpoint string

@description('Cosmos database.')
param databaseName string

@description('Where the workflows\' histories lie: in the app\'s own account, or with the Durable Task Scheduler.')
@allowed(['storage', 'scheduler'])
param durableBackend string

@description('Object id of whoever may look at the scheduler\'s dashboard; empty: nobody.')
param readerId string

@description('What that object id is of.')
param readerType string

@description('"least" grants the app Receiver on the queue; "owner" Data Owner, by which scaling sees its length.')
@allowed(['least', 'owner'])
param roles string

@description('Whether there is a Durable Functions Monitor.')
param withMonitor bool

@description('Subnet that the app reaches its services through; empty: through their public addresses.')
param subnetId string

@description('Whether anything but a private endpoint may reach the app\'s own account.')
param publicNetworkAccess string

@description('Application Insights component.')
param componentName string

@description('What a function key may do at the desk: look, decide cases, or run the pipeline.')
@allowed(['reader', 'analyst', 'operator'])
param keyRole string

@description('Client id of the app registration in Entra whose users may log in to the desk; empty: there is no login.')
@maxLength(36)
param loginClientId string

@description('When the nightly reconciliation starts, in UTC: an NCRONTAB of six fields.')
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

var prefixes = loadJsonContent('../abbreviations.json')

module identity 'identity.bicep' = {
  name: 'function-app-identity'
  params: {
    name: '${prefixes.managedIdentityUserAssignedIdentities}function-app-${ending}'
    location: location
    tags: tags
  }
}

module storage 'app-storage.bicep' = {
  name: 'app-storage'
  params: {
    name: '${prefixes.storageStorageAccounts}app${ending}'
    location: location
    tags: tags
    workspaceId: workspaceId
    withMonitor: withMonitor
    publicNetworkAccess: publicNetworkAccess
  }
}

module access 'access/function-app.bicep' = {
  name: 'function-app-access'
  params: {
    principalId: identity.outputs.principalId
    appStorageName: storage.outputs.name
    warehouseName: warehouseName
    eventHubsName: eventHubsName
    hubName: hubName
    serviceBusName: serviceBusName
    queueName: queueName
    extent: roles
    cosmosName: cosmosName
    databaseName: databaseName
    componentName: componentName
  }
}

module scheduler 'scheduler.bicep' = if (durableBackend == 'scheduler') {
  name: 'scheduler'
  params: {
    name: '${prefixes.durableTaskSchedulers}${ending}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    readerId: readerId
    readerType: readerType
  }
}

module functionApp 'function-app.bicep' = {
  name: 'function-app'
  params: {
    name: '${prefixes.webSitesFunctions}${ending}'
    planName: '${prefixes.webServerFarms}${ending}'
    location: location
    tags: tags
    serviceName: 'functions'
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    maximumInstances: maximumInstances
    alwaysReadyArchivers: alwaysReadyArchivers
    alwaysReadyWorkflows: alwaysReadyWorkflows
    durableBackend: durableBackend
    schedulerEndpoint: durableBackend == 'scheduler' ? scheduler!.outputs.endpoint : ''
    subnetId: subnetId
    blobEndpoint: storage.outputs.blobEndpoint
    queueEndpoint: storage.outputs.queueEndpoint
    tableEndpoint: storage.outputs.tableEndpoint
    packageContainer: storage.outputs.packageContainer
    warehouseEndpoint: warehouseEndpoint
    eventHubsNamespace: eventHubsNamespace
    serviceBusNamespace: serviceBusNamespace
    cosmosEndpoint: cosmosEndpoint
    componentName: componentName
    keyRole: keyRole
    loginClientId: loginClientId
    reconciliationSchedule: reconciliationSchedule
    alertWebhookUrl: alertWebhookUrl
    operationsWebhookUrl: operationsWebhookUrl
    webhookSecret: webhookSecret
    alertMailServer: alertMailServer
    alertMailFrom: alertMailFrom
    alertMailTo: alertMailTo
    alertFormat: alertFormat
    deskUrl: deskUrl
    alertDigestMinutes: alertDigestMinutes
    ruleSet: ruleSet
    sweepCases: sweepCases
    historyDays: historyDays
    failedHistoryDays: failedHistoryDays
    furtherSettings: furtherSettings
    workspaceId: workspaceId
    withDiagnostics: withDiagnostics
  }
  dependsOn: [access]
}

@description('Name of the app.')
output name string = functionApp.outputs.name

@description('Address of the app.')
output url string = functionApp.outputs.url

@description('The app\'s own storage account, with the task hub.')
output storageName string = storage.outputs.name

@description('Blob service of that account.')
output blobEndpoint string = storage.outputs.blobEndpoint

@description('Resource id of that account.')
output storageId string = storage.outputs.id

@description('Container of the monitor\'s package, on that account.')
output monitorPackageContainer string = storage.outputs.monitorPackageContainer
