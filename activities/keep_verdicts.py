"""Write verdicts to `fraud-events` and their case to Cosmos: for the first time, or amended."""

from collections.abc import Awaitable, Callable

import msgspec

from activities.store_case import store_case
from fraud.analysis import WindowSummary
from fraud.events import StoreKey
from fraud.verdict_lines import VerdictLine, lines_in, readable_lines, verdicts_of_case, written
from fraud.verdicts import Case, CaseType, case_of
from fraud.windows import Window
from services import names
from services.blob_revisions import Revision, create_revision, read_revision, replace_revision
from services.blobs import NDJSON, warehouse
from services.concurrency import LARGE, beside

Amend = Callable[[list[VerdictLine], list[VerdictLine]], list[VerdictLine]]
"""The verdicts to keep, from those that are there and those that come."""

BeforeReplacing = Callable[[Revision], Awaitable[None]]
"""Called with verdicts before others are written in their place."""

_ATTEMPTS = 10
"""Two analyses of one window, or an activity and its twin, may write its verdicts at the same time."""


class VerdictsChangeError(Exception):
    """Others have changed the verdicts at every attempt."""


class VerdictsPlace(msgspec.Struct, frozen=True, kw_only=True):
    """The place of verdicts: the name of their case, its store and window, and their path in `fraud-events`."""

    name: str
    store_id: StoreKey | None
    window: Window
    path: str
    type: CaseType = "window"


async def keep_verdicts(
    place: VerdictsPlace, lines: bytes, amend: Amend, before_replacing: BeforeReplacing | None = None
) -> WindowSummary:
    """Write the blob of verdicts and the case. Raises VerdictsChangeError, and what Cosmos or the blob service raised.

    `lines` are verdicts, one per line; those of a re-analysis come with `before_replacing`. Done twice, it writes the
    same bytes and leaves the case as it is.
    """
    stored = await store_lines(place.path, lines, amend, before_replacing)
    case = await beside(len(stored.data) > LARGE, _case, place, stored)

    async def is_newest() -> bool:
        newest = await read_revision(await warehouse(names.FRAUD_EVENTS), place.path)
        return newest is not None and newest.number == stored.number

    await store_case(case, is_newest, again=before_replacing is not None)
    return WindowSummary(
        name=place.name,
        store_id=place.store_id,
        window_start=place.window.start,
        window_end=place.window.end,
        suspicious=case.suspicious,
        bands=case.bands,
        max_score=case.max_score,
        verdicts_blob=case.verdicts_blob,
        revision=stored.number,
    )


def _case(place: VerdictsPlace, stored: Revision) -> Case:
    blob, verdicts = f"{names.FRAUD_EVENTS}/{place.path}", verdicts_of_case(stored.data)
    return case_of(place.name, place.store_id, place.window, verdicts, blob, revision=stored.number, type=place.type)


async def store_lines(
    path: str, lines: bytes, amend: Amend, before_replacing: BeforeReplacing | None = None
) -> Revision:
    """Write verdicts, one per line, to a path in `fraud-events`, or amend those that are there; no case is made.

    Raises VerdictsChangeError, and what the blob service raised.
    """
    container = await warehouse(names.FRAUD_EVENTS)
    if first := await create_revision(container, path, lines, NDJSON):
        return first
    for _ in range(_ATTEMPTS):
        before = await read_revision(container, path)
        if before is None:
            stored = await create_revision(container, path, lines, NDJSON)
        else:
            now = await beside(len(before.data) + len(lines) > LARGE, _amended, amend, before.data, lines)
            if now == before.data:
                return before
            if before_replacing:
                await before_replacing(before)
            stored = await replace_revision(container, path, before, now, NDJSON)
        if stored:
            return stored
    raise VerdictsChangeError(f"{names.FRAUD_EVENTS}/{path} was changed by others at each of {_ATTEMPTS} attempts")


def _amended(amend: Amend, before: bytes, lines: bytes) -> bytes:
    return written(amend(readable_lines(before), lines_in(lines)))
