// Where logs and metrics go: one Log Analytics workspace, and Application Insights on top of it.

@description('Name of the workspace.')
@minLength(4)
@maxLength(63)
param workspaceName string

@description('Name of the Application Insights component.')
@minLength(1)
@maxLength(255)
param componentName string

@description('Region of both.')
param location string

@description('Tags of every resource.')
param tags object

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int = 30

@description('Gigabytes of logs a day after which ingestion stops until the next day: a bound on the bill.')
@minValue(1)
@maxValue(100)
param dailyQuotaGigabytes int

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
    // Telemetry and whoever reads it come from anywhere: identities guard it, with a network as well.
    publicNetworkAccessForIngestion: 'Enabled'
    publicNetworkAccessForQuery: 'Enabled'
    retentionInDays: retentionDays
    sku: { name: 'PerGB2018' }
    workspaceCapping: { dailyQuotaGb: dailyQuotaGigabytes }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    IngestionMode: 'LogAnalytics'
    publicNetworkAccessForIngestion: 'Enabled'
    publicNetworkAccessForQuery: 'Enabled'
    WorkspaceResourceId: workspace.id
  }
}

// Who asked the logs what.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: workspace
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'Audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Resource id of the workspace.')
output workspaceId string = workspace.id

@description('Name of the Application Insights component.')
output componentName string = component.name
