"""Scan a part of the archive: read its blobs once, block by block, and write the rows of its events."""

from activities.reconciliation.cores import on_a_core
from activities.reconciliation.feed_blobs import feed_blobs
from activities.reconciliation.run_files import is_current, read_keys, read_part, read_plan, write_rows
from reconciliation.messages import NOTHING_READ, PartProgress, PartTask
from reconciliation.plan import ScanPart
from reconciliation.reading.scan import Scanner
from services import names
from services.blobs import warehouse


async def scan_archive(task: PartTask) -> PartProgress:
    """Scan the blobs of one part on a core that is free."""
    return await on_a_core(scan_part, task)


async def scan_part(task: PartTask) -> PartProgress:
    """Scan the blobs of one part. Memory holds a block and the part's rows, whatever the blobs' sizes."""
    plan = await read_plan(task.run)
    if not is_current(plan):
        return NOTHING_READ
    part = await read_part(task, ScanPart)
    keys = await read_keys(task.run)
    scanner = Scanner(part.stream, part.partition_id, keys, all_contents=plan.with_documents)
    await feed_blobs(await warehouse(names.ALL_EVENTS), part.blobs, scanner.open, scanner.damaged)
    await write_rows(task, scanner.rows, plan.bucket_bits, scanner.sums)
    return PartProgress(scanner.sums.records, scanner.sums.bytes)
