"""The cases for people: a page of them, one with all that belongs to it."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

import logging
from itertools import chain
from typing import Any

import msgspec

from fraud.desk.linking import by_money, linked
from fraud.desk.paging import Page, token_of
from fraud.desk.problems import not_found
from fraud.desk.queries import CaseName, CaseQuery
from fraud.desk.review import MAX_ENTRIES, REVIEW_FIELD, JournalEntry, Review, journal_problem
from fraud.desk.rows import CaseDetails, CaseRow
from fraud.events import UNKNOWN_STORE
from fraud.windows import is_in_calendar, store_label
from services import cosmos
from services.concurrency import both, together
from services.desk.case_queries import (
    IS_CASE,
    Query,
    in_order,
    place_of,
    queries_of,
    related_query,
    without_stakes,
)
from services.desk.linked_cases import cases_around
from services.desk.stored import read_stored
from services.desk.verdicts import verdicts_in
from services.judged_times import judged_at

_JOURNAL = f"SELECT TOP {MAX_ENTRIES} * FROM c WHERE c.type = 'journal' AND c.case_id = @case ORDER BY c.number"
_BY_ID = f"SELECT * FROM c WHERE c.id = @id AND {IS_CASE}"
_RELATED_CUSTOMERS = 3
MAX_RELATED = 60
"""Cases that are read to find the related ones with the most money at stake: nearly always all that there are."""
_log = logging.getLogger(__name__)


async def list_cases(asked: CaseQuery) -> Page[CaseRow]:
    """A page of the cases that a question is about. Raises ProblemError for a token of another list."""
    queries = queries_of(asked)
    documents = await _read_all(queries)
    if len(documents) <= asked.limit:
        documents += await _read_all(without_stakes(asked, queries, asked.limit - len(documents)))
    shown = documents[: asked.limit]
    following = token_of(place_of(shown[-1], asked.sort)) if len(documents) > asked.limit else None
    return Page(tuple(row for document in shown if (row := row_of(document)) is not None), following)


async def related_cases(case: CaseRow, *, most: int) -> list[CaseRow]:
    """Other cases of the customers that a case names first: of MAX_RELATED, those with the most money at stake."""
    customers = case.stakes.customers[:_RELATED_CUSTOMERS]
    documents = await _read(related_query(case.id, customers, MAX_RELATED)) if customers else []
    rows = [row for document in documents if (row := row_of(document)) is not None]
    return sorted(rows, key=lambda row: (-row.stakes.at_stake, row.id))[:most]


async def _read_all(queries: list[Query]) -> list[dict[str, Any]]:
    """What the queries of one list give, in its order."""
    if not queries:
        return []
    documents = chain.from_iterable(await together([_read(query) for query in queries]))
    return in_order(documents, queries[0].sort)


async def _read(query: Query) -> list[dict[str, Any]]:
    partition: dict[str, Any] = {} if query.store is None else {"partition_key": query.store}
    container = await cosmos.cases()
    return [document async for document in container.query_items(query.text, parameters=query.parameters, **partition)]


async def find_case(case_id: str) -> CaseRow:
    """A case by its name. Raises ProblemError (404)."""
    container = await cosmos.cases()
    # A name does not tell every store, so the partition is not known.
    rows = [
        row
        async for document in container.query_items(_BY_ID, parameters=[{"name": "@id", "value": case_id}])
        if (row := row_of(document)) is not None
    ]
    if not rows:
        raise not_found("case", case_id)
    # Somebody may have put another one of its name into another partition: the name of a window's case has its store.
    return max(rows, key=_is_named_by_its_store)


def _is_named_by_its_store(case: CaseRow) -> bool:
    return case.id.startswith(f"window-{store_label(None if case.store_id == UNKNOWN_STORE else case.store_id)}-")


async def case_details(asked: CaseName) -> CaseDetails:
    """A case with its worst verdicts, its journal, and what is linked to it. Raises ProblemError (404)."""
    return await details_of(await find_case(asked.id), most=asked.verdicts)


async def details_of(case: CaseRow, *, most: int) -> CaseDetails:
    """The details of a case, with `most` of its verdicts. Raises what Cosmos or the blob service raised."""
    verdicts, (journal, around) = await both(
        verdicts_in(case.verdicts_blob), both(journal_of(case), cases_around(case))
    )
    worst = sorted(verdicts, key=lambda verdict: (-verdict.score, verdict.event_id))[:most]
    links = linked(case.id, {**around.verdicts, case.id: verdicts}, complete=around.complete)
    return CaseDetails(
        case=case,
        verdicts=tuple(worst),
        verdicts_in_all=len(verdicts),
        journal=tuple(journal),
        journal_problem=journal_problem(case.review, journal),
        linked=by_money(links, around.facts),
    )


async def journal_of(case: CaseRow) -> list[JournalEntry]:
    """The journal of a case, from its first entry on. One that cannot be read is left out: it is missing."""
    container = await cosmos.cases()
    documents = container.query_items(
        _JOURNAL, parameters=[{"name": "@case", "value": case.id}], partition_key=case.store_id
    )
    return [entry async for document in documents if (entry := read_stored(document, JournalEntry)) is not None]


def row_of(document: dict[str, Any]) -> CaseRow | None:
    """A case of Cosmos; None, and a line in the log, for one that somebody has altered beyond reading.

    A review that cannot be read counts as open, so that the case does not leave the inbox.
    """
    own = {"etag": document["_etag"], "stakes_known": "stakes" in document, "judged_at": judged_at(document)}
    content = {**document, **own}
    try:
        msgspec.convert(content.get(REVIEW_FIELD, {}), Review)
    except msgspec.ValidationError as error:
        _log.warning("the review of the case %.200s cannot be read: %s", document["id"], error)
        del content[REVIEW_FIELD]
    row = read_stored(content, CaseRow)
    if row is not None and not (is_in_calendar(row.window_start) and is_in_calendar(row.window_end)):
        _log.warning("the times of the case %.200s are in no calendar", row.id)
        return None
    return row
