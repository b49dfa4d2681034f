"""The triggers of the app, one blueprint per file: parse, call, answer.

Importing this package reads the settings, so that an app that is set up wrongly stops at its start and says why.
"""

import logging

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

# The Functions worker sets the root logger to INFO, at which the SDKs tell of each request and answer with all headers:
# 1 KB a row, on Azure never sampled. (host.json's "Azure" is about the SDKs of the host itself.)
logging.getLogger("azure").setLevel(logging.WARNING)

_PIPELINE = (producer, campaigns, archiver, windows, durable, health, watch, alerts, purging)
_RECONCILIATION = (reconciliation, repairs, acknowledgements, chain)
_DESK = (desk, desk_api, reviews)

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
for module in (*_PIPELINE, *_RECONCILIATION, *_DESK):
    app.register_functions(module.blueprint)
