"""The hits and the labels of the rules, shared by all who look: a count reads the cases of twelve weeks."""

from activities.recent import RecentAnswer
from fraud.desk.labels import Figures, Hits
from fraud.desk.queries import SpanQuestion
from services.desk.hits import rule_hits
from services.desk.labels import label_figures
from services.watching import azure_time

SECONDS = 600.0
FIGURES_SECONDS = 60.0


async def _count() -> Hits:
    return await rule_hits(await azure_time())


async def _figures() -> Figures:
    return await label_figures(SpanQuestion())


_hits = RecentAnswer(_count, seconds=SECONDS)
_labels = RecentAnswer(_figures, seconds=FIGURES_SECONDS, stale=SECONDS)


async def recent_hits() -> Hits:
    """The hits of each rule by week, at most SECONDS old. Raises what Cosmos raised."""
    return await _hits.get()


async def recent_figures() -> Figures:
    """The precision of each rule by week; it may be some minutes old, unless labels have changed here. Raises what
    Cosmos raised."""
    return await _labels.get()


def outdate_figures() -> None:
    """Have the next caller count the labels anew: a decision was taken or taken back, or outcomes came in."""
    _labels.outdate()
