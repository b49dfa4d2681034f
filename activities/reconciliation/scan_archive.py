"""Scan a part of the archive: read its blobs once, block by block, and write the rows of its events."""

import asyncio

from azure.core.exceptions import ResourceNotFoundError

from activities.reconciliation.cores import on_a_core
from activities.reconciliation.run_files import VANISHED, read_part, read_work, write_contents, write_rows
from fraud.reconciliation.plan import ScanPart
from fraud.reconciliation.scan import Scanner
from fraud.reconciliation.work import Progress, Step
from services import names
from services.blobs import read_chunks, warehouse


async def scan_archive(step: Step) -> Progress:
    """Scan the blobs of one part on a core that is free."""
    return await on_a_core(scan_part, step)


async def scan_part(step: Step) -> Progress:
    """Scan the blobs of one part. Memory holds a block and the part's rows, whatever the blobs' sizes."""
    work = await read_work(step.run)
    part = await read_part(step, ScanPart)
    archive = await warehouse(names.ALL_EVENTS)
    scanner = Scanner(part.stream, part.partition_id, with_contents=work.with_documents)
    for path in part.blobs:
        blob = scanner.open(path)
        try:
            async for chunk in read_chunks(archive, path):
                # Off the event loop: other steps' requests go on meanwhile.
                await asyncio.to_thread(blob.feed, chunk)
        except ResourceNotFoundError:
            # Trying again cannot bring it back; what it held shows as a gap.
            scanner.damaged(path, 0, VANISHED)
            continue
        await asyncio.to_thread(blob.close)
    await write_contents(step, scanner.contents, work.bucket_bits)
    await write_rows(step, scanner.rows, work.bucket_bits, scanner.sums)
    return Progress(scanner.sums.records, scanner.sums.bytes)
