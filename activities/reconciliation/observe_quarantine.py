"""Observe which captured events lie in quarantine, and with which bytes."""

import re

from activities.reconciliation.run_files import REQUESTS, is_current, read_keys, read_part, read_plan, write_rows
from reconciliation.messages import NOTHING_READ, BlobPart, PartProgress, PartTask
from reconciliation.reading.observe import ObservedSums
from reconciliation.reading.rows import Kind, RowWriter
from services.concurrency import together
from services.quarantined import read_quarantined

_PLACE = re.compile(r".*/p([^/]+)-([0-9]{1,19})\.json")


async def observe_quarantine(task: PartTask) -> PartProgress:
    """Write one row for each quarantined event of the part, with the key of its bytes.

    A record that somebody has altered matches no captured event, so the event that its path names counts as absent.
    """
    plan = await read_plan(task.run)
    if not is_current(plan):
        return NOTHING_READ
    part = await read_part(task, BlobPart)
    places = [(path, match[1], int(match[2])) for path in part.paths if (match := _PLACE.fullmatch(path))]
    bodies = await together((quarantined_body(path) for path, _, _ in places), at_once=REQUESTS)
    rows = RowWriter(await read_keys(task.run))
    for (_, partition, number), body in zip(places, bodies, strict=True):
        if body is not None:
            rows.add_places(Kind.QUARANTINED, partition, [number], contents=rows.keys.of_raw(body))
    await write_rows(task, rows, plan.bucket_bits, ObservedSums(blobs=len(part.paths), lines=len(places)))
    return PartProgress(len(places), 0)


async def quarantined_body(path: str) -> bytes | None:
    """The body in the record at a path; None if it is gone, damaged, or the record of another place."""
    if (read := await read_quarantined(path)) is None:
        return None
    record, body = read
    return body if record.path == path else None
