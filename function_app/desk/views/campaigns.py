"""The pages of campaigns: the list with the progress of each, and the form that starts one."""

import secrets

import azure.functions as func
import msgspec

from fraud.campaigns import Campaign, CampaignRequest
from fraud.desk.problems import not_found
from function_app.desk import answers
from function_app.desk.roles import needs
from function_app.desk.routing import Routes
from function_app.desk.views.campaign_plans import NAMES, PREFIX
from function_app.desk.visit import Visit
from function_app.desk.wrong_fields import wrong_field
from function_app.durable_client import AlreadyRunningError, management_address
from function_app.running_campaigns import find_campaign, start_campaign, stop_campaign
from services import instances
from services.instances import Filter, Instance

_PAGE = 50
_FIELDS = {
    "name": ("Name", "a new one", ""),
    "batches": ("Batches", "", "100"),
    "events_per_batch": ("Events in each", "", "30"),
    "interval_seconds": ("Seconds from batch to batch", "", "5"),
    "bad_event_ratio": ("Share without a store", "", "0.1"),
    "seed": ("Seed", "a new one", ""),
}


class _Totals(msgspec.Struct, frozen=True):
    sent: int = 0
    bad: int = 0
    expected_suspicious: int = 0


class _Status(msgspec.Struct, frozen=True):
    """The part of a campaign's status that the page shows."""

    phase: str = "starting"
    batches: int = 0
    batches_sent: int = 0
    planned: int | None = None
    """Events of a campaign with a plan, which has ticks and not batches."""
    totals: _Totals = _Totals()


class CampaignRow(msgspec.Struct, frozen=True):
    """A campaign with its own status."""

    instance: Instance
    status: _Status

    @property
    def can_stop(self) -> bool:
        """True while it sends."""
        return self.instance.runtime_status in ("Running", "Pending") and self.status.phase != "stopping"


async def show_campaigns(visit: Visit) -> func.HttpResponse:
    """Campaigns by page, and the form of a new one."""
    return await _list(visit)


async def show_rows(visit: Visit) -> func.HttpResponse:
    """The first page of the list, which changes while campaigns run."""
    page = await instances.list_page(management_address(visit.client), Filter(prefix=PREFIX), _PAGE)
    return answers.fragment(
        visit.request, "campaign_rows.html", rows=_rows(page.instances), me=visit.caller, token=visit.token
    )


async def _list(visit: Visit, problem: str = "", status: int = 200) -> func.HttpResponse:
    token = visit.asked("page") or None
    page = await instances.list_page(management_address(visit.client), Filter(prefix=PREFIX), _PAGE, token)
    return answers.page(
        "campaigns.html",
        visit,
        status=status,
        here="campaigns",
        rows=_rows(page.instances),
        next_token=page.token,
        is_first=token is None,
        fields=_FIELDS,
        problem=problem,
        given=visit.form() if visit.request.method == "POST" else {},
    )


def _rows(listed: list[Instance]) -> list[CampaignRow]:
    campaigns = [instance for instance in listed if instance.name in NAMES]
    campaigns.sort(key=lambda instance: instance.created_time, reverse=True)
    return [CampaignRow(instance, _status_of(instance)) for instance in campaigns]


def _status_of(instance: Instance) -> _Status:
    for content in (instance.output, instance.custom_status):
        try:
            return msgspec.convert(content, _Status)
        except msgspec.ValidationError:
            continue  # an output that is text says why it failed
    return _Status()


@needs("operator", deed="start-campaign")
async def start(visit: Visit) -> func.HttpResponse:
    """Start the campaign of the form; if that is refused, show the form with the reason."""
    given = {name: text.strip() for name in _FIELDS if (text := visit.form().get(name, "")).strip()}
    try:
        order = msgspec.convert(given, CampaignRequest, strict=False)
    except msgspec.ValidationError as error:
        labels = {name: label for name, (label, _, _) in _FIELDS.items()}
        return await _list(visit, wrong_field(error, labels).says, 400)
    campaign = Campaign.of(order, name=secrets.token_hex(4), seed=secrets.randbits(31))
    try:
        await start_campaign(visit.client, campaign)
    except AlreadyRunningError:
        return await _list(visit, f"{campaign.run_id} is running: stop it, or choose another name.", 409)
    return answers.redirect("/desk/campaigns")


@needs("operator", deed="stop-campaign")
async def stop(visit: Visit) -> func.HttpResponse:
    """Stop a campaign after the batch that it sends, and show the list once it has received that."""
    instance_id, status = await find_campaign(visit.client, visit.form().get("id", ""))
    if status is None:
        raise not_found("campaign", instance_id)
    await stop_campaign(visit.client, instance_id, status)
    return answers.redirect("/desk/campaigns")


ROUTES: Routes = {
    ("GET", "campaigns"): show_campaigns,
    ("GET", "campaigns/rows"): show_rows,
    ("POST", "campaigns"): start,
    ("POST", "campaigns/stop"): stop,
}
