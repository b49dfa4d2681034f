"""Observe which captured events lie in quarantine. Their paths say it; no blob is opened."""

import re

from activities.reconciliation.run_files import read_part, read_plan, write_rows
from reconciliation.messages import BlobPart, Step, StepProgress
from reconciliation.reading.event_rows import place_name
from reconciliation.reading.observe import ObservedSums
from reconciliation.reading.rows import NO_STORE, Kind, RowWriter

_PLACE = re.compile(r".*/p([^/]+)-(\d+)\.json")


async def observe_quarantine(step: Step) -> StepProgress:
    """Write one row for each quarantined event of the part."""
    plan = await read_plan(step.run)
    part = await read_part(step, BlobPart)
    places = [match.groups() for path in part.paths if (match := _PLACE.fullmatch(path))]
    rows = RowWriter()
    rows.add(Kind.QUARANTINED, [place_name(partition, int(number)) for partition, number in places], -1, NO_STORE)
    await write_rows(step, rows, plan.bucket_bits, ObservedSums(blobs=len(part.paths), lines=len(places)))
    return StepProgress(len(places), 0)
