"""The pages of plans of campaigns: the form that starts a plan, and two campaigns side by side."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import azure.functions as func
import msgspec

from activities.measure_latencies import LatencyTask, measure_latencies
from fraud.campaigns import campaign_id
from fraud.load.latencies import Latencies, Quantiles
from fraud.load.messages import MixTotals
from fraud.load.plan import CampaignPlan, not_played, problems
from fraud.load.planned import PlannedCampaign
from function_app.desk import answers
from function_app.desk.rendering import UNKNOWN, moment, number, span
from function_app.desk.roles import needs
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from function_app.durable_client import AlreadyRunningError, management_address
from function_app.running_campaigns import start_campaign
from orchestrations.contracts import RUN_CAMPAIGN, RUN_CAMPAIGN_PLAN
from services import instances
from services.instances import Filter, Instance
from services.window_reports import reported_windows

_LISTED = 100
NAMES = (RUN_CAMPAIGN.name, RUN_CAMPAIGN_PLAN.name)
"""The orchestrations that are campaigns."""
PREFIX = campaign_id("")
"""The beginning of their instance ids."""


class ComparedCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a campaign's status that is compared."""

    phase: str = "starting"
    started: datetime | None = None
    updated: datetime | None = None
    planned: int | None = None
    totals: MixTotals = MixTotals()
    retried: int = 0
    throttled: int = 0
    most_behind_seconds: float = 0.0


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign beside another one."""

    instance: Instance
    told: ComparedCampaign
    latencies: Latencies | None


def told_of(instance: Instance) -> ComparedCampaign:
    """A campaign's status; an empty one if it cannot be read."""
    for content in (instance.output, instance.custom_status):
        if isinstance(content, dict):
            try:
                return msgspec.convert(content, ComparedCampaign)
            except msgspec.ValidationError:
                continue
    return ComparedCampaign()


@needs("operator")
async def show_plan_form(visit: Visit) -> func.HttpResponse:
    """The form that takes a plan."""
    return _form(visit)


def _form(visit: Visit, problem: str = "", status: int = 200) -> func.HttpResponse:
    given = visit.form() if visit.request.method == "POST" else {}
    return answers.page(
        "campaign_plan.html", visit, status=status, here="campaigns", problem=problem, plan=given.get("plan", "")
    )


@needs("operator", deed="start-campaign")
async def start_plan(visit: Visit) -> func.HttpResponse:
    """Start the campaign of a plan; the form with the field that is wrong if it cannot be."""
    try:
        plan = msgspec.json.decode(visit.form().get("plan", "").encode(), type=CampaignPlan)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        return _form(visit, f"This is not a plan: {error}", 400)
    if listed := [*problems(plan), *not_played(plan)]:
        return _form(visit, " ".join(f"{problem.field} {problem.text}." for problem in listed[:5]), 400)
    campaign = PlannedCampaign.of(plan, name=secrets.token_hex(4), seed=secrets.randbits(31))
    try:
        await start_campaign(visit.client, campaign)
    except AlreadyRunningError:
        return _form(visit, f"{campaign.run_id} is running: stop it, or choose another name.", 409)
    return answers.redirect("/desk/campaigns")


async def compare(visit: Visit) -> func.HttpResponse:
    """Two campaigns side by side. 404 if one does not exist."""
    base = management_address(visit.client)
    listed = await instances.list_page(base, Filter(prefix=PREFIX), _LISTED)
    ids = [instance.instance_id for instance in listed.instances if instance.name in NAMES]
    chosen = [name for name in (visit.asked("first"), visit.asked("second")) if name]
    sides: list[Side] = []
    for name in chosen:
        instance = await instances.find_instance(base, name, history=False)
        if instance is None or instance.name not in NAMES:
            return answers.refused(404, "No such campaign", f"There is no campaign {name[:100]}.", visit)
        told = told_of(instance)
        sides.append(Side(instance=instance, told=told, latencies=await _latencies(base, instance, told)))
    return answers.page(
        "campaign_compare.html",
        visit,
        here="campaigns",
        ids=ids,
        chosen=[*chosen, "", ""][:2],
        sides=sides,
        rows=comparison(sides) if len(sides) == 2 else [],
    )


async def _latencies(base: str, instance: Instance, told: ComparedCampaign) -> Latencies | None:
    if told.started is None or told.updated is None:
        return None
    task = LatencyTask(
        run_id=instance.instance_id,
        started=told.started,
        ended=told.updated,
        sent=told.totals.sent,
        from_due=not told.totals.late,
    )
    reported = await reported_windows(base, told.started, told.updated)
    return await measure_latencies(task, reported)


_Value = Callable[[Side], str]


def comparison(sides: list[Side]) -> list[tuple[str, list[str], bool]]:
    """Rows of what is compared: its name, the value on each side as text, and true if they differ."""
    rows: list[tuple[str, _Value]] = [
        ("phase", lambda side: side.told.phase),
        ("started", lambda side: moment(side.told.started)),
        ("took", lambda side: span(_seconds(side.told))),
        ("planned", lambda side: number(side.told.planned)),
        ("sent", lambda side: number(side.told.totals.sent)),
        ("sent per second", lambda side: number(_rate(side.told), 1)),
        ("most behind", lambda side: span(side.told.most_behind_seconds)),
        ("sent again", lambda side: number(side.told.retried)),
        ("throttled", lambda side: number(side.told.throttled)),
        ("must be flagged", lambda side: number(side.told.totals.expected_suspicious)),
        *((kind.replace("_", " "), _count(kind)) for kind in ("bad", "malformed", "doubled", "reused_ids", "late")),
        *_quantile_rows("to the archive", lambda side: side.latencies and side.latencies.send_to_archive),
        *_quantile_rows("to the window", lambda side: side.latencies and side.latencies.send_to_window),
        *_quantile_rows("window to verdict", lambda side: side.latencies and side.latencies.window_to_verdict),
    ]
    values = [(name, [value(side) for side in sides]) for name, value in rows]
    return [(name, texts, len(set(texts)) > 1) for name, texts in values]


def _count(kind: str) -> _Value:
    return lambda side: number(getattr(side.told.totals, kind))


def _quantile_rows(name: str, of: Callable[[Side], Quantiles | None]) -> list[tuple[str, _Value]]:
    def value(share: str) -> _Value:
        def text(side: Side) -> str:
            quantiles: Any = of(side)
            return span(getattr(quantiles, share)) if quantiles else UNKNOWN

        return text

    return [(f"{name}, {share}", value(share)) for share in ("p50", "p95", "max")]


def _seconds(told: ComparedCampaign) -> float | None:
    return (told.updated - told.started).total_seconds() if told.started and told.updated else None


def _rate(told: ComparedCampaign) -> float | None:
    seconds = _seconds(told)
    return told.totals.sent / seconds if seconds else None


ROUTES: Routes = {
    ("GET", "campaigns/plan"): show_plan_form,
    ("POST", "campaigns/plan"): start_plan,
    ("GET", "campaigns/compare"): compare,
}
