"""Scan a part of the archive: read its blobs once, block by block, and write the rows of its events."""

from activities.reconciliation.cores import on_a_core
from activities.reconciliation.feed_blobs import feed_blobs
from activities.reconciliation.run_files import read_part, read_work, write_contents, write_rows
from reconciliation.plan import ScanPart
from reconciliation.reading.scan import Scanner
from reconciliation.work import Progress, Step
from services import names
from services.blobs import warehouse


async def scan_archive(step: Step) -> Progress:
    """Scan the blobs of one part on a core that is free."""
    return await on_a_core(scan_part, step)


async def scan_part(step: Step) -> Progress:
    """Scan the blobs of one part. Memory holds a block and the part's rows, whatever the blobs' sizes."""
    work = await read_work(step.run)
    part = await read_part(step, ScanPart)
    scanner = Scanner(part.stream, part.partition_id, with_contents=work.with_documents)
    await feed_blobs(await warehouse(names.ALL_EVENTS), part.blobs, scanner.open, scanner.damaged)
    await write_contents(step, scanner.contents, work.bucket_bits)
    await write_rows(step, scanner.rows, work.bucket_bits, scanner.sums)
    return Progress(scanner.sums.records, scanner.sums.bytes)
