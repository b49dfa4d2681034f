// One page for whoever watches: sent, captured, archived, flagged, judged, unresolved; lag; request units by partition.

@description('Region of the workbook.')
param location string

@description('Tags of every resource.')
param tags object

@description('Log Analytics workspace that its queries ask.')
param workspaceId string

@description('Resource id of the Cosmos account.')
param cosmosId string

@description('Resource id of the Event Hubs namespace.')
param eventHubsId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // Azure asks for a GUID.
  name: guid(resourceGroup().id, 'fraud-workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    category: 'workbook'
    displayName: 'Store fraud detective'
    serializedData: replace(
      replace(replace(loadTextContent('workbook.json'), '{workspaceId}', workspaceId), '{cosmosId}', cosmosId),
      '{eventHubsId}',
      eventHubsId
    )
    sourceId: workspaceId
    version: '1.0'
  }
}
