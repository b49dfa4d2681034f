"""The cases around a case, with the verdicts by which they may be linked to it."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, cast

import msgspec

from fraud.desk.linking import REACH, LinkedFacts
from fraud.desk.rows import CaseRow
from fraud.verdicts import Verdict
from services import cosmos
from services.concurrency import together
from services.desk.case_queries import IS_CASE, time_text
from services.desk.kept_verdicts import VerdictsCache

MAX_CASES = 60
"""Cases whose verdicts are read: those with the worst verdicts, if there are more."""
MAX_RANKED = 280
"""Cases among which the worst are looked for: Cosmos reads each of them, at a request unit or more."""
SPANS = (REACH, timedelta(hours=1), timedelta(minutes=30), timedelta(minutes=10), timedelta())
"""The time before and after a window that is looked at: the widest span in which so many cases lie."""
_READS = 8
_WITHIN = "c.window_end BETWEEN @first AND @last"
_COUNT = f"SELECT VALUE COUNT(1) FROM c WHERE {_WITHIN}"
"""One condition, so that the index alone answers it."""
_AROUND = (
    f"SELECT TOP {MAX_CASES + 1} c.id, c.verdicts_blob, c.revision, c.store_id, c.window_end, "
    f"c.stakes.at_stake, c.review.state FROM c WHERE {IS_CASE} AND {_WITHIN} "
    "AND c.id != @id AND (c.bands.high >= 1 OR c.bands.medium >= 1) ORDER BY "
)
_WORST_FIRST, _BY_ID = "c.max_score DESC", "c.window_end DESC, c.id ASC"


_kept = VerdictsCache()


class Around(NamedTuple):
    """Verdicts and facts of the cases around a case, by case; `complete` unless only some of them were read."""

    verdicts: Mapping[str, Sequence[Verdict]]
    facts: Mapping[str, LinkedFacts]
    complete: bool


async def cases_around(case: CaseRow) -> Around:
    """The cases that may be linked to a case. Raises what Cosmos or the blob service raised.

    Where cases are dense, those nearer in time are looked at, so that one page costs no more than elsewhere.
    """
    container = await cosmos.cases()
    span, order = SPANS[-1], _BY_ID
    for wider in SPANS:
        counts = container.query_items(_COUNT, parameters=_within(case, wider))
        if sum([cast(int, count) async for count in counts]) <= MAX_RANKED:
            span, order = wider, _WORST_FIRST
            break
    parameters: list[dict[str, object]] = [*_within(case, span), {"name": "@id", "value": case.id}]
    rows = [row async for row in container.query_items(_AROUND + order, parameters=parameters)]
    around = rows[:MAX_CASES]
    read = await together((_kept.read(str(row.get("verdicts_blob")), _revision(row)) for row in around), at_once=_READS)
    by_case = {str(row["id"]): of_case for row, of_case in zip(around, read, strict=True)}
    facts = {str(row["id"]): each for row in around if (each := _facts(row)) is not None}
    return Around(by_case, facts, complete=span == REACH and len(rows) <= MAX_CASES)


def _within(case: CaseRow, span: timedelta) -> list[dict[str, object]]:
    return [
        {"name": "@first", "value": time_text(case.window_end - span)},
        {"name": "@last", "value": time_text(case.window_end + span)},
    ]


def _facts(row: dict[str, Any]) -> LinkedFacts | None:
    try:
        return msgspec.convert(row, LinkedFacts)
    except msgspec.ValidationError:
        return None  # somebody has altered it: it is linked all the same


def _revision(row: dict[str, Any]) -> int:
    """The revision of a case; 0 for one that somebody has altered, or an earlier version wrote."""
    number = row.get("revision")
    return number if isinstance(number, int) else 0
