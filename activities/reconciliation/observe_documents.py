"""Observe what the archive in Cosmos holds of a span of time."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK's documents are untyped.

from typing import Any

import msgspec

from activities.reconciliation.run_files import read_part, read_plan, write_contents, write_rows
from fraud.archive import ARCHIVE_FIELD, event_id_of
from fraud.events import UNKNOWN_STORE
from reconciliation.capture.records import begin_of, read_moment
from reconciliation.messages import SpanPart, Step, StepProgress
from reconciliation.ranges import window_number
from reconciliation.reading.contents import add_documents
from reconciliation.reading.observe import ObservedSums
from reconciliation.reading.rows import NO_STORE, Kind, RowWriter, store_number
from services import cosmos

# ISO times of one zone sort as text, "+00:00" before ".123456+00:00".
IN_SPAN = f"c.{ARCHIVE_FIELD}.enqueued_time > @start AND c.{ARCHIVE_FIELD}.enqueued_time <= @end"
"""The condition of a query for the documents of a span, with the parameters that `span_parameters` gives."""
_QUERY = f"SELECT * FROM c WHERE {IN_SPAN}"
_PAGE = 1_000


class _Archived(msgspec.Struct):
    enqueued_time: str
    run_id: str | None = None


class _Document(msgspec.Struct):
    id: str
    archive: _Archived
    store_id: int | str | None = None


def span_parameters(span: SpanPart) -> list[dict[str, Any]]:
    """The parameters of `IN_SPAN`."""
    return [{"name": "@start", "value": span.start.isoformat()}, {"name": "@end", "value": span.end.isoformat()}]


async def observe_documents(step: Step) -> StepProgress:
    """Read the documents of one span, page by page, and write their rows and the digests of their contents."""
    plan = await read_plan(step.run)
    part = await read_part(step, SpanPart)
    container = await cosmos.events()
    rows, contents = RowWriter(), RowWriter()
    sums = ObservedSums()
    pages = container.query_items(query=_QUERY, parameters=span_parameters(part), max_item_count=_PAGE).by_page()
    async for page in pages:
        found: list[dict[str, Any]] = [document async for document in page]
        documents = msgspec.convert(found, list[_Document])
        windows = [window_number(begin_of(read_moment(document.archive.enqueued_time))) for document in documents]
        for document in documents:
            sums.names_run(document.archive.run_id)
        add_documents(contents, found, windows)
        sums.lines += len(documents)
        rows.add(
            Kind.DOCUMENT,
            [event_id_of(document) for document in found],
            windows,
            [NO_STORE if d.store_id == UNKNOWN_STORE else store_number(d.store_id) for d in documents],
        )
    await write_contents(step, contents, plan.bucket_bits)
    await write_rows(step, rows, plan.bucket_bits, sums)
    return StepProgress(sums.lines, sums.bytes)
