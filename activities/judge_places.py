"""Judge flagged events in quarantine that no window can name, each by its place in the hub."""

from activities.keep_verdicts import VerdictsPlace, keep_verdicts
from activities.place_context import judged_by_place
from fraud.analysis import WindowSummary
from fraud.quarantine import QuarantinedEvent
from fraud.quarantine_index import flagged_events
from fraud.quarantine_places import EventPlace, PlacesTask, in_order_of_places
from fraud.verdict_lines import VerdictLine, line_of, written
from fraud.verdicts import Verdict
from services import names
from services.blobs import read_if_there, warehouse
from services.clients import CachedClient, open_lock
from services.concurrency import LARGE, beside, together
from services.quarantined import read_quarantined

_READS = 8
_FEW = 100
"""Verdicts that are written down in less than some milliseconds."""


_large = CachedClient(open_lock)
"""Held while a large body is in memory as values, which may take forty times as much."""


async def judge_places(task: PlacesTask) -> WindowSummary | None:
    """Judge what is flagged in some quarantine blobs, and add the verdicts to those of the same partition and window.

    None if the blobs are gone. Run twice, it changes nothing: what is around an event is looked up once, and kept as
    evidence of its place, with the set that judged it. What an earlier version has judged stays in its case. Raises
    LookupError if this version has no such set, and what Cosmos or the blob service raised.
    """
    if await _is_judged_as_before(task):
        task = task.as_before
    parts = await together((_judge(task, path) for path in task.paths), at_once=_READS)
    verdicts = [verdict for part in parts for verdict in part]
    if not verdicts:
        return None
    lines = written(in_order_of_places([], verdicts))
    place = VerdictsPlace(name=task.name, store_id=None, window=task.window, path=task.verdicts_path, type="quarantine")
    return await keep_verdicts(place, lines, in_order_of_places)


async def _is_judged_as_before(task: PlacesTask) -> bool:
    """True if an earlier version has kept the verdicts on a large body with those of the others."""
    if task.large is None:
        return False
    lines = await read_if_there(await warehouse(names.FRAUD_EVENTS), task.as_before.verdicts_path)
    if lines is None:
        return False
    begin = b'\n{"event_id":"' + EventPlace(task.partition, task.large).name.encode()
    return any(begin + end in b"\n" + lines for end in (b'"', b"/"))


async def _judge(task: PlacesTask, path: str) -> list[VerdictLine]:
    if (kept := await read_quarantined(path)) is None:
        return []  # nobody can read it any more: Capture has the event, and the reconciliation names it
    record, body = kept
    if len(body) <= LARGE:
        return await _lines(task, record, body)
    async with await _large.get():
        return await _lines(task, record, body)


async def _lines(task: PlacesTask, record: QuarantinedEvent, body: bytes) -> list[VerdictLine]:
    verdicts = await judged_by_place(task, record, await beside(len(body) > LARGE, flagged_events, body))
    return await beside(len(verdicts) > _FEW or len(body) > LARGE, _written, verdicts)


def _written(verdicts: list[Verdict]) -> list[VerdictLine]:
    return [*map(line_of, verdicts)]
