// The whole pipeline in one resource group: `azd up` makes it, `azd down --purge` leaves nothing of it.
// No key, connection string or shared access signature: every part opens the next one with an identity of its own.
targetScope = 'subscription'

@description('Name of the azd environment. The resource group is called after it.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Region of everything. All services are offered in these.')
@allowed([
  'australiaeast'
  'canadacentral'
  'centralindia'
  'eastus'
  'eastus2'
  'francecentral'
  'germanywestcentral'
  'japaneast'
  'koreacentral'
  'northeurope'
  'norwayeast'
  'southcentralus'
  'southeastasia'
  'swedencentral'
  'uksouth'
  'westeurope'
  'westus2'
  'westus3'
])
@metadata({ azd: { type: 'location' } })
param location string

@description('Events a second that the deployment is made for; sizes.json holds what each size means.')
@allowed(['demo', '1k', '5k', '10k'])
param size string = '1k'

@description('Partitions of the hub; 0: as many as the size has. An even number: even ones carry inventory, odd ones sales.')
@minValue(0)
@maxValue(32)
param partitionCount int = 0

@description('Request units a second that the archive scales to; 0: as the size says.')
@minValue(0)
@maxValue(1000000)
param archiveRequestUnits int = 0

@description('Days that an event stays in the archive in Cosmos. Capture keeps it for good.')
@minValue(1)
@maxValue(365)
param eventDays int = 30

@description('Whether Cosmos lies in several zones of the region. It cannot change later.')
param archiveZoneRedundant bool = false

@description('Days to which Cosmos can be restored: 7 are in the price, 30 are not.')
@minValue(7)
@maxValue(30)
param archiveBackupDays int = 7

@description('Days for which Capture\'s files can be neither changed nor deleted; 0: always possible.')
@minValue(0)
@maxValue(365)
param immutableDays int = 0

@description('Tier of Event Hubs. Premium has Capture and every event in its price.')
@allowed(['standard', 'premium'])
param eventHubsTier string = 'standard'

@description('Where workflows are kept: in the app\'s storage account, or with the Durable Task Scheduler.')
@allowed(['storage', 'scheduler'])
param durableBackend string = 'storage'

@description('Whether the stores are reached through private endpoints only. Service Bus Standard and the scheduler cannot be.')
param vnetEnabled bool = false

@description('Whether whoever deploys may look into every store.')
param peopleAccess bool = true

@description('Object id of whoever may look into every store; empty: of whoever deploys.')
@maxLength(36)
param principalId string = ''

