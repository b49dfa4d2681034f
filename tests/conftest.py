"""Settings with which the app can be imported. Nothing listens there: tests that talk to a service set its own."""

import os

from local_azure.azurite.account import connection_string

_NOWHERE = "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true;"

APP_SETTINGS = {
    "AzureWebJobsStorage": connection_string(9),
    "Warehouse": connection_string(9),
    "EventHubs": _NOWHERE,
    "ServiceBus": _NOWHERE,
    "Cosmos": "AccountEndpoint=http://127.0.0.1:9/;AccountKey=a2V5;",
    "RECONCILIATION_SCHEDULE": "0 30 2 * * *",
}

os.environ.update(APP_SETTINGS)
