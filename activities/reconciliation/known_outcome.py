"""The outcome of an earlier run of a range, if nothing has changed since: then nothing is read again."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK's answers are untyped.

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec
from azure.cosmos.aio import ContainerProxy

from activities.reconciliation.chain_reading import is_as_written
from activities.reconciliation.feed_blobs import feed_blobs
from activities.reconciliation.observe_cases import CASES_IN_SPAN, case_parameters
from activities.reconciliation.observe_documents import IN_SPAN, span_parameters
from reconciliation.fingerprint import BlobVersion, fingerprint_of
from reconciliation.messages import Outcome, SpanPart
from reconciliation.method import METHOD
from reconciliation.paths import report_path
from reconciliation.ranges import Range
from reconciliation.reading.keys import RunKeys
from reconciliation.reading.observe import Observer
from reconciliation.reading.rows import Kind
from reconciliation.reporting.report import Report, outcome_of
from services import cosmos, names
from services.blobs import read_if_there, warehouse

CLOCKS_DIFFER = timedelta(minutes=1)
"""Cosmos dates a change to the second, by its own clock; what changed just before a run may not be in its report."""

# Both are counted from the index alone; MAX(c._ts) would load the documents.
_ALWAYS_ALIKE = RunKeys(b"")
"""Fixed keys: they only stand for the ids, and must be the same from one run to the next."""
_COUNT = f"SELECT VALUE COUNT(1) FROM c WHERE {IN_SPAN}"
_CHANGED = f"{_COUNT} AND c._ts >= @since"
_CASES = f"SELECT VALUE COUNT(1) FROM c WHERE {CASES_IN_SPAN}"
_CASES_CHANGED = f"{_CASES} AND c._ts >= @since"


async def fingerprint(
    span: Range, blobs: Iterable[BlobVersion], late: Iterable[str], documents: SpanPart | None
) -> str:
    """The fingerprint of a run that reads these blobs, and the documents of this span, if any.

    `late` are blobs that the stream job wrote long after the range. They may hold rows of the range, but change with
    every window that ends until now; so their rows of the range count, not the blobs.
    """
    rows = await _rows_of(span, late)
    counts = (await _count(_COUNT, documents), await _count_cases(_CASES, documents)) if documents else None
    return await asyncio.to_thread(fingerprint_of, METHOD, blobs, rows, counts)


async def known_outcome(run: str, fingerprint_now: str, documents: SpanPart | None) -> Outcome | None:
    """The outcome in the report of an earlier run that read the same; None without such a report.

    None as well if the report is not as it was written: an answer that nobody has computed must not come from it.
    """
    path = report_path(run, "json")
    data = await read_if_there(await warehouse(names.REPORTS), path)
    try:
        report = msgspec.json.decode(data or b"", type=Report)
    except (msgspec.DecodeError, RecursionError):  # absent, of an earlier version of the app, or damaged
        return None
    if report.fingerprint != fingerprint_now or (documents and await _have_changed(documents, report.started)):
        return None
    if not await is_as_written(run, path, data or b""):
        return None
    return msgspec.structs.replace(outcome_of(report), reused=True)


async def _rows_of(span: Range, paths: Iterable[str]) -> bytes:
    observer = Observer.over(Kind.SUSPICIOUS, _ALWAYS_ALIKE, span)
    await feed_blobs(await warehouse(names.SUSPICIOUS_EVENTS), paths, observer.open, observer.unreadable)
    sums = observer.sums
    counted = msgspec.json.encode((sums.windows, sums.corrected, sums.unreadable_count, sums.unreadable))
    return await asyncio.to_thread(observer.rows.encode, 0) + counted


async def _have_changed(documents: SpanPart, since: datetime) -> bool:
    seconds = int((since - CLOCKS_DIFFER).timestamp())
    changed = await _count(_CHANGED, documents, since=seconds)
    return changed > 0 or await _count_cases(_CASES_CHANGED, documents, since=seconds) > 0


async def _count(query: str, span: SpanPart, **more: int) -> int:
    return await _sum(await cosmos.events(), query, span_parameters(span), more)


async def _count_cases(query: str, span: SpanPart, **more: int) -> int:
    return await _sum(await cosmos.cases(), query, case_parameters(span), more)


async def _sum(container: ContainerProxy, query: str, parameters: list[dict[str, Any]], more: dict[str, int]) -> int:
    parameters += [{"name": f"@{name}", "value": value} for name, value in more.items()]
    counts = cast(AsyncIterator[int], container.query_items(query, parameters=parameters))
    return sum([number async for number in counts])
