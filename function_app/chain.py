"""The trigger that verifies the chain of reports."""

import azure.durable_functions as df
import azure.functions as func

from activities.verify import verify
from function_app.access import asks_for
from function_app.http import BadRequestError, json_response
from reconciliation.chain import parse_head

blueprint = df.Blueprint()


@blueprint.function_name("verify-reports")
@blueprint.route("api/chain", methods=["GET"], trigger_arg_name="request")
@asks_for("reader")
async def verify_reports(request: func.HttpRequest) -> func.HttpResponse:
    """The length of the chain of reports, its head, and everything that is wrong with it or with reviews of cases.

    `?head=NUMBER:DIGEST` compares it with a head that was noted from a log or an outcome. 400 if that is not one.
    """
    text = request.params.get("head")
    noted = parse_head(text) if text else None
    if text and noted is None:
        return BadRequestError("head", "head must be NUMBER:DIGEST, as an outcome and the log show it").response()
    return json_response(await verify(noted))
