"""Reviews that somebody has written past the journal: a case that was closed so lies in no inbox any more."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK's documents are untyped.

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from azure.cosmos.aio import ContainerProxy

from fraud.desk.review import JournalEntry, Review, entry_name, touch_problem
from fraud.events import StoreKey
from services import cosmos
from services.desk.case_queries import IS_CASE
from services.desk.stored import read_stored
from services.watching import azure_time

LOOKED_BACK = timedelta(days=8)
"""Cases that were written since are looked at: each night sees what has changed since the one before, and more."""
_WRITTEN = f"SELECT c.id, c.store_id, c.review FROM c WHERE {IS_CASE} AND c._ts >= @since AND IS_DEFINED(c.review)"


class _Reviewed(msgspec.Struct, frozen=True):
    id: str
    store_id: StoreKey
    review: Any = None


async def review_problems() -> list[str]:
    """A sentence for each review of the last while that its journal does not lead to. Raises what Cosmos raised.

    The last entry alone is read: a change writes it with the review, so the two say the same.
    """
    container = await cosmos.cases()
    since = int((await azure_time() - LOOKED_BACK).timestamp())
    parameters: list[dict[str, object]] = [{"name": "@since", "value": since}]
    problems: list[str] = []
    # Page by page: at a high volume, the reviews of eight days are tens of thousands.
    async for page in container.query_items(
        _WRITTEN, parameters=parameters, max_item_count=cosmos.MAX_READ_ITEMS
    ).by_page():
        cases = [case async for document in page if (case := read_stored(document, _Reviewed))]
        problems += await _problems_of(container, cases)
    return problems


async def _problems_of(container: ContainerProxy, cases: Sequence[_Reviewed]) -> list[str]:
    reviews = [(case, _review_of(case)) for case in cases]
    asked = [(entry_name(case.id, review.entries), case.store_id) for case, review in reviews if review]
    documents: list[dict[str, Any]] = [*await container.read_items(asked)] if asked else []
    last = {document["id"]: read_stored(document, JournalEntry) for document in documents}
    problems: list[str] = []
    for case, review in reviews:
        entry = last.get(entry_name(case.id, review.entries)) if review else None
        problem = touch_problem(review, entry) if review else "its review cannot be read"
        problems += [f"the case {case.id}: {problem}"] if problem else []
    return problems


def _review_of(case: _Reviewed) -> Review | None:
    try:
        return msgspec.convert(case.review, Review)
    except msgspec.ValidationError:
        return None
