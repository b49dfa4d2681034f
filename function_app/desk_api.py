"""The triggers of the desk's API: one per endpoint, all from one table."""

import azure.durable_functions as df

from function_app.api.endpoints import ENDPOINTS
from function_app.api.openapi import ENDPOINT as OPENAPI
from function_app.api.registration import register

blueprint = df.Blueprint()
register(blueprint, (*ENDPOINTS, OPENAPI))
