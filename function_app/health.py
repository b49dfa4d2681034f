"""The health triggers: does everything that the app depends on answer, and how fast."""

import azure.functions as func

from activities.check_health import recent_health
from function_app.http import json_response

blueprint = func.Blueprint()


@blueprint.function_name("health")
@blueprint.route("api/health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS, trigger_arg_name="request")
async def health(request: func.HttpRequest) -> func.HttpResponse:
    """200 if every dependency answers, else 503, and no more: anybody may ask."""
    answer = await recent_health()
    return json_response({"status": answer.status}, 200 if answer.status == "ok" else 503)


@blueprint.function_name("health-details")
@blueprint.route("api/health/details", methods=["GET"], trigger_arg_name="request")
async def health_details(request: func.HttpRequest) -> func.HttpResponse:
    """The same with each dependency's status, latency in milliseconds and reason, for those who have a key."""
    answer = await recent_health()
    return json_response(answer, 200 if answer.status == "ok" else 503)
