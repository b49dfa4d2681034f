"""The desk's triggers: every page below `/desk`, and `/`, which leads there."""

import logging

import azure.durable_functions as df
import azure.functions as func
from azure.core.exceptions import AzureError
from azure.eventhub.exceptions import EventHubError
from azure.servicebus.exceptions import ServiceBusError

from fraud.desk.problems import ProblemError
from function_app.access import checks_callers_itself, open_to_all
from function_app.callers import caller_of_page
from function_app.desk import answers, forms, patience
from function_app.desk.assets import served_asset
from function_app.desk.routing import Routes, ViewMatch, ViewTable
from function_app.desk.views import (
    alerts,
    api,
    campaign_plans,
    campaigns,
    cases,
    dead_letters,
    events,
    explain,
    journal,
    me,
    now,
    quarantine,
    reanalysis,
    reconciliation,
    reconciliations,
    rule_trial,
    rules,
    sql,
    trace,
    workflows,
)
from function_app.desk.visit import BadFormError, Visit
from function_app.durable_client import Client
from services.concurrency import first_of
from services.instances import InstancesError

_log = logging.getLogger(__name__)
blueprint = df.Blueprint()

ROUTES: Routes = {
    path: view
    for views in (
        now,
        cases,
        alerts,
        events,
        trace,
        explain,
        workflows,
        reconciliations,
        reconciliation,
        campaign_plans,
        campaigns,
        quarantine,
        dead_letters,
        journal,
        rules,
        rule_trial,
        reanalysis,
        sql,
        api,
        me,
    )
    for path, view in views.ROUTES.items()
}
TABLE = ViewTable(ROUTES)


@blueprint.function_name("desk-home")
@blueprint.route("/", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS, trigger_arg_name="request")
@open_to_all("it redirects to the desk, and shows nothing")
async def home(request: func.HttpRequest) -> func.HttpResponse:
    """The address of the app leads to the desk."""
    return answers.redirect("/desk")


@blueprint.function_name("desk")
@blueprint.route(
    "desk/{*path}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS, trigger_arg_name="request"
)
@blueprint.durable_client_input(client_name="client")
@checks_callers_itself("each page asks for its own role; the files of the pages are public")
async def desk(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """A page of the desk. 404 for an unknown path, 401 or 403 for somebody who may not."""
    path = request.route_params.get("path") or ""
    if path.startswith("static/"):
        asset = served_asset(path.removeprefix("static/"))
        return (
            answers.file(asset) if asset else answers.refused(404, "No such file", "The page that links to it is old.")
        )
    match = TABLE.find(request.method, path)
    if not isinstance(match, ViewMatch):
        return _not_there(match)
    try:
        return await _answered(match, request, client)
    except ProblemError as error:
        return answers.refused(error.status, error.title, error.detail)


def _not_there(methods: frozenset[str]) -> func.HttpResponse:
    if methods:
        return answers.refused(405, "Not like that", f"This page takes {' and '.join(sorted(methods))}.")
    return answers.refused(404, "No such page", "The desk has no page at this address.")


async def _answered(match: ViewMatch, request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """The answer of a view. Raises ProblemError if nobody is logged in; the view's own refusals are pages."""
    known_token = forms.token_of(request)
    token = known_token or forms.new_token()
    visit = Visit(request, match.values, client, token, caller_of_page(request))
    try:
        if request.method == "POST" and not forms.is_ours(request, visit.form()):
            detail = "Go back, reload the page, and send it again."
            return answers.refused(403, "The form is not from here", detail, visit)
        answer = await patience.awaited(_shown(match, visit), changes=request.method == "POST")
    except ProblemError as error:
        answer = answers.refused(error.status, error.title, error.detail, visit)
    except BadFormError as error:
        answer = answers.refused(400, "The form cannot be read", str(error), visit)
    except InstancesError as error:
        answer = answers.refused(502, "The workflow engine refuses", str(error), visit)
    except patience.ServiceAwayError as error:
        _log.warning("%s: no answer of %s", request.url.partition("?")[0], error)
        answer = _away(visit, str(error))
    except (AzureError, ServiceBusError, EventHubError, TimeoutError, ExceptionGroup) as error:
        reason = type(first_of(error)).__name__
        _log.warning("%s: a service does not answer: %s", request.url.partition("?")[0], reason)
        answer = _away(visit, await patience.away_now(), reason)
    if known_token is None:
        answer.headers.add("Set-Cookie", forms.cookie(request, token))
    return answer


async def _shown(match: ViewMatch, visit: Visit) -> func.HttpResponse:
    """The answer of a view, as a coroutine of its own."""
    return await match.view(visit)


def _away(visit: Visit, services: str, reason: str = "") -> func.HttpResponse:
    """The page that says which services do not answer; if all do by now, why one did not."""
    title = f"{services[:1].upper()}{services[1:]} {'do' if ' and ' in services else 'does'} not answer"
    detail = "This page needs an answer, so it cannot be shown."
    if not services:
        title, detail = "A service did not answer", f"It failed once ({reason}), and answers now. Load the page again."
    if visit.request.method == "POST":
        detail = "What you sent may have been done, or may still be: look before you send it again."
    return answers.refused(503, title, f"{detail} The page Now shows how each service is.", visit)
