"""Every name that the app, Bicep, the stream job and the emulators must agree on. A test holds them together."""

# Connections: a connection string `NAME`, or an identity through `NAME__...`; see services/connections.py.
JOBS_STORAGE = "AzureWebJobsStorage"
WAREHOUSE = "Warehouse"
EVENT_HUBS = "EventHubs"
SERVICE_BUS = "ServiceBus"
COSMOS = "Cosmos"

EVENT_HUB = "store-events"
ARCHIVER_GROUP = "archiver"
STREAM_ANALYTICS_GROUP = "stream-analytics"
WINDOW_QUEUE = "suspicious-windows"

DATABASE = "fraud"
EVENTS_CONTAINER = "events"
CASES_CONTAINER = "cases"
ARCHIVE_KEY_PATH = "/archive_key"
CASES_KEY_PATH = "/store_id"

# Containers of the warehouse account.
ALL_EVENTS = "all-events"
SUSPICIOUS_EVENTS = "suspicious-events"
FRAUD_EVENTS = "fraud-events"
QUARANTINE = "quarantine"
REPORTS = "reports"

# Container of the app's own account (JOBS_STORAGE): what a running orchestration hands from one activity to the next.
WORKFLOW_DATA = "workflow-data"
