// What wakes a person. A new alert is an entry of one of the lists: a metric with its threshold, or a query of queries/
// whose rows are the reason (an empty answer is well).

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

@description('Events a second that the deployment is made for.')
param eventsPerSecond int

@description('Partitions of the hub. A job\'s backlog is one partition\'s.')
param partitionCount int

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
    description: 'Events of more than ten seconds wait for the stream job in a partition: it takes in less than arrives.'
    resource: streamJobId
    metric: 'InputEventsSourcesBacklogged'
    aggregation: 'Maximum'
    // The busiest partitions, those of sales, get nearly twice an even share.
    threshold: 10 * 2 * eventsPerSecond / partitionCount
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
  {
    name: 'queue-waiting'
    description: 'Suspicious windows wait: the app stands, or its workflows do not start.'
    resource: serviceBusId
    metric: 'ActiveMessages'
    aggregation: 'Minimum'
    threshold: 200
    severity: 1
  }
  {
    name: 'queue-filling'
    description: 'The queue is nearly full (5 GB). When it is, the stream job stops.'
    resource: serviceBusId
    metric: 'Size'
    aggregation: 'Maximum'
    threshold: 4000000000
    severity: 1
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
var ofTheArchive = [
  {
    name: 'archive-throttled'
    description: 'Cosmos refuses requests (429): more request units a second are asked for than it gives.'
    resource: cosmosId
    metric: 'TotalRequests'
    aggregation: 'Count'
    threshold: 100
    severity: 2
  }
  {
    name: 'archive-refused'
    description: 'Cosmos refuses requests (403): a partition holds 20 GB and its events go to quarantine, or a role is gone.'
    resource: cosmosId
    metric: 'TotalRequests'
    aggregation: 'Count'
    threshold: 0
    severity: 1
  }
  {
    name: 'archive-hot'
    description: 'A partition of the archive uses more than 90 % of its request units. The hottest one decides the bill.'
    resource: cosmosId
    metric: 'NormalizedRUConsumption'
    aggregation: 'Maximum'
    threshold: 90
    severity: 2
  }
]
// Of these metrics only this counts. The cases have a tenth of the archive's units or less: a look at the desk uses them up
// for a second, and that is well.
var counted = {
  'archive-throttled': [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
  'archive-refused': [{ name: 'StatusCode', operator: 'Include', values: ['403'] }]
  'archive-hot': [{ name: 'CollectionName', operator: 'Include', values: ['events'] }]
}
var metricAlerts = concat(ofTheStreamJob, ofTheQueue, ofTheHub, ofTheArchive)
var logAlerts = [
  {
    name: 'failed-workflows'
    description: 'A durable orchestration failed: its window, campaign or reconciliation is not complete.'
    query: loadTextContent('queries/failed-workflows.kql')
    threshold: 0
    severity: 1
  }
  {
    name: 'failing-triggers'
    description: 'A trigger fails again and again: events or windows wait behind it.'
    query: loadTextContent('queries/failing-triggers.kql')
    threshold: 5
    severity: 1
  }
  {
    name: 'quarantined'
    description: 'Something could not be processed and lies in quarantine with its reason.'
    query: loadTextContent('queries/quarantined.kql')
    threshold: 0
    severity: 2
  }
  {
    name: 'ingestion-stopped'
    description: 'The workspace has reached its daily cap: until the next day no query sees anything.'
    query: loadTextContent('queries/ingestion-stopped.kql')
    threshold: 0
    severity: 1
  }
  // The app's own watch, a line for each minute and check that is not ok: a moment's lag is not told.
  {
    name: 'archiver-lags'
    description: 'The archiver lags or stands: events wait for the archive, and verdicts for them.'
    query: loadTextContent('queries/archiver-lags.kql')
    threshold: 2
    severity: 1
  }
  {
    name: 'capture-lags'
    description: 'Capture has not written a blob of a partition in time, or one is missing between others.'
    query: loadTextContent('queries/capture-lags.kql')
    threshold: 2
    severity: 1
  }
  {
    name: 'stream-job-stands'
    description: 'A window with flagged events has ended and the stream job has not reported it.'
    query: loadTextContent('queries/stream-job-stands.kql')
    threshold: 2
    severity: 1
  }
  {
    name: 'windows-wait'
    description: 'Suspicious windows wait in the queue: the trigger fails or is not called.'
    query: loadTextContent('queries/windows-wait.kql')
    threshold: 2
    severity: 1
  }
  {
    name: 'windows-not-judged'
    description: 'A reported window has no verdicts: its workflow stands, or its events are not archived.'
    query: loadTextContent('queries/windows-not-judged.kql')
    threshold: 2
    severity: 1
  }
  {
    name: 'quarantine-grows'
    description: 'More events of this hour and the last lie in quarantine than WATCH_QUARANTINED allows.'
    query: loadTextContent('queries/quarantine-grows.kql')
    threshold: 2
    severity: 2
  }
  {
    name: 'unresolved-grows'
    description: 'Flagged ids were judged without their event: it never reached the archive.'
    query: loadTextContent('queries/unresolved-grows.kql')
    threshold: 2
    severity: 2
  }
  {
    name: 'night-missing'
    description: 'The nightly reconciliation has not run for more than a day.'
    query: loadTextContent('queries/night-missing.kql')
    threshold: 2
    severity: 1
  }
  {
    name: 'night-unbalanced'
    description: 'The last nightly reconciliation found differences, or was not complete.'
    query: loadTextContent('queries/night-unbalanced.kql')
    threshold: 2
    severity: 1
  }
  {
    name: 'chain-broken'
    description: 'The last night found that somebody has touched a report, a watermark, an acknowledgement or a link of their chain.'
    query: loadTextContent('queries/chain-broken.kql')
    threshold: 2
    severity: 1
  }
  {
    name: 'watch-silent'
    description: 'The app has not looked at the pipeline for a quarter of an hour: it stands, or its logs do not arrive.'
    query: loadTextContent('queries/watch-silent.kql')
    threshold: 0
    severity: 1
  }
]

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
      autoMitigate: true
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
            dimensions: counted[?alert.name] ?? []
          }
        ]
      }
      actions: [{ actionGroupId: people.id }]
    }
  }
]

