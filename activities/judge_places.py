"""Judge flagged events in quarantine that no window can name, each by its place in the hub."""

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from activities.keep_verdicts import VerdictsPlace, keep_verdicts
from activities.place_context import judged_by_place
from fraud.analysis import WindowSummary
from fraud.quarantine import QuarantinedEvent
from fraud.quarantine_index import flagged_events
from fraud.quarantine_places import PlacesTask, in_order_of_places
from fraud.verdicts import Verdict, to_ndjson
from services import names
from services.blobs import read_blob, warehouse
from services.concurrency import LARGE, beside, together

_READS = 8
_FEW = 100
"""Verdicts that are written down in less than some milliseconds."""
_record = msgspec.json.Decoder(QuarantinedEvent)


async def judge_places(task: PlacesTask) -> WindowSummary | None:
    """Judge what is flagged in some quarantine blobs, and add the verdicts to those of the same partition and window.

    None if the blobs are gone. Run twice, it changes nothing: what is around an event is looked up once, and kept as
    evidence of its place, with the set that judged it. Raises LookupError if this version has no such set, and what
    Cosmos or the blob service raised.
    """
    parts = await together((_judge(task, path) for path in task.paths), at_once=_READS)
    verdicts = [verdict for part in parts for verdict in part]
    if not verdicts:
        return None
    lines = await beside(len(verdicts) > _FEW, _lines, verdicts)
    place = VerdictsPlace(name=task.name, store_id=None, window=task.window, path=task.verdicts_path, type="quarantine")
    return await keep_verdicts(place, lines, in_order_of_places)


def _lines(verdicts: list[Verdict]) -> bytes:
    return to_ndjson(in_order_of_places([], verdicts))


async def _judge(task: PlacesTask, path: str) -> list[Verdict]:
    try:
        data = await read_blob(await warehouse(names.QUARANTINE), path)
    except ResourceNotFoundError:
        return []  # deleted since: Capture has the event, and the reconciliation names it
    record = _record.decode(data)
    body = record.body
    return await judged_by_place(task, record, await beside(len(body) > LARGE, flagged_events, body))
