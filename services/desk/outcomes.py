"""Outcomes from elsewhere, kept in the container of cases, in a partition of their own."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from fraud.desk.callers import Caller
from fraud.desk.outcomes import Fate, OutcomeRow, OutcomesKept, OutcomeVerdict
from fraud.desk.paging import Page, place_in, token_of
from fraud.desk.queries import Question
from fraud.slices import slices
from services import cosmos
from services.desk.judged_outcomes import verdicts_on
from services.desk.stored import read_stored

PARTITION = "_outcomes"
"""No store's: theirs are numbers, `_unknown`, or what a text in an event says, and an event's case has another type."""
_IN_WINDOW = "SELECT c.event_id, c.outcome FROM c WHERE c.type = 'outcome' AND c.verdict.window_end = @end"
_LISTED = "SELECT TOP @most * FROM c WHERE c.type = 'outcome' AND c.id > @after ORDER BY c.id"


class _Place(msgspec.Struct, frozen=True):
    """The document id of the last outcome of a page."""

    id: str


async def keep_outcomes(rows: Sequence[OutcomeRow], who: Caller, when: datetime) -> OutcomesKept:
    """Write outcomes with the verdicts on their events; one of the same event is replaced.

    Sent twice, it leaves the same, with the verdicts as they are then.
    """
    container = await cosmos.cases()
    verdicts = await verdicts_on(row.id for row in rows)
    documents = {row.document_id: _document(row, verdicts.get(row.id), who, when) for row in rows}
    for batch in slices(list(documents.values()), cosmos.MAX_BATCH_OPERATIONS):
        await container.execute_item_batch([("upsert", (document,)) for document in batch], PARTITION)
    return OutcomesKept(kept=len(documents), unseen=len(documents) - len(verdicts))


async def list_outcomes(asked: Question) -> Page[OutcomeRow]:
    """A page of outcomes, in an order that stays. Raises ProblemError for a bad token."""
    after = place_in(asked.token, _Place).id if asked.token else ""
    parameters: list[dict[str, object]] = [
        {"name": "@most", "value": asked.limit + 1},
        {"name": "@after", "value": after},
    ]
    container = await cosmos.cases()
    query = container.query_items(_LISTED, parameters=parameters, partition_key=PARTITION)
    documents: list[dict[str, Any]] = [document async for document in query]
    shown = documents[: asked.limit]
    told = ({**document, "id": document.get("event_id")} for document in shown)
    rows = [row for each in told if (row := read_stored(each, OutcomeRow)) is not None]
    return Page(tuple(rows), token_of(_Place(shown[-1]["id"])) if len(documents) > asked.limit else None)


async def fates_in(window_end: datetime, ids: Sequence[str]) -> dict[str, Fate]:
    """The known outcomes of those events that were judged in windows of this end."""
    wanted = frozenset(ids)
    parameters: list[dict[str, object]] = [{"name": "@end", "value": msgspec.to_builtins(window_end)}]
    query = (await cosmos.cases()).query_items(_IN_WINDOW, parameters=parameters, partition_key=PARTITION)
    return {
        document["event_id"]: document["outcome"]
        async for document in query
        if document.get("event_id") in wanted and "outcome" in document
    }


def _document(row: OutcomeRow, verdict: OutcomeVerdict | None, who: Caller, when: datetime) -> dict[str, Any]:
    return {
        "id": row.document_id,
        "store_id": PARTITION,
        "type": "outcome",
        "event_id": row.id,
        "outcome": row.outcome,
        "verdict": msgspec.to_builtins(verdict),
        "date": row.date.isoformat(),
        "who": who.name,
        "by": who.by,
        "when": msgspec.to_builtins(when),
    }
