"""Every endpoint of the API."""

from function_app.api import (
    deciding,
    filing,
    flowing,
    labelling,
    reading,
    reanalysing,
    ruling,
    setting_right,
    tracing,
    trying,
    workflows,
)
from function_app.api.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *reading.ENDPOINTS,
    *deciding.ENDPOINTS,
    *labelling.ENDPOINTS,
    *filing.ENDPOINTS,
    *ruling.ENDPOINTS,
    *setting_right.ENDPOINTS,
    *reanalysing.ENDPOINTS,
    *flowing.ENDPOINTS,
    *workflows.ENDPOINTS,
    *tracing.ENDPOINTS,
    *trying.ENDPOINTS,
)
