"""Changes of reviews in Cosmos: the case and the entry of its journal are written together, or neither."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any, cast

import msgspec
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError, CosmosResourceNotFoundError

from fraud.desk.changes import Change, changed_since
from fraud.desk.problems import ProblemError
from fraud.desk.review import REVIEW_FIELD, UNDECIDED, JournalEntry, entry_name
from fraud.desk.rows import CaseRow
from fraud.events import StoreKey
from services import cosmos
from services.concurrency import both
from services.desk.case_queries import IS_CASE, time_text
from services.desk.cases import find_case, journal_of, row_of
from services.desk.stored import read_stored
from services.judged_times import JUDGED_FIELD, as_judged
from services.watching import answered_at, azure_time

_TAKEN, _CHANGED = 409, 412
"""The journal has an entry of this number already; the case has another ETag."""
_ATTEMPTS = 10
MAX_STARTED = 200
"""Cases whose waiting begins in one minute, of the lately judged and of the reopened ones each."""
_UNATTENDED = (
    f"SELECT TOP {MAX_STARTED} c.id, c.store_id, c.review.reopened FROM c WHERE {IS_CASE} AND c.bands.high >= 1 "
    "AND {bound} AND NOT IS_DEFINED(c.review.due) "
    "AND (NOT IS_DEFINED(c.review.state) OR ARRAY_CONTAINS(@undecided, c.review.state))"
)
# Two queries, each bounded by one path of the index, and not an OR of both.
_LATE, _REOPENED = (_UNATTENDED.format(bound=bound) for bound in ("c.window_end > @since", "c.review.reopened >= 1"))


class EntryTakenError(Exception):
    """The journal has an entry of this number, though the case is the same: somebody else has been here."""


class UnattendedCase(msgspec.Struct, frozen=True):
    """A case that nobody waits for: its name and store, and how often it was reopened."""

    id: str
    store_id: StoreKey
    reopened: int = 0


class _Answered:
    """The moment of the last answer, by the clock of Cosmos."""

    last: datetime | None = None

    def note(self, headers: Mapping[str, str], _: object) -> None:
        self.last = answered_at(headers) or self.last


_answered = _Answered()


async def change_case(case_id: str, etag: str, make: Callable[[CaseRow], Change]) -> CaseRow:
    """Change the review of a case as a person has seen it; gives the changed case.

    Raises ProblemError: 404, 412 if it is not the same any more, and what `make` raises.
    """
    case = await find_case(case_id)
    if case.etag.strip('"') != etag:
        raise await _changed_since(case)
    if not await _write(case, make(case), make):
        raise await _changed_since(await find_case(case_id))
    return await find_case(case_id)


async def step_case(case_id: str, store_id: StoreKey, make: Callable[[CaseRow], Change | None]) -> CaseRow | None:
    """Change the review of a case as it is now; the case before the change, None if it is absent."""
    for _ in range(_ATTEMPTS):
        case = await read_case(case_id, store_id)
        change = make(case) if case else None
        if case is None or change is None or await _write(case, change, make):
            return case
    raise TimeoutError(f"the case {case_id} was changed by others at each of {_ATTEMPTS} attempts")


async def read_case(case_id: str, store_id: StoreKey) -> CaseRow | None:
    """A case by its name and store; None if absent."""
    try:
        return row_of(await (await cosmos.cases()).read_item(case_id, partition_key=store_id))
    except CosmosResourceNotFoundError:
        return None


async def _write(case: CaseRow, change: Change, make: Callable[[CaseRow], Change | None]) -> bool:
    """Write a change; False if the case has changed since it was read.

    Both documents are written together. An entry where the next one belongs is of another hand, or the review was set
    back to an earlier one: the change goes behind what is there, and the verification names the case.
    """
    try:
        return await _write_both(case, change)
    except EntryTakenError:
        review = msgspec.structs.replace(case.review, entries=await _last_entry(case))
        anew = make(msgspec.structs.replace(case, review=review))
        return anew is not None and await _write_both(case, anew)


async def _last_entry(case: CaseRow) -> int:
    """The number behind which the journal of a case goes on: the first one from its review's that is not followed."""
    container = await cosmos.cases()
    names = container.query_items(
        "SELECT VALUE c.id FROM c WHERE STARTSWITH(c.id, @prefix)",
        parameters=[{"name": "@prefix", "value": entry_name(case.id, 0).removesuffix("000000")}],
        partition_key=case.store_id,
    )
    taken = {str(name) async for name in names}
    return next(number for number in count(case.review.entries) if entry_name(case.id, number + 1) not in taken)


async def _write_both(case: CaseRow, change: Change) -> bool:
    """Write a review and its entry. False if the case has changed since it was read. Raises EntryTakenError."""
    review = msgspec.to_builtins(change.review)
    entry = entry_document(change.entry, case.store_id)
    # A patch of single fields: what the machine writes stays as it is.
    put: list[dict[str, Any]] = [{"op": "set", "path": f"/{REVIEW_FIELD}", "value": review}]
    if case.judged_at:  # this write would hide it
        put.append({"op": "set", "path": f"/{JUDGED_FIELD}", "value": as_judged(case.judged_at)})
    operations: list[tuple[Any, ...]] = [
        ("patch", (case.id, put), {"if_match_etag": case.etag}),
        ("create", (entry,)),
    ]
    try:
        await (await cosmos.cases()).execute_item_batch(operations, case.store_id)
    except CosmosBatchOperationError as problem:
        # The error's own status is not set; the operation that failed carries it, the others say 424.
        place = cast(int, problem.error_index)
        answer = cast(list[dict[str, Any]], problem.operation_responses)[place]
        if (place, answer["statusCode"]) == (1, _TAKEN):
            raise EntryTakenError from problem
        if answer["statusCode"] == _CHANGED:
            return False
        raise CosmosHttpResponseError(status_code=answer["statusCode"], message="the batch was refused") from problem
    return True


def entry_document(entry: JournalEntry, store_id: StoreKey) -> dict[str, Any]:
    """An entry as the container of the cases holds it, in the partition of its case."""
    return {**msgspec.to_builtins(entry), "id": entry.id, "store_id": store_id, "type": "journal"}


async def unattended_cases(days: int) -> list[UnattendedCase]:
    """The undecided cases with a verdict of the band high whose waiting has not begun.

    Those of windows of the last days, for an app that is brought up to date does not ask for old ones, and those that
    were reopened, however old; at most MAX_STARTED of each.
    """
    # For days the time of the last answer is as good as that of now, and this one brings the next.
    now = _answered.last or await azure_time()
    since: dict[str, object] = {"name": "@since", "value": time_text(now - timedelta(days=days))}
    late, reopened = await both(_unattended(_LATE, since), _unattended(_REOPENED))
    return list({case.id: case for case in (*late, *reopened)}.values())


async def _unattended(query: str, *parameters: dict[str, object]) -> list[UnattendedCase]:
    container = await cosmos.cases()
    undecided: dict[str, object] = {"name": "@undecided", "value": list(UNDECIDED)}
    documents = container.query_items(query, parameters=[*parameters, undecided], response_hook=_answered.note)
    return [case async for document in documents if (case := read_stored(document, UnattendedCase)) is not None]


async def _changed_since(case: CaseRow) -> ProblemError:
    journal = await journal_of(case)
    return ProblemError(412, "Changed meanwhile", changed_since(case.review, journal[-1] if journal else None))
