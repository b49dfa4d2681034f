"""The verdicts on events whose outcome is known, so that outcomes tell which rules were right."""
# pyright: reportUnknownMemberType=false
# The SDKs' documents and listings are untyped.

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from azure.storage.blob.aio import ContainerClient

from fraud.archive import arrival_of, original_event
from fraud.desk.outcomes import OutcomeVerdict
from fraud.events import StoreKey
from fraud.slices import slices
from fraud.verdicts import Verdict, readable_verdicts, time_path
from fraud.windows import store_label, window_of
from services import cosmos, names
from services.blobs import read_blob, warehouse
from services.concurrency import together
from services.cosmos_lists import listed

_IDS = 500
_READS = 16
_Window = tuple[StoreKey | None, datetime]


async def verdicts_on(ids: Iterable[str]) -> dict[str, OutcomeVerdict]:
    """The verdict on each event that was judged in its window, by id: of several the one with the highest score.

    An event that has arrived and was not judged has a verdict without a band; one that has not arrived has none.
    """
    windows: defaultdict[_Window, set[str]] = defaultdict(set)
    for asked in slices(list(dict.fromkeys(ids)), _IDS):
        for event_id, window in await _windows_of(asked):
            windows[window].add(event_id)
    container = await warehouse(names.FRAUD_EVENTS)
    of_windows = await together((_of_window(container, window, ids) for window, ids in windows.items()), at_once=_READS)
    verdicts: dict[str, OutcomeVerdict] = {}
    for of_window in of_windows:
        for event_id, verdict in of_window.items():
            if event_id not in verdicts or verdict.score > verdicts[event_id].score:
                verdicts[event_id] = verdict
    return verdicts


async def _windows_of(ids: Sequence[str]) -> list[tuple[str, _Window]]:
    """The store and the end of the window in which each event arrived."""
    asked = listed(ids, "i")
    query = f"SELECT c.id, c.store_id, c.archive FROM c WHERE c.id IN ({asked.names})"
    documents = (await cosmos.events()).query_items(query, parameters=asked.parameters)
    return [
        (document["id"], (original_event(document)[0].get("store_id"), window_of(arrived).end))
        async for document in documents
        if (arrived := arrival_of(document)) is not None
    ]


async def _of_window(container: ContainerClient, window: _Window, ids: set[str]) -> dict[str, OutcomeVerdict]:
    store, end = window
    prefix = f"{time_path(end)}/window-{store_label(store)}-"
    best = {event_id: OutcomeVerdict(window_end=end) for event_id in ids}
    async for blob in container.list_blobs(name_starts_with=prefix):
        for verdict in readable_verdicts(await read_blob(container, blob.name)):
            if verdict.event_id in ids and verdict.score >= best[verdict.event_id].score:
                best[verdict.event_id] = _told(verdict)
    return best


def _told(verdict: Verdict) -> OutcomeVerdict:
    counts = verdict.band in ("high", "medium")
    rules: Any = sorted({reason.rule for reason in verdict.reasons}) if counts else ()
    return OutcomeVerdict(window_end=verdict.window_end, band=verdict.band, score=verdict.score, rules=tuple(rules))
