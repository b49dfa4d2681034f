"""Every endpoint of the API."""

from function_app.api import deciding, filing, labelling, reading, ruling, tracing, workflows
from function_app.api.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *reading.ENDPOINTS,
    *deciding.ENDPOINTS,
    *labelling.ENDPOINTS,
    *filing.ENDPOINTS,
    *ruling.ENDPOINTS,
    *workflows.ENDPOINTS,
    *tracing.ENDPOINTS,
)
