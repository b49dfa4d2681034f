"""The desk's triggers: every page below `/desk`, and `/`, which leads there."""

import logging

import azure.durable_functions as df
import azure.functions as func

from function_app.desk import answers, forms
from function_app.desk.assets import served_asset
from function_app.desk.routing import Match, Table
from function_app.desk.views import now, workflows
from function_app.desk.visit import BadFormError, Visit
from function_app.durable_client import Client
from services.instances import InstancesError
from services.settings import settings

_log = logging.getLogger(__name__)
blueprint = df.Blueprint()

TABLE = Table({**now.ROUTES, **workflows.ROUTES})


@blueprint.function_name("desk-home")
@blueprint.route("/", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS, trigger_arg_name="request")
async def home(request: func.HttpRequest) -> func.HttpResponse:
    """The address of the app leads to the desk."""
    return answers.redirect("/desk")


@blueprint.function_name("desk")
@blueprint.route(
    "desk/{*path}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS, trigger_arg_name="request"
)
@blueprint.durable_client_input(client_name="client")
async def desk(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """A page of the desk. 404 for an unknown path, 403 for a form that the desk did not make or on Azure."""
    path = request.route_params.get("path") or ""
    if path.startswith("static/"):
        asset = served_asset(path.removeprefix("static/"))
        return (
            answers.file(asset) if asset else answers.refused(404, "No such file", "The page that asks for it is old.")
        )
    if settings().in_azure:
        return answers.refused(403, "The desk is closed here", _CLOSED)
    match = TABLE.find(request.method, path)
    if not isinstance(match, Match):
        return _not_there(match)
    return await _answered(match, request, client)


_CLOSED = "On Azure the desk needs to know who asks, and nothing tells it yet."


def _not_there(methods: frozenset[str]) -> func.HttpResponse:
    if methods:
        return answers.refused(405, "Not like that", f"This page takes {' and '.join(sorted(methods))}.")
    return answers.refused(404, "No such page", "The desk has no page of this address.")


async def _answered(match: Match, request: func.HttpRequest, client: Client) -> func.HttpResponse:
    known_token = forms.token_of(request)
    token = known_token or forms.new_token()
    visit = Visit(request, match.values, client, token)
    try:
        if request.method == "POST" and not forms.is_ours(request, visit.form()):
            return answers.refused(403, "The form is not from here", "Go back, reload the page, and send it again.")
        answer = await match.view(visit)
    except BadFormError as error:
        answer = answers.refused(400, "The form cannot be read", str(error))
    except InstancesError as error:
        answer = answers.refused(502, "The workflow engine refuses", str(error))
    if known_token is None:
        answer.headers.add("Set-Cookie", forms.cookie(request, token))
    return answer
