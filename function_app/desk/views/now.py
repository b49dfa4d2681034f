"""The page Now: the pipeline as it is at this moment, renewed every two seconds."""

import asyncio
import time
from typing import Any

import azure.functions as func
import msgspec

from activities.check_health import check_health
from activities.desk.flow import Flow, recent_flow
from activities.recent import RecentAnswer
from fraud.watching.checks import ALTERED, Night, quarantined_since
from fraud.watching.flow import Joint
from fraud.watching.health import Health
from function_app.desk import answers
from function_app.desk.pictures.flow_picture import Box, pictures
from function_app.desk.rendering import number
from function_app.desk.routing import Routes
from function_app.desk.views.campaign_plans import NAMES, PREFIX
from function_app.desk.visit import Visit
from function_app.durable_client import management_address
from reconciliation.reporting.titles import VERDICTS
from services.concurrency import both, first_of
from services.instances import Filter, Instance, InstancesError, list_page

_LABELS = {
    "sent": ("Received", "by the hub", "/desk/campaigns"),
    "captured": ("Captured", "in all-events", "/desk/reconciliations"),
    "archived": ("Archived", "in Cosmos", "/desk/trace"),
    "quarantined": ("Quarantined", "", "/desk/quarantine"),
    "flagged": ("Flagged", "ids, repeats included", "/desk/cases"),
    "windows": ("Windows", "", "/desk/workflows?prefix=window-"),
    "judged": ("Verdicts", "", "/desk/cases"),
    "alerts": ("Alerts", "", "/desk/alerts"),
}
_CHECKS = {
    "captured": ("capture",),
    "archived": ("archiver",),
    "quarantined": ("quarantine",),
    "flagged": ("stream_job",),
    "windows": ("queue", "analysis"),
    "judged": ("unresolved",),
    "dead_letters": ("dead_letters",),
    "reconciled": ("night", "night_balance", "chain"),
}
"""The checks that a box answers for."""
_MOST_CAMPAIGNS = 8


class RunningCampaign(msgspec.Struct, frozen=True):
    """A campaign that runs: its name, and how far it is."""

    id: str
    sent: int | None
    phase: str


class Seen(msgspec.Struct, frozen=True):
    """All that the page shows; `flow` is None if the pipeline cannot be looked at, and `problem` says why."""

    health: Health
    flow: Flow | None
    problem: str
    campaigns: list[RunningCampaign]


_HEALTH_SECONDS = 60.0
"""Asking each service costs as much as a look at the pipeline, which it includes."""
_WRONG_SECONDS = 10.0
"""If something is wrong, the services are asked again sooner."""
_LOOK_SECONDS = 8.0
"""The page does not wait longer for what a service holds up: it shows which one."""


class _Checked(msgspec.Struct, frozen=True):
    health: Health
    at: float


async def _check() -> _Checked:
    return _Checked(await check_health(), time.monotonic())


_checked = RecentAnswer(_check, seconds=_HEALTH_SECONDS)


async def _health() -> Health:
    checked = await _checked.get()
    if checked.health.status != "ok" and time.monotonic() - checked.at > _WRONG_SECONDS:
        checked = await _checked.ask_again()
    return checked.health


async def _flow() -> tuple[Flow | None, str]:
    """The flow; without one, the reason why."""
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            return await recent_flow(), ""
    except TimeoutError:
        return None, f"no answer within {_LOOK_SECONDS:g} s."
    except Exception as error:  # noqa: BLE001 - whatever a service fails with is what the page has to tell
        return None, f"{type(first_of(error)).__name__}: {first_of(error)}"[:300]


class _Eyes:
    """One look is shared by all viewers: ten cost as much as one."""

    def __init__(self) -> None:
        self._base = ""
        self._recent = RecentAnswer(self._look, seconds=1.5)

    async def see(self, base: str) -> Seen:
        self._base = base
        return await self._recent.get()

    async def _look(self) -> Seen:
        health, ((flow, problem), campaigns) = await both(_health(), both(_flow(), self._campaigns()))
        return Seen(health, flow, problem, campaigns)

    async def _campaigns(self) -> list[RunningCampaign]:
        asked = Filter(statuses=("Running", "Pending", "Suspended"), prefix=PREFIX)
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                page = await list_page(self._base, asked, _MOST_CAMPAIGNS)
        except (InstancesError, TimeoutError):
            return []  # health tells that the engine's storage is away
        return [_campaign(instance) for instance in page.instances if instance.name in NAMES]


