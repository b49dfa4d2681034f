"""Shared by all tests: settings with which the app can be imported, and properties that may take their time.

Nothing listens where the settings lead: tests that talk to a service set its own.
"""

import os

import hypothesis

from local_azure.testing import connections

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

# On a busy machine any example may take long; what must be fast is measured by itself.
hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy")
