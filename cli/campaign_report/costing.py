"""Put the cost of a campaign together from two looks at the parts, its state and its plan."""

from math import ceil
from pathlib import Path

import msgspec

from cli.campaign_report.bill import Campaigned, bill, notes, request_units, size_for
from cli.campaign_report.figures import StackFigures, asked_between, used_between
from cli.campaigns import CampaignState
from fraud.load.costs import Cost
from fraud.load.plan import CampaignPlan

_BEFORE = "figures-before.json"


def peak_of(plan: CampaignPlan) -> float:
    """The highest rate of a plan over a tick, in events per second."""
    schedule = plan.schedule
    most = max(sum(span.count for span in schedule.spans(tick)) for tick in range(schedule.ticks))
    return most / schedule.tick_seconds


def cost_of(state: CampaignState, before: StackFigures | None, after: StackFigures | None) -> Cost:
    """The cost of a campaign; without both looks only what its own counts tell."""
    assert state.started  # noqa: S101 - it has ended
    assert state.updated  # noqa: S101
    seconds = max((state.updated - state.started).total_seconds(), 1.0)
    sent = state.totals.sent
    campaign = Campaigned(
        seconds=seconds,
        events=sent + state.retried,
        peak=peak_of(state.plan) if state.plan else ceil(sent / seconds),
    )
    parts = used_between(before, after) if before and after else []
    asked = asked_between(before, after) if before and after else []
    rows = bill(campaign, parts, asked)
    return Cost(
        seconds=seconds,
        real_seconds=round(after.at - before.at, 1) if before and after else None,
        events=sent,
        size=size_for(campaign.peak)[0],
        request_units=request_units(asked),
        parts=parts,
        asked=asked,
        bill=rows,
        usd=round(sum(row.usd for row in rows), 6),
        notes=notes(parts, asked),
    )


def keep_before(folder: Path, figures: StackFigures | None) -> None:
    """Keep the look before a campaign in its folder, for a report that is made later; None removes an older one."""
    file = folder / _BEFORE
    file.unlink(missing_ok=True)
    if figures:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(msgspec.json.encode(figures))


def read_before(folder: Path) -> StackFigures | None:
    """The look before a campaign; None if it was not started from here."""
    try:
        return msgspec.json.decode((folder / _BEFORE).read_bytes(), type=StackFigures)
    except (OSError, msgspec.DecodeError):
        return None
