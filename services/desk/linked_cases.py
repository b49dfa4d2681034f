"""The cases around a case, with the verdicts by which they may be linked to it."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fraud.desk.linking import REACH
from fraud.desk.rows import CaseRow
from fraud.verdicts import Verdict
from services import cosmos
from services.concurrency import together
from services.desk.case_queries import IS_CASE, time_text
from services.desk.kept_verdicts import VerdictsCache

MAX_CASES = 60
"""Cases whose verdicts are read: those with the worst verdicts, if there are more."""
_READS = 8
_AROUND = (
    f"SELECT TOP {MAX_CASES + 1} c.id, c.verdicts_blob, c.revision FROM c WHERE {IS_CASE} AND c.window_end >= @first "
    "AND c.window_end <= @last AND c.id != @id AND (c.bands.high > 0 OR c.bands.medium > 0) ORDER BY c.max_score DESC"
)


_kept = VerdictsCache()


class Around(NamedTuple):
    """The verdicts of the cases around a case, by case; `complete` unless only the worst of them were read."""

    verdicts: Mapping[str, Sequence[Verdict]]
    complete: bool


async def cases_around(case: CaseRow) -> Around:
    """The cases that may be linked to a case. Raises what Cosmos or the blob service raised."""
    parameters: list[dict[str, object]] = [
        {"name": "@first", "value": time_text(case.window_end - REACH)},
        {"name": "@last", "value": time_text(case.window_end + REACH)},
        {"name": "@id", "value": case.id},
    ]
    container = await cosmos.cases()
    rows = [row async for row in container.query_items(_AROUND, parameters=parameters)]
    around = rows[:MAX_CASES]
    read = await together((_kept.read(str(row.get("verdicts_blob")), _revision(row)) for row in around), at_once=_READS)
    by_case = {str(row["id"]): of_case for row, of_case in zip(around, read, strict=True)}
    return Around(by_case, complete=len(rows) <= MAX_CASES)


def _revision(row: dict[str, Any]) -> int:
    """The revision of a case; 0 for one that somebody has altered, or an earlier version wrote."""
    number = row.get("revision")
    return number if isinstance(number, int) else 0
