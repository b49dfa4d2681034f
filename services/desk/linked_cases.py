"""The cases around a case, and what links them to it."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

from collections.abc import Sequence
from typing import Any

from fraud.desk.linking import REACH, Linked, linked
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


async def linked_to(case: CaseRow, verdicts: Sequence[Verdict]) -> Linked:
    """What is linked to a case that has these verdicts. Raises what Cosmos or the blob service raised."""
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
    return linked(case.id, {**by_case, case.id: verdicts}, complete=len(rows) <= MAX_CASES)


def _revision(row: dict[str, Any]) -> int:
    """The revision of a case; 0 for one that somebody has altered, or an earlier version wrote."""
    number = row.get("revision")
    return number if isinstance(number, int) else 0