_eyes = _Eyes()


async def show_now(visit: Visit) -> func.HttpResponse:
    """The page; its parts that change are what `show_flow` gives."""
    seen = await _eyes.see(management_address(visit.client))
    return answers.page("now.html", visit, here="now", **_content(seen))


async def show_flow(visit: Visit) -> func.HttpResponse:
    """The parts that change."""
    seen = await _eyes.see(management_address(visit.client))
    return answers.fragment(visit.request, "now_flow.html", **_content(seen))


ROUTES: Routes = {("GET", ""): show_now, ("GET", "flow"): show_flow}


def _content(seen: Seen) -> dict[str, Any]:
    flow = seen.flow
    return {
        "seen": seen,
        "flow": flow,
        "pictures": pictures(_boxes(flow)) if flow else [],
        "checks": flow.look.checks if flow else seen.health.pipeline,
        "night": _night_sentence(flow.look.facts.night) if flow else "",
        "lag": flow.lag if flow else 0,
        "words": {"ok": "Everything moves", "degraded": "Something needs a look", "failed": "Something stands"}[
            seen.health.status
        ],
    }


def _boxes(flow: Flow) -> dict[str, Box]:
    wrong = {check.name for check in flow.look.checks if not check.is_ok}
    facts = flow.look.facts
    notes = {
        "quarantined": quarantined_since(facts.now, flow.joints["quarantined"].count or 0),
        "windows": f"judged, {facts.waiting:,} in the queue",
        "judged": f"{facts.unresolved:,} unresolved" if facts.unresolved else "all found",
        "alerts": f"{untold:,} had nobody to tell" if (untold := flow.nobody_to_tell) else f"since {flow.since:%d %b}",
        "archived": f"{flow.lag:,} behind the hub",
    }
    boxes = {
        name: _box(name, flow.joints[name], notes.get(name, note), wrong) for name, (_, note, _) in _LABELS.items()
    }
    boxes["dead_letters"] = Box(
        name="dead_letters",
        label="Dead letters",
        number=number(facts.dead_letters),
        rate="",
        note="of suspicious-windows",
        href="/desk/dead-letters",
        moves=False,
        wrong="dead_letters" in wrong,
    )
    night = facts.night
    boxes["reconciled"] = Box(
        name="reconciled",
        label="Last night",
        number=night.verdict if night else "none yet",
        rate="",
        note=f"{night.ended:%Y-%m-%d %H:%M}" if night else "it runs by a timer",
        href=f"/desk/reports/{night.run}/report.html" if night and night.run else "/desk/reconciliations",
        moves=False,
        wrong=any(check in wrong for check in ("night_balance", "chain")),
    )
    return boxes


def _box(name: str, joint: Joint, note: str, wrong: set[str]) -> Box:
    label, _, href = _LABELS[name]
    return Box(
        name=name,
        label=label,
        number=number(joint.count),
        rate=_rate(joint.rate),
        note=note,
        href=href,
        moves=bool(joint.rate),
        wrong=any(check in wrong for check in _CHECKS.get(name, ())),
    )


def _rate(rate: float | None) -> str:
    """Events in a second, or in a minute if that tells more; empty if none pass."""
    if not rate:
        return ""
    if rate < 0.95:
        return f"{rate * 60:.0f}/min" if rate * 60 >= 9.5 else f"{rate * 60:.1f}/min"
    return f"{rate:.1f}/s" if rate < 99.5 else f"{rate:,.0f}/s"


def _night_sentence(night: Night | None) -> str:
    if night is None:
        return "No night has been reconciled yet."
    if night.verdict == ALTERED:
        return "Somebody has changed or deleted the note of the last night."
    faults = f", with {night.faults:,} differences" if night.faults else ""
    words = next((text for verdict, text in VERDICTS.items() if verdict == night.verdict), night.verdict)
    return f"The last night ended {night.ended:%Y-%m-%d %H:%M}: {words}{faults}."


class _Totals(msgspec.Struct, frozen=True):
    sent: int = 0


class _Status(msgspec.Struct, frozen=True):
    phase: str = "starting"
    totals: _Totals | None = None


def _campaign(instance: Instance) -> RunningCampaign:
    try:
        status = msgspec.convert(instance.custom_status or {}, _Status)
    except msgspec.ValidationError:
        status = _Status("of an unknown kind")
    return RunningCampaign(instance.instance_id, status.totals.sent if status.totals else None, status.phase)
