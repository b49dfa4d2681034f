"""The repair's triggers: start the repair of a reconciliation, follow it, read the list of its steps."""

import azure.durable_functions as df
import azure.functions as func
import msgspec

from function_app import durable_client
from function_app.access import asks_for
from function_app.durable_client import Client
from function_app.http import BadRequestError, json_response, parse_body, problem
from function_app.report_files import serve
from orchestrations.contracts import REPAIR_RECONCILIATION
from reconciliation.repairing.repair import RepairRequest
from services.reports import find_repair_steps, find_report, is_repair

blueprint = df.Blueprint()


class RepairOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request; `dry_run: true` lists the steps and does none of them."""

    dry_run: bool = False


@blueprint.function_name("start-repair")
@blueprint.route("api/reconciliations/{id}/repairs", methods=["POST"], trigger_arg_name="request")
@blueprint.durable_client_input(client_name="client")
@asks_for("operator", deed="repair")
async def start_repair(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """Repair what a reconciliation found. 202 with the status URLs, those of the running repair if there is one.

    400 names the field; 404 without a report; 409 while the range is being reconciled.
    """
    run = request.route_params["id"]
    try:
        order = parse_body(RepairOrder, request.get_body())
    except BadRequestError as error:
        return error.response()
    if await find_report(run, "report.json") is None:
        return problem(404, "No such report", f"there is no report of {run[:100]}: reconcile the range first")
    if await durable_client.is_running(client, run):
        return problem(409, "Reconciliation runs", f"{run} is running: its report will be replaced")
    asked = RepairRequest(run, order.dry_run)
    await durable_client.start_or_join(client, REPAIR_RECONCILIATION, asked.id, asked)
    return durable_client.accepted(client, request, "api/repairs", asked.id)


@blueprint.function_name("get-repair")
@blueprint.route("api/repairs/{id}", methods=["GET"], trigger_arg_name="request")
@blueprint.durable_client_input(client_name="client")
@asks_for("reader")
async def get_repair(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """The progress of a repair, and what it did. 404 if absent."""
    repair = request.route_params["id"]
    status = await durable_client.find_named(client, REPAIR_RECONCILIATION, repair, is_ours=is_repair(repair))
    if status is None:
        return problem(404, "No such repair", f"there is no repair {repair[:100]}")
    return json_response(
        {
            "id": repair,
            "status": durable_client.runtime_status_of(status),
            "progress": status.custom_status,
            "output": status.output,
            "steps": f"/api/repairs/{repair}/steps",
        }
    )


@blueprint.function_name("read-repair-steps")
@blueprint.route("api/repairs/{id}/steps", methods=["GET"], trigger_arg_name="request")
@asks_for("reader")
async def read_repair_steps(request: func.HttpRequest) -> func.HttpResponse:
    """The steps of a repair, one JSON object per line. 404; 413 if only the storage account can serve it."""
    return await serve(await find_repair_steps(request.route_params["id"]))
