"""The hits of each rule by week: verdicts of the bands high and medium in which it spoke, read from the cases."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

from datetime import datetime

from fraud.desk.labels import Hits, HitsCase, first_of_weeks, hits_of
from services import cosmos
from services.desk.case_queries import IS_CASE, time_text
from services.desk.stored import read_stored

MAX_COUNTED = 200_000
_LISTED = (
    f"SELECT TOP {MAX_COUNTED} c.window_end, c.stakes.rules FROM c WHERE {IS_CASE} AND c.window_end >= @from "
    "AND c.window_end <= @to AND IS_DEFINED(c.stakes.rules) ORDER BY c.window_end DESC"
)
_PAGE = 5_000


async def rule_hits(end: datetime) -> Hits:
    """The hits of the twelve weeks that end with that of a moment. A case that cannot be read has none."""
    parameters: list[dict[str, object]] = [
        {"name": "@from", "value": time_text(first_of_weeks(end))},
        {"name": "@to", "value": time_text(end)},
    ]
    documents = (await cosmos.cases()).query_items(_LISTED, parameters=parameters, max_item_count=_PAGE)
    cases = [case async for document in documents if (case := read_stored(document, HitsCase)) is not None]
    return hits_of(cases, most=MAX_COUNTED)