// host.json keeps requests, exceptions and traces out of sampling: each row counts.
resource queries 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in logAlerts: {
    name: '${alert.name}-${ending}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.name
      description: alert.description
      enabled: true
      severity: alert.severity
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: alert.threshold
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
]

// A job that stands takes nothing in, and a job without input has no metric that could tell: so its being stopped does.
// The hooks stop it too, and start it a minute later.
resource jobStopped 'Microsoft.Insights/activityLogAlerts@2020-10-01' = {
  name: 'stream-job-stopped-${ending}'
  location: 'global'
  tags: tags
  properties: {
    description: 'Somebody stopped the stream job. The hub forgets after three days what it has not read by then.'
    enabled: true
    scopes: [resourceGroup().id]
    condition: {
      allOf: [
        { field: 'category', equals: 'Administrative' }
        { field: 'operationName', equals: 'Microsoft.StreamAnalytics/streamingjobs/stop/action' }
        { field: 'status', equals: 'Succeeded' }
      ]
    }
    actions: { actionGroups: [{ actionGroupId: people.id }] }
  }
}

resource unhealthy 'Microsoft.Insights/activityLogAlerts@2020-10-01' = {
  name: 'resource-unhealthy-${ending}'
  location: 'global'
  tags: tags
  properties: {
    description: 'Azure itself says that a resource of the pipeline is unavailable or degraded.'
    enabled: true
    scopes: [resourceGroup().id]
    condition: {
      allOf: [
        { field: 'category', equals: 'ResourceHealth' }
        {
          anyOf: [
            { field: 'properties.currentHealthStatus', equals: 'Unavailable' }
            { field: 'properties.currentHealthStatus', equals: 'Degraded' }
          ]
        }
      ]
    }
    actions: { actionGroups: [{ actionGroupId: people.id }] }
  }
}
