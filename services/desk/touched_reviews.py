"""Reviews that somebody has written past the journal, and journals that somebody has tampered with.

A case that was closed in this way no longer lies in any inbox.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK's documents are untyped.

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import timedelta
from typing import Any, TypeVar, cast

import msgspec
from azure.cosmos.aio import ContainerProxy

from fraud.desk.review import MAX_ENTRIES, JournalEntry, Review, entry_name, journal_problem
from fraud.events import StoreKey
from fraud.slices import slices, slices_within
from services import cosmos
from services.desk.case_queries import IS_CASE
from services.desk.stored import read_stored
from services.watching import azure_time

LOOKED_BACK = timedelta(days=8)
"""Cases and entries that were written since are looked at: each night sees what has changed since the one before, and
more. What was deleted is told by the number of all entries, however old."""
MOST_NAMED = 20

_IS_ENTRY = "c.type = 'journal'"
_REVIEWED = f"{IS_CASE} AND IS_DEFINED(c.review)"
_CASES_SINCE = f"SELECT c.id, c.store_id, c.review FROM c WHERE {_REVIEWED} AND c._ts >= @since"
_ENTRIES_SINCE = f"SELECT c.id, c.store_id FROM c WHERE {_IS_ENTRY} AND c._ts >= @since"
_TOLD = f"SELECT VALUE SUM(c.review.entries) FROM c WHERE {_REVIEWED}"
_HELD = f"SELECT VALUE COUNT(1) FROM c WHERE {_IS_ENTRY}"
_TOLD_BY_CASE = f"SELECT c.id, c.review.entries FROM c WHERE {_REVIEWED}"
_HELD_BY_CASE = f"SELECT c.case_id AS id, 1 AS entries FROM c WHERE {_IS_ENTRY}"


class _Reviewed(msgspec.Struct, frozen=True):
    id: str
    store_id: StoreKey
    review: Any = None


_Told = dict[tuple[str, StoreKey], int]
"""The number of entries that reviews tell of, by case and store."""


class _Entry(msgspec.Struct, frozen=True):
    id: str
    store_id: StoreKey

    @property
    def of(self) -> str:
        """Its case."""
        return self.id.removeprefix("journal:").rpartition(":")[0]

    def is_told(self, told: _Told) -> bool:
        """True if its number is among those that the review of its case tells of."""
        number = self.id.rpartition(":")[2]
        is_number = number.isascii() and number.isdecimal() and entry_name(self.of, int(number)) == self.id
        return is_number and 1 <= int(number) <= told.get((self.of, self.store_id), 0)


_Kind = TypeVar("_Kind", _Reviewed, _Entry)


async def review_problems() -> list[str]:
    """A sentence for each review that its journal does not lead to, and for each journal that somebody has touched.

    Raises what Cosmos raised.
    """
    container = await cosmos.cases()
    since: list[dict[str, object]] = [{"name": "@since", "value": int((await azure_time() - LOOKED_BACK).timestamp())}]
    problems: dict[str, str] = {}
    told: _Told = {}
    async for cases in _pages(container, _CASES_SINCE, since, _Reviewed):
        told |= _told_in(cases)
        problems |= await _problems_of(container, cases)
    async for entries in _pages(container, _ENTRIES_SINCE, since, _Entry):
        # A change writes both at once: entries of other cases, and those that came since, are few, if any.
        others = {entry.of: entry.store_id for entry in entries if not entry.is_told(told)}
        documents: list[dict[str, Any]] = [*await container.read_items([*others.items()])] if others else []
        cases = [case for document in documents if (case := read_stored(document, _Reviewed))]
        told |= _told_in(cases)
        problems |= {
            entry.of: f"no review tells of the entry {entry.id}" for entry in entries if not entry.is_told(told)
        }
        problems |= await _problems_of(container, [case for case in cases if case.review is not None])
    counted = [case_id for case_id in await _miscounted(container) if case_id not in problems]
    problems |= dict.fromkeys(
        counted[:MOST_NAMED], "its journal has another number of entries than its review tells of"
    )
    return [f"the case {case_id}: {problem}" for case_id, problem in problems.items()]


async def _pages(
    container: ContainerProxy, query: str, parameters: list[dict[str, object]], kind: type[_Kind]
) -> AsyncIterator[list[_Kind]]:
    """Page by page: at a high volume, the reviews of eight days are tens of thousands."""
    read = container.query_items(query, parameters=parameters, max_item_count=cosmos.MAX_READ_ITEMS)
    async for page in read.by_page():
        yield [read async for document in page if (read := read_stored(document, kind))]


async def _problems_of(container: ContainerProxy, cases: Sequence[_Reviewed]) -> dict[str, str]:
    """The problems of some cases, by case."""
    read = [(case, _review_of(case)) for case in cases]
    problems = {case.id: "its review cannot be read" for case, review in read if review is None}
    reviews = [(case, review) for case, review in read if review is not None]
    for portion in slices_within(reviews, cosmos.MAX_READ_ITEMS, cosmos.MAX_READ_ITEMS, lambda each: each[1].entries):
        journals = await _journals(container, portion)
        for case, review in portion:
            if problem := journal_problem(review, journals.get(case.id, ())):
                problems[case.id] = problem
    return problems


async def _journals(
    container: ContainerProxy, reviews: Iterable[tuple[_Reviewed, Review]]
) -> dict[str, list[JournalEntry]]:
    """The entries of some cases, by case; MAX_ENTRIES of each at most."""
    asked = [
        (entry_name(case.id, number), case.store_id)
        for case, review in reviews
        for number in range(1, min(review.entries, MAX_ENTRIES) + 1)
    ]
    journals: dict[str, list[JournalEntry]] = {}
    for part in slices(asked, cosmos.MAX_READ_ITEMS):
        for document in await container.read_items([*part]):
            # By its id: what else it says may be of another hand.
            if (entry := read_stored(document, JournalEntry)) and entry.id == document["id"]:
                journals.setdefault(entry.case_id, []).append(entry)
    return journals


def _told_in(cases: Iterable[_Reviewed]) -> _Told:
    """The number of entries that the review of each case tells of."""
    reviews = ((case, _review_of(case)) for case in cases if case.review is not None)
    return {(case.id, case.store_id): review.entries for case, review in reviews if review}


def _review_of(case: _Reviewed) -> Review | None:
    try:
        return msgspec.convert(case.review, Review)
    except msgspec.ValidationError:
        return None


async def _miscounted(container: ContainerProxy) -> list[str]:
    """The cases whose journals have not as many entries as their reviews tell of, of whatever time.

    As a rule two sums agree, and nothing else is read. People go on while they are counted: what they add lies between
    the sum before and the sum after.
    """
    before = await _sum(container, _TOLD)
    held = await _sum(container, _HELD)
    if before <= held <= await _sum(container, _TOLD):
        return []
    told = await _by_case(container, _TOLD_BY_CASE)
    kept = await _by_case(container, _HELD_BY_CASE)
    after = await _by_case(container, _TOLD_BY_CASE)
    every = sorted({*told, *kept, *after})
    return [case_id for case_id in every if not told[case_id] <= kept[case_id] <= after[case_id]]


async def _sum(container: ContainerProxy, query: str) -> float:
    """The sum; less where a review tells of something else than a number."""
    numbers = cast(AsyncIterator[object], container.query_items(query))
    return sum([number async for number in numbers if isinstance(number, int | float)])


class _Counted(msgspec.Struct, frozen=True):
    id: str
    entries: int = 0


async def _by_case(container: ContainerProxy, query: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    async for document in container.query_items(query):
        if counted := read_stored(document, _Counted):
            counts[counted.id] += counted.entries
    return counts
