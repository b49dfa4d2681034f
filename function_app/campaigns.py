"""The triggers of campaigns: start a load test, list them, follow one, stop it."""

import re
import secrets
from datetime import datetime
from typing import Annotated, Any, cast

import azure.durable_functions as df
import azure.functions as func
import msgspec
from msgspec import Meta

from activities.measure_latencies import LatencyTask, measure_latencies
from activities.read_campaign_verdicts import MOST_VERDICTS, read_campaign_verdicts
from fraud.campaigns import MAX_EVENTS_PER_BATCH, Campaign, CampaignRequest
from fraud.desk.problems import ProblemError
from fraud.load.messages import MixTotals
from fraud.load.plan import CampaignPlan, not_played, problems
from fraud.load.planned import PlannedCampaign
from fraud.load.shapes import TAPE_PATTERN
from function_app import durable_client, running_campaigns
from function_app.access import asks_for
from function_app.durable_client import Client, Status
from function_app.http import BadRequestError, json_response, parse_body, problem
from orchestrations.contracts import RUN_CAMPAIGN_PLAN
from services.campaigns import keep_tape_page, kept_run_ids
from services.concurrency import together
from services.window_reports import reported_windows


class _Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bodies: Annotated[list[bytes], Meta(max_length=MAX_EVENTS_PER_BATCH)]


blueprint = df.Blueprint()

LISTED = 100
MAX_PAGE_BYTES = 16 * 1024 * 1024
_ASKED_AT_ONCE = 8


