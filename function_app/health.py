"""The health door: does everything that the app depends on answer, and how fast."""

import azure.functions as func

from activities.check_health import check_health
from function_app.http import json_response

blueprint = func.Blueprint()


@blueprint.function_name("health")
@blueprint.route("api/health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS, trigger_arg_name="request")
async def health(request: func.HttpRequest) -> func.HttpResponse:
    """200 if every dependency answers, else 503; either way each with its status and latency in milliseconds."""
    found = await check_health()
    return json_response(found, 200 if found.status == "ok" else 503)
