"""The app that the probes ask both engines about."""

import azure.durable_functions as df
import azure.functions as func
from probed import changing, children, entities, failing, foreign, http, statuses, values, waiting

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
for module in (values, foreign, waiting, statuses, failing, children, changing, entities, http):
    app.register_functions(module.blueprint)
