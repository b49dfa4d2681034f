"""Observe what the stream job reported and what was judged."""

import asyncio

from azure.core.exceptions import ResourceNotFoundError

from activities.reconciliation.run_files import VANISHED, read_part, read_work, write_rows
from fraud.reconciliation.observe import Observer
from fraud.reconciliation.ranges import MARGIN_WINDOWS
from fraud.reconciliation.rows import Kind
from fraud.reconciliation.work import BlobPart, Progress, Step
from services import names
from services.blobs import read_chunks, warehouse

_SOURCES = {"suspicious": (names.SUSPICIOUS_EVENTS, Kind.SUSPICIOUS), "verdicts": (names.FRAUD_EVENTS, Kind.VERDICT)}


async def observe_outcomes(step: Step) -> Progress:
    """Read the blobs of one part line by line, and write the rows of the ids in windows in or beside the range."""
    work = await read_work(step.run)
    part = await read_part(step, BlobPart)
    container_name, kind = _SOURCES[step.stage]
    container = await warehouse(container_name)
    first, last = work.range.first_window, work.range.last_window
    observer = Observer(kind, first - MARGIN_WINDOWS, last + MARGIN_WINDOWS, (first, last))
    for path in part.paths:
        blob = observer.open(path)
        try:
            async for chunk in read_chunks(container, path):
                await asyncio.to_thread(blob.feed, chunk)
        except ResourceNotFoundError:
            observer.unreadable(path, 0, VANISHED)
            continue
        await asyncio.to_thread(blob.close)
    await write_rows(step, observer.rows, work.bucket_bits, observer.sums)
    return Progress(observer.sums.lines, observer.sums.bytes)
