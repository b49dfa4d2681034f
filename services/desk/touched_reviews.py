"""Reviews that somebody has written past the journal: a case that was closed so lies in no inbox any more."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK's documents are untyped.

from datetime import timedelta
from typing import Any

import msgspec

from fraud.desk.review import JournalEntry, Review, entry_name, touch_problem
from fraud.events import StoreKey
from fraud.slices import slices
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
    written = container.query_items(_WRITTEN, parameters=[{"name": "@since", "value": since}])
    cases = [case async for document in written if (case := read_stored(document, _Reviewed))]
    problems: list[str] = []
    for part in slices(cases, cosmos.MAX_READ_ITEMS):
        reviews = [(case, _review_of(case)) for case in part]
        asked = [(entry_name(case.id, review.entries), case.store_id) for case, review in reviews if review]
        documents: list[dict[str, Any]] = [*await container.read_items(asked)] if asked else []
        last = {document["id"]: read_stored(document, JournalEntry) for document in documents}
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
