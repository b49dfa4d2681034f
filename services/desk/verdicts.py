"""The verdicts in `fraud-events`: those of a case, and those of all windows of a span, the latest window first."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from fraud.desk.paging import Page, place_in, token_of
from fraud.desk.problems import bad_request
from fraud.desk.queries import SpanQuestion, VerdictQuery
from fraud.desk.rows import VerdictRow, WindowRow
from fraud.events import store_key
from fraud.slices import slices
from fraud.verdict_lines import MOST_BYTES, shown_among_many
from fraud.verdicts import Verdict, name_in, readable_verdicts, time_path
from services import names
from services.blobs import if_there, lines_of, warehouse
from services.concurrency import together
from services.desk.blob_paths import ListedBlob, PathRange, last_first, last_paths
from services.desk.case_queries import store_of

MAX_READ = 40
"""Blobs that a page reads at most: one that finds little ends early, and its token goes on."""
_READS = 8
"""Blobs that are read at once: a page that is full before their end has read a few in vain."""
_NO_TIME = ":"
"""The path of verdicts that were judged by their place begins with a letter, beyond all digits and this."""


class _Place(msgspec.Struct, frozen=True):
    """The place of a verdict: its blob, and its line there, -1 before the first."""

    path: str
    line: int


async def verdicts_in(blob: str) -> list[Verdict]:
    """The verdicts of a case, in the order of their ids; `blob` as the case names it. Empty if the blob is gone,
    or in the archive tier.

    Among many bytes, large events are cut (`fraud.verdict_lines.shown_among_many`), and memory holds a few whole ones.
    """
    container, _, path = blob.partition("/")
    if container != names.FRAUD_EVENTS or not path:
        return []  # somebody has altered the case
    return await _read(path)


async def _read(path: str) -> list[Verdict]:
    download = await if_there((await warehouse(names.FRAUD_EVENTS)).download_blob(path))
    if download is None:
        return []
    if download.properties.size <= MOST_BYTES:
        return readable_verdicts(await download.readall())
    return [verdict async for line in lines_of(download.chunks()) if (verdict := shown_among_many(line))]


def window_paths(asked: SpanQuestion, before: str | None) -> PathRange:
    """The paths of windows that end in a span."""
    first = time_path(asked.start) if asked.start else ""
    last = time_path(asked.end) if asked.end else _NO_TIME
    return PathRange(first=first, last=last, before=before)


async def list_verdicts(asked: VerdictQuery, blob: str | None) -> Page[VerdictRow]:
    """A page of verdicts: of one blob, as its case names it, or of the span. Raises ProblemError for a bad token."""
    place = place_in(asked.token, _Place) if asked.token else None
    if blob is not None:
        path = blob.partition("/")[2]
        if place and place.path != path:
            raise bad_request("token", "token is of another case: begin without one")
        return await _page(asked, [path], place)
    paths = [] if place is None else [place.path]
    span = window_paths(asked, place.path if place else None)
    paths += await last_paths(await warehouse(names.FRAUD_EVENTS), span, MAX_READ + 1 - len(paths))
    return await _page(asked, paths, place)


async def _page(asked: VerdictQuery, paths: list[str], place: _Place | None) -> Page[VerdictRow]:
    rows: list[VerdictRow] = []
    for wave in slices(paths[:MAX_READ], _READS):
        for path, verdicts in zip(wave, await together(map(_read, wave)), strict=True):
            after = place.line if place and place.path == path else -1
            for number, verdict in enumerate(verdicts):
                if number <= after or not _is_asked_for(asked, verdict):
                    continue
                if len(rows) == asked.limit:
                    return Page(tuple(rows), token_of(place)) if place else Page(tuple(rows))
                rows.append(VerdictRow(**_fields(verdict), case_id=name_in(path)))
                place = _Place(path, number)
            place = _Place(path, 2**53)
    more = len(paths) > MAX_READ and place is not None
    return Page(tuple(rows), token_of(place) if more and place else None)


def _fields(verdict: Verdict) -> dict[str, Any]:
    return {name: getattr(verdict, name) for name in Verdict.__struct_fields__}


def _is_asked_for(asked: VerdictQuery, verdict: Verdict) -> bool:
    event = verdict.event or {}
    return (
        (asked.band is None or verdict.band == asked.band)
        and (asked.store is None or store_key(verdict.store_id) == store_of(asked.store))
        and (asked.customer is None or event.get("cust_id") == asked.customer)
        and (asked.min_score is None or verdict.score >= asked.min_score)
        and (asked.rule is None or any(reason.rule == asked.rule for reason in verdict.reasons))
    )


async def list_windows(asked: SpanQuestion) -> Page[WindowRow]:
    """A page of the windows that have verdicts, the latest first. Raises ProblemError for a bad token."""
    place = place_in(asked.token, _Place) if asked.token else None
    rows: list[WindowRow] = []
    container = await warehouse(names.FRAUD_EVENTS)
    async for listed in last_first(container, window_paths(asked, place.path if place else None)):
        if (end := _end_of(listed.path)) is None:
            continue
        if len(rows) == asked.limit:
            return Page(tuple(rows), token_of(_Place(rows[-1].blob.partition("/")[2], 0)))
        rows.append(_window_row(listed, end))
    return Page(tuple(rows))


def _window_row(listed: ListedBlob, end: datetime) -> WindowRow:
    return WindowRow(
        name=name_in(listed.path),
        window_end=end,
        blob=f"{names.FRAUD_EVENTS}/{listed.path}",
        bytes=listed.size,
        written=listed.written,
    )


def _end_of(path: str) -> datetime | None:
    try:
        return datetime.strptime(path[:15], "%Y/%m/%d/%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None