@description('What that object id is of.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string = 'User'

@description('Gigabytes of logs a day after which ingestion stops until the next day; 0: as the size says.')
@minValue(0)
@maxValue(100)
param dailyQuotaGigabytes int = 0

@description('Who is told of alerts and of the bill.')
@minLength(6)
@maxLength(254)
param alertEmail string

@description('Where the app posts alerts on fraud, as JSON; empty: they are logged and kept as blobs only.')
@secure()
param alertWebhookUrl string = ''

@description('Where the app posts notices on the pipeline itself, as JSON; empty: they are logged and kept as blobs only.')
@secure()
param operationsWebhookUrl string = ''

@description('Signs what is posted to both, at least 16 characters; empty: nothing is signed.')
@secure()
param webhookSecret string = ''

@description('Alerts as mail: smtps://user:password@host:port, or smtp:// for STARTTLS; empty: none is sent.')
@secure()
param alertMailServer string = ''

@description('The address that alerts are sent from.')
param alertMailFrom string = ''

@description('The addresses that alerts are sent to, with commas between.')
param alertMailTo string = ''

@description('The form in which alerts are posted: as they are (json), or as cards of Teams or Slack.')
@allowed(['json', 'teams', 'slack'])
param alertFormat string = 'json'

@description('The address of the desk as people open it, https://.../desk: alerts and reminders link to their cases by it.')
param deskUrl string = ''

@description('Alerts of one store and worst band are told together, once in so many minutes; 0: each by itself.')
@minValue(0)
@maxValue(1440)
param alertDigestMinutes int = 5

@description('When the nightly reconciliation starts, in UTC: an NCRONTAB of six fields.')
@minLength(11)
@maxLength(100)
param reconciliationSchedule string = '0 30 2 * * *'

@description('The rule set that judges windows from the deployment on: the name of a file in fraud/rule_sets.')
@allowed(['context', 'seed'])
param ruleSet string = 'context'

@description('Cases that a night makes at most of sales that the stream job did not flag; 0: no sweep.')
@minValue(0)
@maxValue(500)
param sweepCases int = 50

@description('Days from its beginning after which the history of an orchestration that ended well is deleted; 0: never.')
@minValue(0)
@maxValue(3650)
param historyDays int = 30

@description('The same for orchestrations that failed or were terminated.')
@minValue(0)
@maxValue(3650)
param failedHistoryDays int = 90

@description('Further settings of the app, NAME=value with spaces between: others are gone after each deployment.')
@maxLength(1000)
param appSettings string = ''

@description('Roles of the stream job. Microsoft names Data Owner ("owner") while asking for the least; "least" is untried.')
@allowed(['least', 'owner'])
param streamJobRoles string = 'least'

@description('Role of the app on the queue. With "owner" the scale controller sees its length; "least" is enough to read.')
@allowed(['least', 'owner'])
param appRoles string = 'least'

@description('Amount a month at which the budget tells; 0: the size\'s own; -1: there is no budget.')
@minValue(-1)
param monthlyBudget int = 0

@description('First day of the month from which the budget counts; empty: of this month. Azure refuses another one later.')
@maxLength(10)
param budgetStartDate string = ''

@description('First day of this month. `utcNow` may stand nowhere else.')
@minLength(10)
@maxLength(10)
param thisMonth string = utcNow('yyyy-MM-01')

@description('Diagnostic settings of the apps too; false if a region does not take them on Flex Consumption.')
param appDiagnostics bool = true

@description('What a function key may do: look, decide cases, or run the pipeline.')
@allowed(['reader', 'analyst', 'operator'])
param keyRole string = 'operator'

@description('Client id of an app registration in Entra with the roles reader, analyst and operator, for the desk; empty: there is no login.')
@maxLength(36)
param deskClientId string = ''

@description('Client id of an app registration in Entra; empty: there is no Durable Functions Monitor.')
@maxLength(36)
param monitorClientId string = ''

@description('Users who may look at the monitor, as comma-separated user principal names.')
param monitorUsers string = ''

var prefixes = loadJsonContent('abbreviations.json')
var sizes = loadJsonContent('sizes.json')
var chosen = sizes[size]
var ending = toLower(uniqueString(subscription().id, toLower(environmentName), location))
var named = endsWith(environmentName, '.')
  ? fail('environmentName must not end with a full stop: the name of a resource group cannot.')
  : environmentName
var tags = { 'azd-env-name': environmentName }
var withMonitor = empty(monitorClientId)
  ? false
  : durableBackend == 'scheduler'
      ? fail('The Durable Functions Monitor shows the storage backend only; the scheduler has a dashboard of its own.')
      : vnetEnabled
          ? fail('The Durable Functions Monitor has no way into the network: vnetEnabled or monitorClientId must be off.')
          : true
var reader = peopleAccess ? (empty(principalId) ? deployer().objectId : principalId) : ''
var storesAccess = vnetEnabled ? 'Disabled' : 'Enabled'
var partitions = partitionCount % 2 != 0
  ? fail('partitionCount must be even: even partitions carry inventory, odd ones sales.')
  : partitionCount == 0 || partitionCount >= chosen.partitionCount
      ? max(partitionCount, chosen.partitionCount)
      : fail('Size ${size} needs at least ${chosen.partitionCount} partitions; partitionCount asks for fewer.')
var requestUnits = archiveRequestUnits % 1000 == 0
  ? max(archiveRequestUnits, chosen.archiveRequestUnits)
  : fail('archiveRequestUnits must be a multiple of 1000: Cosmos scales in those steps.')
var backupDays = archiveBackupDays == 7
  ? 7
  : archiveBackupDays == 30 ? 30 : fail('archiveBackupDays must be 7 or 30: Cosmos has these two tiers.')
var dateFields = split('${budgetStartDate}---', '-')
var startsMonth = contains(years, dateFields[0]) && contains(months, dateFields[1]) && dateFields[2] == '01'
var budgetStart = empty(budgetStartDate)
  ? thisMonth
  : startsMonth ? budgetStartDate : fail('budgetStartDate must be the first day of a month, as 2026-01-01.')
var years = map(range(2020, 80), year => string(year))
var months = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12']
var schedule = length(filter(split(reconciliationSchedule, ' '), field => !empty(field))) == 6
  ? reconciliationSchedule
  : fail('reconciliationSchedule must have six fields: second, minute, hour, day, month, day of the week.')
var deskLogin = contains([0, 36], length(deskClientId))
  ? deskClientId
  : fail('deskClientId must be the client id of an app registration, of 36 characters, or empty.')
// Those that the app reads and nothing else here sets; a deployment replaces all settings of an app.
var adjustable = [
  'MANAGEMENT_URLS'
  'PRODUCER_ANONYMOUS'
  'REVIEW_HOURS'
  'WATCH_ANALYSIS_SECONDS'
  'WATCH_ARCHIVER_SECONDS'
  'WATCH_CAPTURE_SECONDS'
  'WATCH_CHAIN'
  'WATCH_DEAD_LETTERS'
  'WATCH_NIGHT_SECONDS'
  'WATCH_QUARANTINED'
  'WATCH_QUEUE_SECONDS'
  'WATCH_STREAM_JOB_SECONDS'
  'WATCH_UNRESOLVED'
]
var furtherSettings = map(
  filter(split(appSettings, ' '), text => !empty(text)),
  text =>
    contains(adjustable, split(text, '=')[0]) && length(split(text, '=')) == 2
      ? { name: split(text, '=')[0], value: split(text, '=')[1] }
      : fail('appSettings must be NAME=value with spaces between, of ${join(adjustable, ', ')}, not "${text}".')
)
var furtherNames = map(furtherSettings, setting => setting.name)
var users = withMonitor && empty(monitorUsers)
  ? fail('monitorUsers must name who may look at the monitor, or monitorClientId must be empty.')
  : monitorUsers

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: '${prefixes.resourcesResourceGroups}${named}'
  location: location
  tags: tags
}

