"""The verdicts on events whose outcome is known, so that outcomes tell which rules were right."""
# pyright: reportUnknownMemberType=false
# The SDKs' documents and listings are untyped.

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob.aio import ContainerClient

from fraud.archive import arrival_of, original_event
from fraud.desk.outcomes import OutcomeVerdict
from fraud.events import StoreKey
from fraud.quarantine_index import flagged_events
from fraud.quarantine_places import places_tasks
from fraud.slices import slices
from fraud.suspicion import store_of
from fraud.verdicts import Verdict, readable_verdicts, time_path
from fraud.windows import WINDOW, store_label, window_of
from services import cosmos, names
from services.blobs import read_blob, warehouse
from services.concurrency import LARGE, beside, together
from services.cosmos_lists import listed
from services.quarantined import read_quarantined

_IDS = 500
_READS = 16
_BODIES = 8
_Window = tuple[StoreKey | None, datetime]
_Places = tuple[str, datetime]
"""The path of verdicts by place, and the end of their window."""


async def verdicts_on(ids: Iterable[str]) -> dict[str, OutcomeVerdict]:
    """The verdict on each event, judged in its window or by its place, by id: of several the one of the highest score.

    A producer sends an event again that it holds for lost: if that falls into the next window it is judged there, too,
    and the archive, which keeps a content once, has its first arrival alone.

    An event that has arrived and was not judged has a verdict without a band; one that has not arrived has none, nor
    has one in quarantine that is not flagged. Of the latter at most 20 bodies are read for each id, as pointers say.
    """
    windows: defaultdict[_Window, set[str]] = defaultdict(set)
    next_windows: defaultdict[_Window, set[str]] = defaultdict(set)
    places: defaultdict[_Places, set[str]] = defaultdict(set)
    for asked in slices(list(dict.fromkeys(ids)), _IDS):
        quarantined = await _quarantined(asked)
        for event_id, window in chain(await _windows_of(asked), ((each, window) for each, window, _ in quarantined)):
            windows[window].add(event_id)
            next_windows[_next(window)].add(event_id)
        for event_id, _, place in quarantined:
            places[place].add(event_id)
    container = await warehouse(names.FRAUD_EVENTS)
    in_windows = (_of_window(container, window, ids) for window, ids in windows.items())
    sent_again = (_if_judged(container, window, ids) for window, ids in next_windows.items())
    by_place = (_of_places(container, of_places, ids) for of_places, ids in places.items())
    verdicts: dict[str, OutcomeVerdict] = {}
    for of_some in await together(chain(in_windows, sent_again, by_place), at_once=_READS):
        for event_id, verdict in of_some.items():
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


async def _quarantined(ids: Sequence[str]) -> list[tuple[str, _Window, _Places]]:
    """Flagged events in quarantine under these ids: the window that may name each, and where verdicts by place lie."""
    pointers = await cosmos.find_quarantined(ids)
    of_path: defaultdict[str, set[str]] = defaultdict(set)
    for event_id, blobs in pointers.items():
        for path in blobs.values():
            of_path[path].add(event_id)
    bodies = await together((_in_body(path, asked) for path, asked in of_path.items()), at_once=_BODIES)
    return [event for events in bodies for event in events]


async def _in_body(path: str, ids: Collection[str]) -> list[tuple[str, _Window, _Places]]:
    if (read := await read_quarantined(path)) is None:
        return []
    record, body = read
    events = await beside(len(body) > LARGE, flagged_events, body)
    (task,) = places_tasks([record])
    places = task.verdicts_path, task.window_end
    return [
        (event["id"], (store_of(event.get("store_id")), task.window_end), places)
        for event in events
        if _is_among(event, ids)
    ]


def _is_among(event: dict[str, Any], ids: Collection[str]) -> bool:
    """True if the event has one of these ids; what its producer put there may be anything."""
    event_id: object = event.get("id")
    return isinstance(event_id, str) and event_id in ids


async def _of_window(container: ContainerClient, window: _Window, ids: set[str]) -> dict[str, OutcomeVerdict]:
    store, end = window
    prefix = f"{time_path(end)}/window-{store_label(store)}-"
    best = {event_id: OutcomeVerdict(window_end=end) for event_id in ids}
    async for blob in container.list_blobs(name_starts_with=prefix):
        for verdict in readable_verdicts(await read_blob(container, blob.name)):
            if verdict.event_id in ids and verdict.score >= best[verdict.event_id].score:
                best[verdict.event_id] = _told(verdict)
    return best


def _next(window: _Window) -> _Window:
    store, end = window
    return store, end + WINDOW


async def _if_judged(container: ContainerClient, window: _Window, ids: set[str]) -> dict[str, OutcomeVerdict]:
    verdicts = await _of_window(container, window, ids)
    return {event_id: verdict for event_id, verdict in verdicts.items() if verdict.band is not None}


async def _of_places(container: ContainerClient, places: _Places, ids: set[str]) -> dict[str, OutcomeVerdict]:
    path, end = places
    best = {event_id: OutcomeVerdict(window_end=end) for event_id in ids}
    try:
        content = await read_blob(container, path)
    except ResourceNotFoundError:
        return best  # windows name all of them, or nobody has judged them yet
    for verdict in readable_verdicts(content):
        event = verdict.event or {}
        if _is_among(event, ids) and verdict.score >= best[event["id"]].score:
            best[event["id"]] = _told(verdict)
    return best


def _told(verdict: Verdict) -> OutcomeVerdict:
    counts = verdict.band in ("high", "medium")
    rules: Any = sorted({reason.rule for reason in verdict.reasons}) if counts else ()
    return OutcomeVerdict(window_end=verdict.window_end, band=verdict.band, score=verdict.score, rules=tuple(rules))
