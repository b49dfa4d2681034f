"""Measure the campaigns of a range against what they themselves say must be flagged."""

import asyncio
from collections.abc import Iterable

import msgspec

from activities.reconciliation.run_files import REQUESTS, read_keys
from reconciliation.comparing.ground_truth import CampaignAccount, Truth, measurable
from reconciliation.messages import RunPlan, Stage
from reconciliation.paths import rows_path
from reconciliation.reading.rows import all_rows
from reconciliation.reading.scan import Unreadable
from services import names
from services.blobs import read_blob, workflow_data
from services.campaigns import campaigns_of
from services.concurrency import together

_STAGES: tuple[Stage, ...] = ("scan", "verdicts")


class MeasuredCampaigns(msgspec.Struct, frozen=True):
    """The accounts of campaigns, the names of those that are too large for it, and what cannot be read of them."""

    accounts: list[CampaignAccount]
    left_out: list[str]
    unreadable: list[Unreadable]


async def measure_campaigns(plan: RunPlan, run_ids: Iterable[str]) -> MeasuredCampaigns:
    """The accounts of the campaigns of these names that were kept.

    Reads a run's rows once more if there are any.
    """
    of_names = await together(map(campaigns_of, sorted(set(run_ids))), at_once=REQUESTS)
    unreadable = [
        Unreadable(f"{names.REPORTS}/{path}", 0, reason)
        for kept in of_names
        for path, reason in kept.unreadable.items()
    ]
    first, last = plan.first_window, plan.last_window
    chosen, left_out = measurable([campaign for kept in of_names for campaign in kept.sent])
    if not chosen:
        return MeasuredCampaigns([], left_out, unreadable)
    keys = await read_keys(plan.run)
    of_chosen = sorted(chosen.items())
    truths = [await asyncio.to_thread(Truth, name, campaigns, keys, first, last) for name, campaigns in of_chosen]
    container = await workflow_data()
    for path in plan.paths(rows_path, _STAGES):
        rows = all_rows(await read_blob(container, path))
        for truth in truths:
            await asyncio.to_thread(truth.observe, rows)
    accounts = [account for truth in truths if (account := truth.account())]
    return MeasuredCampaigns(accounts, left_out, unreadable)
