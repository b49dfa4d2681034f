"""The app that the probes ask both engines about."""

import azure.durable_functions as df
import azure.functions as func
from probed import (
    changing,
    children,
    entities,
    failing,
    foreign,
    groups,
    http,
    retrying,
    sizes,
    statuses,
    values,
    waiting,
)

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
_MODULES = (
    values,
    foreign,
    waiting,
    statuses,
    failing,
    children,
    changing,
    entities,
    http,
    retrying,
    groups,
    sizes,
)
for module in _MODULES:
    app.register_functions(module.blueprint)
