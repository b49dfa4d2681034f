"""Every endpoint of the API."""

from function_app.api import deciding, labelling, reading
from function_app.api.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (*reading.ENDPOINTS, *deciding.ENDPOINTS, *labelling.ENDPOINTS)
