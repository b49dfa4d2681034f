"""The hits of the rules, shared by all who look: a count reads every case of twelve weeks."""

from activities.recent import Recent
from fraud.desk.labels import Hits
from services.desk.hits import rule_hits
from services.watching import azure_time

SECONDS = 600.0


async def _count() -> Hits:
    return await rule_hits(await azure_time())


_hits = Recent(_count, seconds=SECONDS)


async def recent_hits() -> Hits:
    """The hits of each rule by week, at most SECONDS old. Raises what Cosmos raised."""
    return await _hits.get()