@blueprint.function_name("start-campaign")
@blueprint.route("api/campaigns", methods=["POST"], trigger_arg_name="request")
@blueprint.durable_client_input(client_name="client")
@asks_for("operator", deed="start-campaign")
async def start_campaign(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """Start a campaign, by a plan or of equal batches.

    202 with the status URLs; 400 names the field; 409 if one of that name runs.
    """
    try:
        campaign = _campaign(request.get_body())
    except BadRequestError as error:
        return error.response()
    try:
        await running_campaigns.start_campaign(client, campaign)
    except durable_client.AlreadyRunningError:
        text = f"{campaign.run_id} is running; stop it or choose another name"
        return problem(409, "Campaign runs", text, field="name")
    return durable_client.accepted(client, request, "api/campaigns", campaign.run_id)


def _campaign(body: bytes) -> Campaign | PlannedCampaign:
    """The campaign that is asked for: a body with `stages` is a plan. Raises BadRequestError."""
    name, seed = secrets.token_hex(4), secrets.randbits(31)
    fields = parse_body(dict[str, Any], body)
    if "stages" not in fields:
        return Campaign.of(parse_body(CampaignRequest, body), name=name, seed=seed)
    plan = parse_body(CampaignPlan, body)
    if listed := [*problems(plan), *not_played(plan)]:
        raise BadRequestError(listed[0].field, f"{listed[0].field} {listed[0].text}")
    return PlannedCampaign.of(plan, name=name, seed=seed)


@blueprint.function_name("list-campaigns")
@blueprint.route("api/campaigns", methods=["GET"], trigger_arg_name="request")
@blueprint.durable_client_input(client_name="client")
@asks_for("reader")
async def list_campaigns(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """The campaigns that were started, the latest first, at most LISTED; without those whose history is gone."""
    run_ids = await kept_run_ids(LISTED)
    statuses = await together((durable_client.find(client, run_id) for run_id in run_ids), at_once=_ASKED_AT_ONCE)
    listed = [{"id": name, **_progress(status)} for name, status in zip(run_ids, statuses, strict=True) if status]
    return json_response({"campaigns": listed})


@blueprint.function_name("get-campaign")
@blueprint.route("api/campaigns/{name}", methods=["GET"], trigger_arg_name="request")
@blueprint.durable_client_input(client_name="client")
@asks_for("reader")
async def get_campaign(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """The progress of a campaign, by its name or its instance id, with its plan if it has one. 404 if absent."""
    instance_id, status = await _find(request, client)
    if status is None:
        return _not_found(instance_id)
    return json_response({"id": instance_id, **_progress(status), **await _plan(client, instance_id, status)})


@blueprint.function_name("get-campaign-latencies")
@blueprint.route("api/campaigns/{name}/latencies", methods=["GET"], trigger_arg_name="request")
@blueprint.durable_client_input(client_name="client")
@asks_for("reader")
async def get_latencies(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """The latencies of a campaign's events and of the windows of its time, as far as they are known now.

    404 if it does not exist, 409 if it has not sent anything yet.
    """
    instance_id, status = await _find(request, client)
    if status is None:
        return _not_found(instance_id)
    progress = _progress(status)
    if "started" not in progress:
        return problem(409, "Campaign has not begun", f"{instance_id} has not sent anything yet; ask again")
    totals = msgspec.convert(progress["totals"], MixTotals)
    started, ended = (datetime.fromisoformat(progress[name]) for name in ("started", "updated"))
    plan = (await _plan(client, instance_id, status)).get("plan")
    task = LatencyTask(
        run_id=instance_id, started=started, ended=ended, sent=totals.sent, from_due=tells_due(totals, plan)
    )
    reported = await reported_windows(durable_client.management_address(client), started, ended)
    return json_response(await measure_latencies(task, reported))


@blueprint.function_name("stop-campaign")
@blueprint.route("api/campaigns/{name}/stop", methods=["POST"], trigger_arg_name="request")
@blueprint.durable_client_input(client_name="client")
@asks_for("operator", deed="stop-campaign")
async def stop_campaign(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """Stop a campaign after the batch that is being sent.

    202 once the campaign has received the stop, 503 if it does not within ten seconds. 404 if it does not exist, 409 if
    it has ended.
    """
    instance_id, status = await _find(request, client)
    if status is None:
        return _not_found(instance_id)
    try:
        await running_campaigns.stop_campaign(client, instance_id, status)
    except ProblemError as error:
        return problem(error.status, error.title, error.detail)
    return json_response({"id": instance_id, "phase": "stopping"}, status=202)


@blueprint.function_name("keep-campaign-tape")
@blueprint.route("api/campaign-tapes/{tape}/{number}", methods=["POST"], trigger_arg_name="request")
@asks_for("operator")  # a page is played only by a campaign, whose start is journalled
async def keep_tape(request: func.HttpRequest) -> func.HttpResponse:
    """Keep a page of a tape: the bodies of a tick, each in Base64. 204; 400 names the field; 413 if it is too large."""
    tape, number = request.route_params["tape"], request.route_params["number"]
    if not re.fullmatch(TAPE_PATTERN, tape) or not re.fullmatch(r"[0-9]{1,4}", number, re.ASCII):
        return problem(404, "No such page", "a tape is named by 16 hexadecimal digits, its pages by their numbers")
    body = request.get_body()
    if len(body) > MAX_PAGE_BYTES:
        return problem(413, "Too large", f"a page has {len(body):,} bytes; at most {MAX_PAGE_BYTES:,}: a shorter tick")
    try:
        page = msgspec.json.decode(body, type=_Page)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return problem(400, "Bad request", str(error), field="bodies")
    await keep_tape_page(tape, int(number), msgspec.json.encode(page.bodies))
    return func.HttpResponse(status_code=204)


@blueprint.function_name("get-campaign-verdicts")
@blueprint.route("api/campaigns/{name}/verdicts", methods=["GET"], trigger_arg_name="request")
@blueprint.durable_client_input(client_name="client")
@asks_for("reader")
async def get_verdicts(request: func.HttpRequest, client: Client) -> func.HttpResponse:
    """The verdicts on a campaign's events as they are now: for each id, its highest band and score.

    404 if it does not exist, 409 if it has not sent anything yet, 413 if there are more than MOST_VERDICTS.
    """
    instance_id, status = await _find(request, client)
    if status is None:
        return _not_found(instance_id)
    progress = _progress(status)
    if "started" not in progress:
        return problem(409, "Campaign has not begun", f"{instance_id} has not sent anything yet; ask again")
    started, ended = (datetime.fromisoformat(progress[name]) for name in ("started", "updated"))
    verdicts = await read_campaign_verdicts(instance_id, started, ended)
    if verdicts is None:
        return problem(413, "Too many verdicts", f"{instance_id} has more than {MOST_VERDICTS:,}; read fraud-events")
    return json_response({"verdicts": verdicts})


def tells_due(totals: MixTotals, plan: dict[str, Any] | None) -> bool:
    """True if events carry the time at which they were due; late and recorded events do not."""
    return not totals.late and all(stage["shape"] != "tape" for stage in (plan or {}).get("stages", ()))


def _progress(status: Status) -> dict[str, Any]:
    """The campaign's own status, beside the engine's. An `output` that is text is the reason why it failed."""
    runtime_status = durable_client.runtime_status_of(status)
    output: Any = status.output
    custom = cast(dict[str, Any], status.custom_status or {})
    final = cast(dict[str, Any], output) if isinstance(output, dict) else {}
    progress: dict[str, Any] = {"phase": "starting"} | custom | final
    if runtime_status in ("Failed", "Terminated"):
        progress["phase"] = runtime_status.lower()
    return {"status": runtime_status, **progress, "output": output}


async def _plan(client: Client, instance_id: str, status: Status) -> dict[str, Any]:
    """The plan of a campaign that has one, from its input: a later generation has it in its progress."""
    if status.name != RUN_CAMPAIGN_PLAN.name:
        return {}
    with_input = await durable_client.find(client, instance_id, show_input=True)
    argument: Any = with_input.input_ if with_input else None
    given = msgspec.json.decode(argument) if isinstance(argument, str) else argument
    return {"plan": given["planned"]["plan"] if "planned" in given else given["plan"]} if given else {}


async def _find(request: func.HttpRequest, client: Client) -> tuple[str, Status | None]:
    return await running_campaigns.find_campaign(client, request.route_params["name"])


def _not_found(instance_id: str) -> func.HttpResponse:
    return problem(404, "No such campaign", f"there is no campaign {instance_id[:100]}")
