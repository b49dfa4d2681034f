"""The health triggers: they tell if all that the app depends on answers, how fast, and if the pipeline moves."""

import azure.functions as func

from activities.check_health import recent_health
from fraud.watching.health import Health
from function_app.access import asks_for, open_to_all
from function_app.http import json_response

blueprint = func.Blueprint()


@blueprint.function_name("health")
@blueprint.route("api/health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS, trigger_arg_name="request")
@open_to_all("it tells whether the app is well, and no more")
async def health(request: func.HttpRequest) -> func.HttpResponse:
    """503 if a dependency does not answer or the pipeline stands, else 200: the status only, as anybody may ask."""
    answer = await recent_health()
    return json_response({"status": answer.status}, _code(answer))


@blueprint.function_name("health-details")
@blueprint.route("api/health/details", methods=["GET"], trigger_arg_name="request")
@asks_for("reader")
async def health_details(request: func.HttpRequest) -> func.HttpResponse:
    """The same with each dependency's latency in milliseconds and each check of the pipeline, for those with a key."""
    answer = await recent_health()
    return json_response(answer, _code(answer))


def _code(answer: Health) -> int:
    return 503 if answer.status == "failed" else 200
