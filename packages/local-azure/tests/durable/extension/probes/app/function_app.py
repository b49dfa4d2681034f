"""The app that the probes ask both engines about."""

import azure.durable_functions as df
import azure.functions as func
from probed import (
    cancelling,
    changing,
    children,
    entities,
    failing,
    family,
    foreign,
    groups,
    http,
    odd_values,
    programs,
    races,
    retrying,
    signalling,
    sizes,
    statuses,
    suspended,
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
    family,
    odd_values,
    races,
    signalling,
    cancelling,
    suspended,
    programs,
)
for module in _MODULES:
    app.register_functions(module.blueprint)
