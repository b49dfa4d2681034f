"""Observe the cases of a span of time."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK's documents are untyped.

from typing import Any

from activities.reconciliation.run_files import is_current, read_keys, read_part, read_plan, write_rows
from reconciliation.messages import NOTHING_READ, PartProgress, PartTask, SpanPart
from reconciliation.reading.cases import add_stored
from reconciliation.reading.observe import ObservedSums
from reconciliation.reading.rows import RowWriter
from reconciliation.reading.scan import Unreadable
from services import cosmos
from services.desk.case_queries import time_text

CASES_IN_SPAN = "c.type IN ('window', 'quarantine') AND c.window_end > @start AND c.window_end <= @end"
"""The condition of a query for the cases of a span, with the parameters that `case_parameters` gives."""
_QUERY = f"SELECT * FROM c WHERE {CASES_IN_SPAN}"
_PAGE = 1_000


def case_parameters(span: SpanPart) -> list[dict[str, Any]]:
    """The parameters of `CASES_IN_SPAN`: ends of windows as cases hold them, in UTC and to the second."""
    return [{"name": "@start", "value": time_text(span.start)}, {"name": "@end", "value": time_text(span.end)}]


async def observe_cases(task: PartTask) -> PartProgress:
    """Read the cases of one span, page by page, and write their rows."""
    plan = await read_plan(task.run)
    if not is_current(plan):
        return NOTHING_READ
    span = await read_part(task, SpanPart)
    rows = RowWriter(await read_keys(task.run))
    sums = ObservedSums()
    container = await cosmos.cases()
    pages = container.query_items(query=_QUERY, parameters=case_parameters(span), max_item_count=_PAGE).by_page()
    async for page in pages:
        async for document in page:
            sums.lines += 1
            try:
                add_stored(rows, document)
            except ValueError as error:
                sums.note_unreadable(Unreadable(f"cases/{str(document.get('id'))[:200]}", 0, f"not a case: {error}"))
    await write_rows(task, rows, plan.bucket_bits, sums)
    return PartProgress(sums.lines, 0)