module network 'modules/network.bicep' = if (vnetEnabled) {
  scope: group
  name: 'network'
  params: { ending: ending, location: location, tags: tags }
}

module endpoints 'modules/private-endpoints.bicep' = if (vnetEnabled) {
  scope: group
  name: 'endpoints'
  params: {
    ending: ending
    location: location
    tags: tags
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
    warehouseId: warehouse.outputs.id
    appStorageId: app.outputs.storageId
    eventHubsId: ingest.outputs.namespaceId
    cosmosId: cosmos.outputs.id
  }
  // Cosmos changes one thing of an account at a time: an endpoint and a role at once end in a 412 ("requires an exclusive
  // lock", issue 15842 of hashicorp/terraform-provider-azurerm).
  dependsOn: [people]
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  name: 'monitoring'
  params: {
    workspaceName: '${prefixes.operationalInsightsWorkspaces}${ending}'
    componentName: '${prefixes.insightsComponents}${ending}'
    dailyQuotaGigabytes: dailyQuotaGigabytes > 0 ? dailyQuotaGigabytes : chosen.dailyQuotaGigabytes
    location: location
    tags: tags
  }
}

module warehouse 'modules/warehouse.bicep' = {
  scope: group
  name: 'warehouse'
  params: {
    name: '${prefixes.storageStorageAccounts}wh${ending}'
    immutableDays: immutableDays
    publicNetworkAccess: storesAccess
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module deployerAccess 'modules/access/deployer.bicep' = {
  scope: group
  name: 'deployer-access'
  params: { principalId: deployer().objectId, warehouseName: warehouse.outputs.name }
}

module ingest 'modules/ingest.bicep' = {
  scope: group
  name: 'ingest'
  params: {
    ending: ending
    location: location
    tags: tags
    partitionCount: partitions
    throughputUnits: chosen.throughputUnits
    maximumThroughputUnits: chosen.maximumThroughputUnits
    premium: eventHubsTier == 'premium'
    processingUnits: chosen.processingUnits
    publicNetworkAccess: storesAccess
    warehouseName: warehouse.outputs.name
    warehouseId: warehouse.outputs.id
    workspaceId: monitoring.outputs.workspaceId
  }
  // A role takes minutes to reach every service, and Event Hubs looks at that of whoever deploys while it makes the hub.
  // Cosmos, the slowest of all, takes some; the app needs both anyway.
  dependsOn: [cosmos, deployerAccess]
}

module serviceBus 'modules/service-bus.bicep' = {
  scope: group
  name: 'service-bus'
  params: {
    name: '${prefixes.serviceBusNamespaces}${ending}'
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module cosmos 'modules/cosmos.bicep' = {
  scope: group
  name: 'cosmos'
  params: {
    name: '${prefixes.documentDBDatabaseAccounts}${ending}'
    location: location
    tags: tags
    requestUnits: requestUnits
    eventDays: eventDays
    zoneRedundant: archiveZoneRedundant
    backupDays: backupDays
    publicNetworkAccess: storesAccess
    workspaceId: monitoring.outputs.workspaceId
  }
}

module streamJob 'modules/stream-job.bicep' = {
  scope: group
  name: 'stream-job'
  params: {
    ending: ending
    location: location
    tags: tags
    roles: streamJobRoles
    streamingUnits: chosen.streamingUnits
    eventHubsName: ingest.outputs.namespaceName
    hubName: ingest.outputs.hubName
    consumerGroupName: ingest.outputs.streamGroupName
    serviceBusName: serviceBus.outputs.namespaceName
    queueName: serviceBus.outputs.queueName
    warehouseName: warehouse.outputs.name
    workspaceId: monitoring.outputs.workspaceId
  }
}

module app 'modules/app.bicep' = {
  scope: group
  name: 'app'
  params: {
    ending: ending
    location: location
    tags: tags
    maximumInstances: chosen.maximumInstances
    alwaysReadyArchivers: chosen.alwaysReadyArchivers
    alwaysReadyWorkflows: chosen.alwaysReadyWorkflows
    durableBackend: durableBackend
    readerId: reader
    readerType: principalType
    roles: appRoles
    withMonitor: withMonitor
    subnetId: vnetEnabled ? network!.outputs.appSubnetId : ''
    publicNetworkAccess: storesAccess
    warehouseName: warehouse.outputs.name
    warehouseEndpoint: warehouse.outputs.blobEndpoint
    eventHubsName: ingest.outputs.namespaceName
    eventHubsNamespace: ingest.outputs.fullyQualifiedNamespace
    hubName: ingest.outputs.hubName
    serviceBusName: serviceBus.outputs.namespaceName
    serviceBusNamespace: serviceBus.outputs.fullyQualifiedNamespace
    queueName: serviceBus.outputs.queueName
    cosmosName: cosmos.outputs.accountName
    cosmosEndpoint: cosmos.outputs.endpoint
    databaseName: cosmos.outputs.databaseName
    componentName: monitoring.outputs.componentName
    keyRole: keyRole
    loginClientId: deskLogin
    reconciliationSchedule: schedule
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
    furtherSettings: length(union(furtherNames, furtherNames)) == length(furtherNames)
      ? furtherSettings
      : fail('appSettings must name each setting once.')
    workspaceId: monitoring.outputs.workspaceId
    withDiagnostics: appDiagnostics
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  name: 'alerts'
  params: {
    ending: ending
    location: location
    tags: tags
    email: alertEmail
    streamJobId: streamJob.outputs.id
    eventHubsId: ingest.outputs.namespaceId
    serviceBusId: serviceBus.outputs.namespaceId
    cosmosId: cosmos.outputs.id
    eventsPerSecond: chosen.eventsPerSecond
    partitionCount: partitions
    workspaceId: monitoring.outputs.workspaceId
    actionGroupPrefix: prefixes.insightsActionGroups
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  name: 'workbook'
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    cosmosId: cosmos.outputs.id
    eventHubsId: ingest.outputs.namespaceId
  }
}

module people 'modules/access/people.bicep' = if (peopleAccess) {
  scope: group
  name: 'people'
  params: {
    principalId: reader
    principalType: principalType
    appStorageName: app.outputs.storageName
    warehouseName: warehouse.outputs.name
    eventHubsName: ingest.outputs.namespaceName
    hubName: ingest.outputs.hubName
    serviceBusName: serviceBus.outputs.namespaceName
    queueName: serviceBus.outputs.queueName
    cosmosName: cosmos.outputs.accountName
    databaseName: cosmos.outputs.databaseName
  }
}

// A new subscription may wait 48 hours before it can have a budget, and some offers never have one.
module budget 'modules/budget.bicep' = if (monthlyBudget >= 0) {
  scope: group
  name: 'budget'
  params: {
    name: '${prefixes.consumptionBudgets}${ending}'
    amount: monthlyBudget > 0 ? monthlyBudget : chosen.monthlyBudget
    startDate: budgetStart
    email: alertEmail
  }
}

module monitor 'modules/monitor.bicep' = if (withMonitor) {
  scope: group
  name: 'monitor'
  params: {
    ending: ending
    location: location
    tags: tags
    appStorageName: app.outputs.storageName
    blobEndpoint: app.outputs.blobEndpoint
    packageContainer: app.outputs.monitorPackageContainer
    loginClientId: monitorClientId
    users: users
    componentName: monitoring.outputs.componentName
    workspaceId: monitoring.outputs.workspaceId
    withDiagnostics: appDiagnostics
  }
}

@description('Region of everything.')
output AZURE_LOCATION string = location

@description('Resource group of everything.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Name of the stream job, for the hooks that stop and start it.')
output STREAM_ANALYTICS_JOB string = streamJob.outputs.name

@description('Tenant of the subscription.')
output AZURE_TENANT_ID string = tenant().tenantId

@description('Name of the app, as azd calls the service.')
output SERVICE_FUNCTIONS_NAME string = app.outputs.name

@description('Address of the app, as azd calls the service.')
output SERVICE_FUNCTIONS_URI string = app.outputs.url

@description('Name of the app, as Microsoft\'s samples call it.')
output AZURE_FUNCTION_NAME string = app.outputs.name

@description('Name of the app.')
output FUNCTION_APP string = app.outputs.name

@description('Address of the app, for the command line and the browser.')
output FUNCTION_APP_URL string = app.outputs.url

@description('Start of the budget. azd keeps it and gives it to the next deployment, which must not move it.')
output BUDGET_START_DATE string = budgetStart

@description('Storage account with the archives, the verdicts and the reports.')
output WAREHOUSE_ACCOUNT string = warehouse.outputs.name

@description('Name of the Durable Functions Monitor\'s app; empty: there is none.')
output MONITOR_APP string = withMonitor ? monitor!.outputs.name : ''

@description('Address of the Durable Functions Monitor; empty: there is none.')
output MONITOR_URL string = withMonitor ? monitor!.outputs.url : ''
