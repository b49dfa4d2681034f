"""Start a campaign, find it and stop it, however that was asked for."""

import msgspec

from fraud.campaigns import Campaign, campaign_id, is_name
from fraud.desk.problems import ProblemError
from fraud.load.planned import PlannedCampaign
from function_app import durable_client
from function_app.durable_client import AlreadyRunningError, Client, Status
from function_app.stopping import raise_stop
from orchestrations.contracts import RUN_CAMPAIGN, RUN_CAMPAIGN_PLAN
from services.campaigns import keep_campaign, keep_planned

_TOLD = ("stopping", "stopped")
"""Phases of a campaign that has received the stop. One that is suspended may show the second while it still waits."""


async def start_campaign(client: Client, campaign: Campaign | PlannedCampaign) -> None:
    """Keep a campaign and start it. Raises AlreadyRunningError if one of its name runs."""
    if await durable_client.is_running(client, campaign.run_id):
        raise AlreadyRunningError(campaign.run_id)
    if isinstance(campaign, PlannedCampaign):
        await keep_planned(campaign)
        orchestration = RUN_CAMPAIGN_PLAN
    else:
        await keep_campaign(campaign)
        orchestration = RUN_CAMPAIGN
    await durable_client.start(client, orchestration, campaign.run_id, msgspec.to_builtins(campaign))


async def find_campaign(client: Client, text: str) -> tuple[str, Status | None]:
    """The campaign of a name or an instance id; the durable extension chose the id of a restarted one."""
    name = text.removeprefix(campaign_id(""))
    if not is_name(name):
        return campaign_id(name), None
    if status := await durable_client.find(client, campaign_id(name)):
        return campaign_id(name), status
    for orchestration in (RUN_CAMPAIGN, RUN_CAMPAIGN_PLAN):
        if status := await durable_client.find_restarted(client, orchestration, text):
            return text, status
    return campaign_id(name), None


async def stop_campaign(client: Client, instance_id: str, status: Status) -> None:
    """Stop a campaign after the batch that it sends; returns once it has received the stop.

    Raises ProblemError: 409 if it has ended, 503 if it does not receive it within ten seconds.
    """
    if status.runtime_status not in durable_client.RUNNING:
        detail = f"{instance_id} is {durable_client.runtime_status_of(status)}"
        raise ProblemError(409, "Campaign has ended", detail)
    if not await raise_stop(client, instance_id, _TOLD):
        detail = f"{instance_id} has not received the stop yet; ask again"
        raise ProblemError(503, "Campaign does not answer", detail)
