"""Analyses of windows that failed, or that run for longer than one that waits for its events."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from fraud.windows import moment_in
from services.instances import Filter, Instance, list_page, list_pages
from services.open_windows import FORGOTTEN, has_verdicts_since

_PREFIX = "window-"
_MOST = 100
"""Of each kind: a notice need not say more."""
_MOST_PAGES = 20
"""Of failed ones, which may all be mended."""


async def stuck_analyses(base: str, now: datetime, patience: timedelta) -> dict[str, datetime]:
    """By name, when these were started: in the last day, those that run since before `patience` among them.

    `base` is the address of the management API. A failed one whose verdicts were written after it is mended. Costs two
    requests, more where many that failed are mended, and one for each that failed. Raises InstancesError, and what the
    blob service raised.
    """
    failed = Filter(statuses=("Failed",), prefix=_PREFIX, created_from=now - FORGOTTEN)
    running = Filter(
        statuses=("Running", "Pending"), prefix=_PREFIX, created_from=now - FORGOTTEN, created_to=now - patience
    )
    stuck = {each.instance_id: each.created_time for each in (await list_page(base, running, _MOST)).instances}
    async for page in list_pages(base, failed, _MOST, _MOST_PAGES):
        not_mended = {each.instance_id: each.created_time async for each in _not_mended(page.instances)}
        stuck |= not_mended
        if not_mended or not page.instances:
            break
    return stuck


async def _not_mended(failed: list[Instance]) -> AsyncIterator[Instance]:
    for instance in failed:
        end = moment_in(instance.instance_id.rpartition("-")[0].rpartition("-")[2])
        if end is None or not await has_verdicts_since(instance.instance_id, end, instance.last_updated_time):
            yield instance
