"""The triggers of the app, one blueprint per file: parse, call, answer.

Importing this package reads the settings, so that an app that is set up wrongly stops at its start and says why.
"""

import azure.durable_functions as df
import azure.functions as func

from function_app import (
    acknowledgements,
    alerts,
    archiver,
    campaigns,
    chain,
    desk_api,
    durable,
    health,
    producer,
    purging,
    reconciliation,
    repairs,
    reviews,
    watch,
    windows,
)
from function_app.desk import pages as desk
from services.settings import settings

settings()

_PIPELINE = (producer, campaigns, archiver, windows, durable, health, watch, alerts, purging)
_RECONCILIATION = (reconciliation, repairs, acknowledgements, chain)
_DESK = (desk, desk_api, reviews)

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
for module in (*_PIPELINE, *_RECONCILIATION, *_DESK):
    app.register_functions(module.blueprint)
