// What wakes a person: a stream job that is behind or fails, dead letters, refused requests, failed workflows.

@description('Ending of the resources\' names.')
param ending string

@description('Region of the log alert. Metric alerts are global.')
param location string

@description('Tags of every resource.')
param tags object

@description('Who is told.')
@minLength(6)
@maxLength(254)
param email string

@description('Resource id of the stream job.')
param streamJobId string

@description('Resource id of the Event Hubs namespace.')
param eventHubsId string

@description('Resource id of the Service Bus namespace.')
param serviceBusId string

@description('Resource id of the Cosmos account.')
param cosmosId string

@description('Log Analytics workspace with the telemetry of the app.')
param workspaceId string

@description('Prefix of action groups\' names.')
param actionGroupPrefix string

var ofTheStreamJob = [
  {
    name: 'stream-job-behind'
    description: 'The stream job is more than five minutes behind: windows come late.'
    resource: streamJobId
    metric: 'OutputWatermarkDelaySeconds'
    aggregation: 'Maximum'
    threshold: 300
    severity: 2
  }
  {
    name: 'stream-job-backlog'
    description: 'Events wait for the stream job: it takes in less than arrives.'
    resource: streamJobId
    metric: 'InputEventsSourcesBacklogged'
    aggregation: 'Maximum'
    threshold: 1000
    severity: 2
  }
  {
    name: 'stream-job-errors'
    description: 'The stream job has errors, for example an output that refuses its rows.'
    resource: streamJobId
    metric: 'Errors'
    aggregation: 'Total'
    threshold: 0
    severity: 1
  }
  {
    name: 'stream-job-memory'
    description: 'The stream job uses more than 80 % of its memory: give it the next size.'
    resource: streamJobId
    metric: 'ResourceUtilization'
    aggregation: 'Maximum'
    threshold: 80
    severity: 2
  }
  {
    name: 'stream-job-cpu'
    description: 'The stream job uses more than 80 % of its processors: give it the next size.'
    resource: streamJobId
    metric: 'ProcessCPUUsagePercentage'
    aggregation: 'Maximum'
    threshold: 80
    severity: 2
  }
]
var ofTheQueue = [
  {
    name: 'dead-letters'
    description: 'A suspicious window could not be analysed ten times, or waited too long: it lies in the dead-letter queue.'
    resource: serviceBusId
    metric: 'DeadletteredMessages'
    aggregation: 'Maximum'
    threshold: 0
    severity: 1
  }
  {
    name: 'queue-throttled'
    description: 'Service Bus refuses requests because there are too many.'
    resource: serviceBusId
    metric: 'ThrottledRequests'
    aggregation: 'Total'
    threshold: 0
    severity: 2
  }
]
var ofTheHub = [
  {
    name: 'hub-throttled'
    description: 'Event Hubs refuses events: the throughput units are used up.'
    resource: eventHubsId
    metric: 'ThrottledRequests'
    aggregation: 'Total'
    threshold: 0
    severity: 2
  }
]
var metricAlerts = concat(ofTheStreamJob, ofTheQueue, ofTheHub)

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${actionGroupPrefix}${ending}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'fraud'
    emailReceivers: [{ name: 'fraud-team', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource alerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for alert in metricAlerts: {
    name: '${alert.name}-${ending}'
    location: 'global'
    tags: tags
    properties: {
      description: alert.description
      enabled: true
      severity: alert.severity
      scopes: [alert.resource]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: 'above'
            criterionType: 'StaticThresholdCriterion'
            metricName: alert.metric
            operator: 'GreaterThan'
            threshold: alert.threshold
            timeAggregation: alert.aggregation
          }
        ]
      }
      actions: [{ actionGroupId: people.id }]
    }
  }
]

resource archiveThrottled 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'archive-throttled-${ending}'
  location: 'global'
  tags: tags
  properties: {
    description: 'Cosmos refuses requests (429): more request units a second are asked for than it gives.'
    enabled: true
    severity: 2
    scopes: [cosmosId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'refused'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'TotalRequests'
          operator: 'GreaterThan'
          threshold: 100
          timeAggregation: 'Count'
          dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

// Traces may be sampled; failed executions of orchestrators are requests, which host.json keeps out of sampling.
resource failedWorkflows 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'failed-workflows-${ending}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Failed workflows'
    description: 'A durable orchestration failed: its window, campaign or reconciliation is not complete.'
    enabled: true
    severity: 1
    scopes: [workspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: loadTextContent('failed-workflows.kql')
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    // A new workspace has no telemetry tables until the app has sent something.
    skipQueryValidation: true
    autoMitigate: true
    actions: { actionGroups: [people.id] }
  }
}
