"""Find the ceiling: raise the rate of a campaign until an assertion fails, and say which part was the bound."""

import os
from collections.abc import Callable
from math import ceil
from typing import Any

import msgspec

from cli.campaign_report.costing import peak_of
from fraud.campaigns import MAX_EVENTS_PER_BATCH
from fraud.load.plan import CampaignPlan
from fraud.load.report import CampaignReport
from fraud.load.shapes import Shape, Steps
from fraud.load.values import seconds_of

_RATES = ("rate", "first", "last", "base", "peak", "swing")
_MOST_RATE = 100_000.0
_MOST_PRODUCERS = 16
_NOTICEABLE_SECONDS = 5.0


class Ceiling(msgspec.Struct, frozen=True, kw_only=True):
    """The highest peak rate that held and the lowest that did not, in events per second; None if there was not any."""

    held: float | None
    failed: float | None
    bound: str = ""
    """The part that was the bound where it failed."""
    busiest: str = ""
    """The part that used most CPU there while it was sent, where that is known."""
    reasons: list[str] = []
    """The assertions that failed there."""


def _scaled(stage: Shape, factor: float) -> Shape:
    rates: dict[str, Any] = {
        name: min(getattr(stage, name) * factor, _MOST_RATE) for name in _RATES if name in stage.__struct_fields__
    }
    if isinstance(stage, Steps):
        rates["rates"] = [min(rate * factor, _MOST_RATE) for rate in stage.rates]
    return msgspec.structs.replace(stage, **rates)


def scaled(plan: CampaignPlan, factor: float) -> CampaignPlan:
    """The plan with each rate so many times as high, as many producers as that takes, and without the file's seed."""
    name = f"{(plan.name or 'ceiling')[:48]}-x{factor:g}".replace(".", "-")
    # Without the file's seed each try has ids of its own: the same ids at other times would count as used again.
    faster = msgspec.structs.replace(
        plan, stages=[_scaled(stage, factor) for stage in plan.stages], name=name, seed=None
    )
    needed = ceil(peak_of(faster) * seconds_of(plan.tick) / MAX_EVENTS_PER_BATCH)
    producers = min(max(plan.producers, needed), _MOST_PRODUCERS)
    return msgspec.structs.replace(faster, producers=producers)


def find_ceiling(
    plan: CampaignPlan, run: Callable[[CampaignPlan], CampaignReport], most_factor: float, halvings: int
) -> Ceiling:
    """Double the rate until the plan does not hold, then look between the two, `halvings` times."""
    good, bad, factor = 0.0, None, 1.0
    report: CampaignReport | None = None
    while bad is None and factor <= most_factor:
        tried = run(scaled(plan, factor))
        if tried.held:
            good, factor = factor, factor * 2
        else:
            bad, report = factor, tried
    for _ in range(halvings if bad is not None and good else 0):
        assert bad is not None  # noqa: S101 - the loop's condition
        middle = round((good + bad) / 2, 2)
        tried = run(scaled(plan, middle))
        if tried.held:
            good = middle
        else:
            bad, report = middle, tried
    return Ceiling(
        held=peak_of(scaled(plan, good)) if good else None,
        failed=peak_of(scaled(plan, bad)) if bad is not None else None,
        bound=bound_of(report) if report else "",
        busiest=busiest_of(report) if report else "",
        reasons=[check.sentence for check in report.checks if not check.holds] if report else [],
    )


def bound_of(report: CampaignReport) -> str:
    """The part that a campaign waited for: the first on the way of an event that is slow."""
    sending, latencies = report.sending, report.latencies
    if sending.throttled:
        return f"the hub, which refused {sending.throttled:,} times: more throughput units"
    if sending.most_behind_seconds > _NOTICEABLE_SECONDS:
        return f"sending, which was {sending.most_behind_seconds:,.0f} s behind: more producers, or more of the host"
    archive, verdict = latencies.send_to_archive, latencies.window_to_verdict
    if archive and (verdict is None or archive.p95 >= verdict.p95):
        return f"the archiver and Cosmos, {archive.p95:,.0f} s behind the hub at the 95th percentile"
    if verdict:
        return f"stream job, queue and window analysis, {verdict.p95:,.0f} s behind a window's end"
    return "not known: nothing was measured"


def busiest_of(report: CampaignReport) -> str:
    """The part that used most CPU, in cores; nothing if that is not known."""
    cost = report.cost
    if cost is None or not cost.parts or not cost.real_seconds:
        return ""
    part = max(cost.parts, key=lambda part: part.cpu_seconds)
    cores = part.cpu_seconds / cost.real_seconds
    return f"{part.name}, {cores:,.2f} cores; all parts {cost.cores or 0:,.2f} of {os.cpu_count() or 1}"
