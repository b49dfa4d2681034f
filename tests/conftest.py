"""Settings with which the app can be imported. Nothing listens there: tests that talk to a service set its own."""

import os

from local_azure import connections

_NOWHERE = "127.0.0.1:9"

APP_SETTINGS = {
    "AzureWebJobsStorage": connections.blobs(_NOWHERE),
    "Warehouse": connections.blobs(_NOWHERE),
    "EventHubs": connections.namespace(_NOWHERE),
    "ServiceBus": connections.namespace(_NOWHERE),
    "Cosmos": connections.cosmos(_NOWHERE),
    "RECONCILIATION_SCHEDULE": "0 30 2 * * *",
}

os.environ.update(APP_SETTINGS)
