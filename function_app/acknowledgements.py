"""The triggers of acknowledgements: acknowledge differences of a report, and list what was acknowledged."""

from typing import Annotated

import azure.durable_functions as df
import azure.functions as func
import msgspec
from azure.core.exceptions import ResourceNotFoundError
from msgspec import Meta

from activities.reconciliation.acknowledge import UnknownDifferenceError, acknowledge, read_acknowledged
from function_app import durable_client
from function_app.access import asks_for
from function_app.durable_client import Client
from function_app.http import BadRequestError, json_response, parse_body, problem
from reconciliation.reporting.acknowledgements import Acknowledgeable, Acknowledgement
from services.reports import is_reconciliation
from services.watching import azure_time

MAX_KEYS = 100
DifferenceKey = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]

blueprint = df.Blueprint()


class AcknowledgementOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request: differences of one class by their keys, who acknowledges them, and why they may stay."""

    name: Acknowledgeable = msgspec.field(name="class")
    keys: Annotated[list[DifferenceKey], Meta(min_length=1, max_length=MAX_KEYS)]
    who: Annotated[str, Meta(max_length=100)]
    why: Annotated[str, Meta(max_length=1_000)]


@blueprint.function_name("acknowledge-differences")
@blueprint.route("api/reconciliations/{id}/acknowledgements", methods=["POST"], trigger_arg_name="request")
@blueprint.durable_client_input(client_name="client")
@asks_for("operator", deed="acknowledge")
async def acknowledge_differences(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """Acknowledge differences of a report.

    The first acknowledgement of a difference is kept; doing it twice changes nothing. 400 names the field; 404 without
    a report; 409 while the range is being reconciled.
    """
    run = request.route_params["id"]
    if not is_reconciliation(run):
        return _no_report(run)
    try:
        order = parse_body(AcknowledgementOrder, request.get_body())
        who, why = _line("who", order.who), _line("why", order.why)
    except BadRequestError as error:
        return error.response()
    if await durable_client.is_running(client, run):
        return problem(409, "Reconciliation runs", f"{run} is running: its report will be replaced")
    now = await azure_time()
    given = [
        Acknowledgement(run=run, name=order.name, key=key, who=who, when=now, why=why)
        for key in dict.fromkeys(order.keys)
    ]
    try:
        kept = await acknowledge(given)
        acknowledged = await read_acknowledged(run)
    except ResourceNotFoundError:
        return _no_report(run)
    except UnknownDifferenceError as error:
        return BadRequestError("keys", f"{error}: its page and `detective acknowledge` show the keys").response()
    return json_response({"id": run, "acknowledged": kept, "open": acknowledged.open.left})


@blueprint.function_name("list-acknowledgements")
@blueprint.route("api/reconciliations/{id}/acknowledgements", methods=["GET"], trigger_arg_name="request")
@asks_for("reader")
async def list_acknowledgements(request: func.HttpRequest) -> func.HttpResponse:
    """The acknowledgements of a report, and how many of its differences are open. 404 without a report."""
    run = request.route_params["id"]
    try:
        acknowledged = await read_acknowledged(run) if is_reconciliation(run) else None
    except ResourceNotFoundError:
        acknowledged = None
    if acknowledged is None:
        return _no_report(run)
    return json_response(
        {
            "id": run,
            "acknowledgements": acknowledged.acknowledgements,
            "by_class": acknowledged.open.acknowledged,
            "faults": acknowledged.open.faults,
            "open": acknowledged.open.left,
        }
    )


def _line(field: str, text: str) -> str:
    """One line of text. Raises BadRequestError that names the field."""
    line = text.strip()
    if not line or not line.isprintable():
        raise BadRequestError(field, f"{field} must be one line of text")
    return line


def _no_report(run: str) -> func.HttpResponse:
    return problem(404, "No such report", f"there is no report of {run[:100]}: reconcile the range first")
