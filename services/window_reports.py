"""The times at which windows were reported: their analyses tell, since each is started by the window's message."""

from datetime import datetime, timedelta

from fraud.windows import WINDOW
from services.instances import Filter, list_pages

_PAGE = 1_000
_MOST_PAGES = 20
"""Of a campaign with more windows, those that the management API gives first."""
_AFTER = timedelta(hours=1)
"""An analysis that begins later after a window's end is not looked for."""


async def reported_windows(base: str, started: datetime, ended: datetime) -> dict[str, datetime]:
    """The start of the last analysis by `window_label`, of windows of a span of Azure's time.

    `base` is the address of the management API. Analyses whose histories were purged are absent. Raises
    InstancesError.
    """
    asked = Filter(prefix="window-", created_from=started, created_to=ended + WINDOW + _AFTER)
    reported: dict[str, datetime] = {}
    async for page in list_pages(base, asked, _PAGE, _MOST_PAGES):
        for instance in page.instances:
            label = instance.instance_id.rpartition("-")[0]
            # A large window comes in several messages, and an event may be in the last of them.
            reported[label] = max(instance.created_time, reported.get(label, instance.created_time))
    return reported
