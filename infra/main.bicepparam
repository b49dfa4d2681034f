// What `azd env set NAME value` and the variables of .github/workflows/deploy.yml set. What is absent or empty has its
// default; a text where a number or a truth value is asked for is refused before anything is made.
using 'main.bicep'

var given = {
  size: readEnvironmentVariable('FRAUD_SIZE', '')
  partitionCount: readEnvironmentVariable('PARTITION_COUNT', '')
  archiveRequestUnits: readEnvironmentVariable('ARCHIVE_REQUEST_UNITS', '')
  reconciliationSchedule: readEnvironmentVariable('RECONCILIATION_SCHEDULE', '')
  alertFormat: readEnvironmentVariable('ALERT_FORMAT', '')
  alertDigestMinutes: readEnvironmentVariable('ALERT_DIGEST_MINUTES', '')
  ruleSet: readEnvironmentVariable('RULE_SET', '')
  sweepCases: readEnvironmentVariable('SWEEP_CASES', '')
  historyDays: readEnvironmentVariable('HISTORY_DAYS', '')
  failedHistoryDays: readEnvironmentVariable('FAILED_HISTORY_DAYS', '')
  streamJobRoles: readEnvironmentVariable('STREAM_JOB_ROLES', '')
  monthlyBudget: readEnvironmentVariable('MONTHLY_BUDGET', '')
  appDiagnostics: readEnvironmentVariable('APP_DIAGNOSTICS', '')
  eventDays: readEnvironmentVariable('EVENT_DAYS', '')
  archiveZoneRedundant: readEnvironmentVariable('ARCHIVE_ZONE_REDUNDANT', '')
  archiveBackupDays: readEnvironmentVariable('ARCHIVE_BACKUP_DAYS', '')
  immutableDays: readEnvironmentVariable('IMMUTABLE_DAYS', '')
  eventHubsTier: readEnvironmentVariable('EVENT_HUBS_TIER', '')
  durableBackend: readEnvironmentVariable('DURABLE_BACKEND', '')
  vnetEnabled: readEnvironmentVariable('VNET_ENABLED', '')
  peopleAccess: readEnvironmentVariable('PEOPLE_ACCESS', '')
  principalType: readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', '')
  dailyQuotaGigabytes: readEnvironmentVariable('DAILY_QUOTA_GIGABYTES', '')
  keyRole: readEnvironmentVariable('KEY_ROLE', '')
  appRoles: readEnvironmentVariable('APP_ROLES', '')
  webhookSecret: readEnvironmentVariable('WEBHOOK_SECRET', '')
}

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param size = empty(given.size) ? '1k' : given.size
param partitionCount = empty(given.partitionCount) ? 0 : int(given.partitionCount)
param archiveRequestUnits = empty(given.archiveRequestUnits) ? 0 : int(given.archiveRequestUnits)
param alertEmail = readEnvironmentVariable('ALERT_EMAIL')
param alertWebhookUrl = readEnvironmentVariable('ALERT_WEBHOOK_URL', '')
param operationsWebhookUrl = readEnvironmentVariable('OPERATIONS_WEBHOOK_URL', '')
param webhookSecret = empty(given.webhookSecret) || length(given.webhookSecret) >= 16
  ? given.webhookSecret
  : fail('WEBHOOK_SECRET must have at least 16 characters, or be empty.')
param alertMailServer = readEnvironmentVariable('ALERT_MAIL_SERVER', '')
param alertMailFrom = readEnvironmentVariable('ALERT_MAIL_FROM', '')
param alertMailTo = readEnvironmentVariable('ALERT_MAIL_TO', '')
param deskUrl = readEnvironmentVariable('DESK_URL', '')
param reconciliationSchedule = empty(given.reconciliationSchedule) ? '0 30 2 * * *' : given.reconciliationSchedule
param alertFormat = empty(given.alertFormat) ? 'json' : given.alertFormat
param alertDigestMinutes = empty(given.alertDigestMinutes) ? 5 : int(given.alertDigestMinutes)
param ruleSet = empty(given.ruleSet) ? 'context' : given.ruleSet
param sweepCases = empty(given.sweepCases) ? 50 : int(given.sweepCases)
param historyDays = empty(given.historyDays) ? 30 : int(given.historyDays)
param failedHistoryDays = empty(given.failedHistoryDays) ? 90 : int(given.failedHistoryDays)
param streamJobRoles = empty(given.streamJobRoles) ? 'least' : given.streamJobRoles
param monthlyBudget = empty(given.monthlyBudget) ? 0 : int(given.monthlyBudget)
param budgetStartDate = readEnvironmentVariable('BUDGET_START_DATE', '')
param appDiagnostics = empty(given.appDiagnostics) ? true : bool(given.appDiagnostics)
param keyRole = empty(given.keyRole) ? 'operator' : given.keyRole
param deskClientId = readEnvironmentVariable('DESK_CLIENT_ID', '')
param monitorClientId = readEnvironmentVariable('MONITOR_CLIENT_ID', '')
param monitorUsers = readEnvironmentVariable('MONITOR_USERS', '')
param eventDays = empty(given.eventDays) ? 30 : int(given.eventDays)
param archiveZoneRedundant = empty(given.archiveZoneRedundant) ? false : bool(given.archiveZoneRedundant)
param archiveBackupDays = empty(given.archiveBackupDays) ? 7 : int(given.archiveBackupDays)
param immutableDays = empty(given.immutableDays) ? 0 : int(given.immutableDays)
param eventHubsTier = empty(given.eventHubsTier) ? 'standard' : given.eventHubsTier
param durableBackend = empty(given.durableBackend) ? 'storage' : given.durableBackend
param vnetEnabled = empty(given.vnetEnabled) ? false : bool(given.vnetEnabled)
param peopleAccess = empty(given.peopleAccess) ? true : bool(given.peopleAccess)
param principalType = empty(given.principalType) ? 'User' : given.principalType
param dailyQuotaGigabytes = empty(given.dailyQuotaGigabytes) ? 0 : int(given.dailyQuotaGigabytes)
param appRoles = empty(given.appRoles) ? 'least' : given.appRoles
param appSettings = readEnvironmentVariable('APP_SETTINGS', '')
param principalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
