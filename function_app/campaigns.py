"""The triggers of campaigns: start a load test, follow it, stop it."""

import asyncio
import logging
import secrets
from typing import Any, cast

import azure.durable_functions as df
import azure.functions as func
import msgspec

from fraud.campaigns import STOP_EVENT, Campaign, CampaignRequest, campaign_id, is_name
from function_app import durable_client
from function_app.durable_client import Client, Status
from function_app.http import BadRequestError, json_response, parse_body, problem
from orchestrations.contracts import RUN_CAMPAIGN
from services.campaigns import keep_campaign

blueprint = df.Blueprint()
log = logging.getLogger(__name__)

_STOP_POLL_SECONDS = 0.25
_POLLS_PER_EVENT = 6
_STOP_POLLS = 40
"""Ten seconds in all, real ones; the event is raised anew every one and a half."""


@blueprint.function_name("start-campaign")
@blueprint.route("api/campaigns", methods=["POST"], trigger_arg_name="request")
@blueprint.durable_client_input(client_name="client")
async def start_campaign(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """Start a campaign. 202 with the status URLs; 400 names the field; 409 if one of that name runs."""
    try:
        order = parse_body(CampaignRequest, request.get_body())
    except BadRequestError as error:
        return error.response()
    campaign = Campaign.of(order, name=secrets.token_hex(4), seed=secrets.randbits(31))
    if await durable_client.is_running(client, campaign.run_id):
        return _already_runs(campaign.run_id)
    await keep_campaign(campaign)
    try:
        await durable_client.start(client, RUN_CAMPAIGN, campaign.run_id, msgspec.to_builtins(campaign))
    except durable_client.AlreadyRunningError:
        return _already_runs(campaign.run_id)
    return durable_client.accepted(client, request, "api/campaigns", campaign.run_id)


@blueprint.function_name("get-campaign")
@blueprint.route("api/campaigns/{name}", methods=["GET"], trigger_arg_name="request")
@blueprint.durable_client_input(client_name="client")
async def get_campaign(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """The progress of a campaign, by its name or its instance id. 404 if absent."""
    instance_id, status = await _find(request, client)
    if status is None:
        return _not_found(instance_id)
    return json_response({"id": instance_id, **_progress(status)})


@blueprint.function_name("stop-campaign")
@blueprint.route("api/campaigns/{name}/stop", methods=["POST"], trigger_arg_name="request")
@blueprint.durable_client_input(client_name="client")
async def stop_campaign(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """Stop a campaign after the batch that is being sent.

    202 once the campaign shows that it knows, 503 if it does not within ten seconds. 404 if it does not exist, 409 if
    it has ended.
    """
    instance_id, status = await _find(request, client)
    if status is None:
        return _not_found(instance_id)
    if status.runtime_status not in durable_client.RUNNING:
        return problem(409, "Campaign has ended", f"{instance_id} is {durable_client.runtime_status_of(status)}")
    if not await _stops(client, instance_id):
        return problem(503, "Campaign does not answer", f"{instance_id} has not taken in the stop yet; ask again")
    return json_response({"id": instance_id, "phase": "stopping"}, status=202)


async def _stops(client: Client, instance_id: str) -> bool:
    """Raise the stop until the campaign shows it: an event that comes between two generations may be lost."""
    for attempt in range(_STOP_POLLS):
        if attempt % _POLLS_PER_EVENT == 0:
            try:
                await client.raise_event(instance_id, STOP_EVENT, None)
            except Exception:  # noqa: BLE001
                # It may have ended in the meantime, which is what the caller wants; the SDK raises no narrower type.
                log.info("%s does not take an event", instance_id)
        await asyncio.sleep(_STOP_POLL_SECONDS)
        status = await durable_client.find(client, instance_id)
        if status is None or status.runtime_status not in durable_client.RUNNING:
            return True
        if cast(dict[str, Any], status.custom_status or {}).get("phase") == "stopping":
            return True
    return False


def _progress(status: Status) -> dict[str, Any]:
    """The campaign's own account of itself, beside what the engine says. An `output` that is text is why it failed."""
    runtime_status = durable_client.runtime_status_of(status)
    output: Any = status.output
    custom = cast(dict[str, Any], status.custom_status or {})
    final = cast(dict[str, Any], output) if isinstance(output, dict) else {}
    progress: dict[str, Any] = {"phase": "starting"} | custom | final
    if runtime_status in ("Failed", "Terminated"):
        progress["phase"] = runtime_status.lower()
    return {"status": runtime_status, **progress, "output": output}


async def _find(request: func.HttpRequest, client: Client) -> tuple[str, Status | None]:
    """The campaign of the route's name or instance id; one that was restarted has an id which is not a name of ours."""
    text = request.route_params["name"]
    name = text.removeprefix(campaign_id(""))
    if not is_name(name):
        return campaign_id(name), None
    if status := await durable_client.find(client, campaign_id(name)):
        return campaign_id(name), status
    if status := await durable_client.find_restarted(client, RUN_CAMPAIGN, text):
        return text, status
    return campaign_id(name), None


def _already_runs(instance_id: str) -> func.HttpResponse:
    return problem(409, "Campaign runs", f"{instance_id} is running; stop it or choose another name", field="name")


def _not_found(instance_id: str) -> func.HttpResponse:
    return problem(404, "No such campaign", f"there is no campaign {instance_id[:100]}")
