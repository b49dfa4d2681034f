"""Start a campaign, however it was asked for."""

import msgspec

from fraud.campaigns import Campaign
from fraud.load.planned import PlannedCampaign
from function_app import durable_client
from function_app.durable_client import AlreadyRunningError, Client
from orchestrations.contracts import RUN_CAMPAIGN, RUN_CAMPAIGN_PLAN
from services.campaigns import keep_campaign, keep_planned


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
