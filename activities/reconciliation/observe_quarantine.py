"""Observe which captured events lie in quarantine. Their paths say it; no blob is opened."""

import re

from activities.reconciliation.run_files import is_current, read_keys, read_part, read_plan, write_rows
from reconciliation.messages import NOTHING_READ, BlobPart, PartProgress, PartTask
from reconciliation.reading.observe import ObservedSums
from reconciliation.reading.rows import Kind, RowWriter

_PLACE = re.compile(r".*/p([^/]+)-(\d+)\.json")


async def observe_quarantine(task: PartTask) -> PartProgress:
    """Write one row for each quarantined event of the part."""
    plan = await read_plan(task.run)
    if not is_current(plan):
        return NOTHING_READ
    part = await read_part(task, BlobPart)
    places = [match.groups() for path in part.paths if (match := _PLACE.fullmatch(path))]
    rows = RowWriter(await read_keys(task.run))
    for partition, number in places:
        rows.add_places(Kind.QUARANTINED, partition, [int(number)])
    await write_rows(task, rows, plan.bucket_bits, ObservedSums(blobs=len(part.paths), lines=len(places)))
    return PartProgress(len(places), 0)
