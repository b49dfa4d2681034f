"""Observe which captured events lie in quarantine. Their paths say it; no blob is opened."""

import re

from activities.reconciliation.run_files import is_current, read_keys, read_part, read_plan, write_rows
from reconciliation.messages import NOTHING_READ, BlobPart, Step, StepProgress
from reconciliation.reading.observe import ObservedSums
from reconciliation.reading.rows import Kind, RowWriter

_PLACE = re.compile(r".*/p([^/]+)-(\d+)\.json")


async def observe_quarantine(step: Step) -> StepProgress:
    """Write one row for each quarantined event of the part."""
    plan = await read_plan(step.run)
    if not is_current(plan):
        return NOTHING_READ
    part = await read_part(step, BlobPart)
    places = [match.groups() for path in part.paths if (match := _PLACE.fullmatch(path))]
    rows = RowWriter(await read_keys(step.run))
    for partition, number in places:
        rows.add_places(Kind.QUARANTINED, partition, [int(number)])
    await write_rows(step, rows, plan.bucket_bits, ObservedSums(blobs=len(part.paths), lines=len(places)))
    return StepProgress(len(places), 0)
