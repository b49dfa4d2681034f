"""Measure the campaigns of a range against what they themselves say must be flagged."""

import asyncio
from collections.abc import Iterable

from activities.reconciliation.run_files import REQUESTS, read_keys
from reconciliation.comparing.ground_truth import CampaignAccount, Truth, measurable
from reconciliation.messages import RunPlan, Stage
from reconciliation.paths import rows_path
from reconciliation.reading.rows import all_rows
from services.blobs import read_blob, workflow_data
from services.campaigns import campaigns_of
from services.concurrency import together

_STAGES: tuple[Stage, ...] = ("scan", "verdicts")


async def measure_campaigns(plan: RunPlan, run_ids: Iterable[str]) -> tuple[list[CampaignAccount], list[str]]:
    """The accounts of the campaigns of these names that were kept, and the names of those that are too large for it.

    Reads a run's rows once more if there are any.
    """
    of_names = await together(map(campaigns_of, sorted(set(run_ids))), at_once=REQUESTS)
    kept = [campaign for campaigns in of_names for campaign in campaigns]
    first, last = plan.first_window, plan.last_window
    chosen, left_out = measurable(kept)
    if not chosen:
        return [], left_out
    keys = await read_keys(plan.run)
    of_chosen = sorted(chosen.items())
    truths = [await asyncio.to_thread(Truth, name, campaigns, keys, first, last) for name, campaigns in of_chosen]
    container = await workflow_data()
    for path in plan.paths(rows_path, _STAGES):
        rows = all_rows(await read_blob(container, path))
        for truth in truths:
            await asyncio.to_thread(truth.observe, rows)
    return [account for truth in truths if (account := truth.account())], left_out
