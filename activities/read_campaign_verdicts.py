"""Read the verdicts on a campaign's events out of `fraud-events`."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from datetime import datetime, timedelta

from fraud.load.report import IdVerdict
from fraud.slices import slices
from fraud.verdicts import each_readable, time_path
from fraud.windows import WINDOW
from services import names
from services.blobs import read_if_there, warehouse
from services.concurrency import together

MOST_VERDICTS = 100_000
_AT_ONCE = 8
_MARGIN = timedelta(minutes=1)
"""The hub takes an event a little after it is sent."""


async def read_campaign_verdicts(run_id: str, started: datetime, ended: datetime) -> list[IdVerdict] | None:
    """The verdicts on a campaign's events, by id; None if there are more than MOST_VERDICTS."""
    container = await warehouse(names.FRAUD_EVENTS)
    last_end = ended + WINDOW + _MARGIN
    first, last = time_path(started), time_path(last_end)
    paths: list[str] = []
    day = started.replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= last_end:
        prefix = time_path(day)[: len("yyyy/mm/dd")]
        paths += [
            blob.name
            async for blob in container.list_blobs(name_starts_with=f"{prefix}/")
            if first <= blob.name[: len(first)] <= last
        ]
        day += timedelta(days=1)
    highest: dict[str, IdVerdict] = {}
    for part in slices(paths, _AT_ONCE):
        for content in await together(read_if_there(container, path) for path in part):
            for verdict in each_readable(content or b""):
                before = highest.get(verdict.event_id)
                if verdict.run_id == run_id and (before is None or verdict.score > before.score):
                    highest[verdict.event_id] = IdVerdict(verdict.event_id, verdict.score, verdict.band)
        if len(highest) > MOST_VERDICTS:
            return None
    return [highest[name] for name in sorted(highest)]
