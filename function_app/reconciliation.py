"""The reconciliation's triggers: start one, follow it, read its report; and the timer that starts one every night."""

from typing import Any, cast

import azure.durable_functions as df
import azure.functions as func
import msgspec

from activities.reconciliation.acknowledge import page_with_acknowledgements
from function_app import durable_client
from function_app.access import asks_for
from function_app.durable_client import Client
from function_app.http import BadRequestError, json_response, parse_body, problem
from function_app.report_files import serve, serve_page
from orchestrations.contracts import RECONCILE, RECONCILE_NIGHTLY
from reconciliation.messages import FORMATS, Request
from reconciliation.ranges import RangeError, parse_range
from services.reports import find_blob, find_report, is_reconciliation, list_reports

NIGHTLY = "reconcile-nightly"

blueprint = df.Blueprint()


class ReconciliationOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request; `cosmos: false` leaves out Cosmos, and so saves a query over the whole range.

    `again: true` reads the archives anew, even if nothing in them has changed since the last report.
    """

    start: Any = msgspec.field(name="from", default=None)
    end: Any = msgspec.field(name="to", default=None)
    cosmos: bool = True
    again: bool = False


@blueprint.function_name("start-reconciliation")
@blueprint.route("api/reconciliations", methods=["POST"], trigger_arg_name="request")
@blueprint.durable_client_input(client_name="client")
@asks_for("operator", deed="reconcile")
async def start_reconciliation(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """Reconcile a range. 202 with the status URLs, those of the running one if the range is being reconciled.

    400 names the field. Always answers for the archives as they are now; reuses the last report if nothing changed,
    unless the request says `again`.
    """
    try:
        order = parse_body(ReconciliationOrder, request.get_body())
        span = parse_range(order.start, order.end)
    except BadRequestError as error:
        return error.response()
    except RangeError as error:
        return BadRequestError(error.field, f"{error.field} {error}").response()
    asked = Request(span, order.cosmos, order.again)
    await durable_client.start_or_join(client, RECONCILE, asked.id, asked)
    return durable_client.accepted(client, request, "api/reconciliations", asked.id)


@blueprint.function_name("list-reconciliations")
@blueprint.route("api/reconciliations", methods=["GET"], trigger_arg_name="request")
@asks_for("reader")
async def list_reconciliations(request: func.HttpRequest) -> func.HttpResponse:
    """The existing reports, by range, with the addresses to read them."""
    return json_response([{"id": run, "reports": _addresses(run)} for run in await list_reports()])


@blueprint.function_name("get-reconciliation")
@blueprint.route("api/reconciliations/{id}", methods=["GET"], trigger_arg_name="request")
@blueprint.durable_client_input(client_name="client")
@asks_for("reader")
async def get_reconciliation(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """The progress of a reconciliation; once it has ended, its accounts and its report's addresses. 404 if absent."""
    run = request.route_params["id"]
    status = await durable_client.find_named(client, RECONCILE, run, is_ours=is_reconciliation(run))
    if status is None:
        return problem(404, "No such reconciliation", f"there is no reconciliation {run[:100]}")
    output: Any = status.output
    answer: dict[str, Any] = {
        "id": run,
        "status": durable_client.runtime_status_of(status),
        "progress": status.custom_status,
        "output": output,
    }
    if isinstance(output, dict):
        outcome = cast(dict[str, Any], output)
        answer["accounts"] = outcome.get("accounts")
        answer["reports"] = _addresses(outcome.get("id", run))
    return json_response(answer)


@blueprint.function_name("read-report")
@blueprint.route("api/reports/{id}/{name}", methods=["GET"], trigger_arg_name="request")
@asks_for("reader")
async def read_one_report(request: func.HttpRequest) -> func.HttpResponse:
    """A report for a browser, or a list of differences. 404; 413 for a list that only the storage account can serve.

    The page also shows what was acknowledged since it was written; its blob stays as it is.
    """
    run, name = request.route_params["id"], request.route_params["name"]
    file = await find_report(run, name)
    if file and name == "report.html" and (page := await page_with_acknowledgements(run)):
        return serve_page(page)
    return await serve(file)


@blueprint.function_name("read-reported-blob")
@blueprint.route("api/reports/{id}/blobs/{container}/{*path}", methods=["GET"], trigger_arg_name="request")
@asks_for("reader")
async def read_reported_blob(request: func.HttpRequest) -> func.HttpResponse:
    """A blob that a report names, as a download, for those who may not read the storage account. 404; 413."""
    route = request.route_params
    return await serve(await find_blob(route["id"], route["container"], route.get("path", "")))


@blueprint.function_name("reconcile-every-night")
@blueprint.timer_trigger(arg_name="timer", schedule="%RECONCILIATION_SCHEDULE%", run_on_startup=False)
@blueprint.durable_client_input(client_name="client")
async def reconcile_every_night(timer: func.TimerRequest, client: Client) -> None:
    """Start the nightly reconciliation, unless the last one still runs: the next night then catches up."""
    if not await durable_client.is_running(client, NIGHTLY):
        await client.start_new(RECONCILE_NIGHTLY.name, NIGHTLY)


def _addresses(run: str) -> dict[str, str]:
    return {name: f"/api/reports/{run}/report.{name}" for name in FORMATS}
