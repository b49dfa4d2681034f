// What `azd env set NAME value` and the variables of .github/workflows/deploy.yml set. What is absent or empty has its
// default; a text where a number or a truth value is asked for is refused before anything is made.
using 'main.bicep'

var given = {
  size: readEnvironmentVariable('FRAUD_SIZE', '')
  partitionCount: readEnvironmentVariable('PARTITION_COUNT', '')
  archiveRequestUnits: readEnvironmentVariable('ARCHIVE_REQUEST_UNITS', '')
  reconciliationSchedule: readEnvironmentVariable('RECONCILIATION_SCHEDULE', '')
  streamJobRoles: readEnvironmentVariable('STREAM_JOB_ROLES', '')
  monthlyBudget: readEnvironmentVariable('MONTHLY_BUDGET', '')
  appDiagnostics: readEnvironmentVariable('APP_DIAGNOSTICS', '')
}

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param size = empty(given.size) ? '1k' : given.size
param partitionCount = empty(given.partitionCount) ? 0 : int(given.partitionCount)
param archiveRequestUnits = empty(given.archiveRequestUnits) ? 0 : int(given.archiveRequestUnits)
param alertEmail = readEnvironmentVariable('ALERT_EMAIL')
param alertWebhookUrl = readEnvironmentVariable('ALERT_WEBHOOK_URL', '')
param reconciliationSchedule = empty(given.reconciliationSchedule) ? '0 30 2 * * *' : given.reconciliationSchedule
param streamJobRoles = empty(given.streamJobRoles) ? 'least' : given.streamJobRoles
param monthlyBudget = empty(given.monthlyBudget) ? 0 : int(given.monthlyBudget)
param budgetStartDate = readEnvironmentVariable('BUDGET_START_DATE', '')
param appDiagnostics = empty(given.appDiagnostics) ? true : bool(given.appDiagnostics)
param monitorClientId = readEnvironmentVariable('MONITOR_CLIENT_ID', '')
param monitorUsers = readEnvironmentVariable('MONITOR_USERS', '')
