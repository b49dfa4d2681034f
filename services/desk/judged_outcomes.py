"""The verdicts on events whose outcome is known, so that outcomes tell which rules were right."""
# pyright: reportUnknownMemberType=false
# The SDKs' documents and listings are untyped.

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

from azure.storage.blob.aio import ContainerClient

from fraud.archive import ARCHIVE_FIELD, arrival_of, event_id_of, original_event
from fraud.desk.outcomes import OutcomeVerdict
from fraud.quarantine_index import flagged_events
from fraud.quarantine_places import places_tasks
from fraud.slices import slices
from fraud.suspicion import store_of
from fraud.verdicts import Verdict, each_readable, time_path
from fraud.windows import WINDOW, store_label, window_of
from services import cosmos, names
from services.blobs import read_if_there, warehouse
from services.concurrency import LARGE, beside, both, together
from services.cosmos_lists import listed
from services.desk.cases_naming import cases_naming
from services.desk.reported_ids import StoreWindow, windows_naming
from services.further_contents import FLAGGED
from services.quarantined import read_quarantined

_IDS = 500
_READS = 16
_WINDOWS = 20
"""Windows of the contents under an id that are looked at: a producer may use it any number of times."""
_BODIES = 8
Where = TypeVar("Where")
_Places = tuple[str, datetime]
"""The path of verdicts by place, and the end of their window."""
_FIRST = "c.id IN ({names})"
_FURTHER = f"c.{ARCHIVE_FIELD}.event_id IN ({{names}}) AND {FLAGGED}"


async def verdicts_on(ids: Iterable[str]) -> dict[str, OutcomeVerdict]:
    """The verdict on each event, by id: of its window, by its place or of a sweep; of several, the one with the highest
    score.

    A producer sends an event again if it believes it lost. If that falls into the next window, the event is judged
    there too, while the archive, which keeps a content once, has only its first arrival. For a later window the case
    tells, if the event is among its ten worst.

    An event that has arrived and was not judged has a verdict without a band, unless a night's sweep has judged it. One
    that has not arrived has no verdict. Nor has one in quarantine that is not flagged; at most 20 bodies are read there
    per id, as the pointers say.

    What became of an event may become known long after it has left the archive. Then the rows of the stream job tell in
    which windows it was flagged, as far back as they are read.
    """
    windows: defaultdict[StoreWindow, set[str]] = defaultdict(set)
    next_windows: defaultdict[StoreWindow, set[str]] = defaultdict(set)
    places: defaultdict[_Places, set[str]] = defaultdict(set)
    paths: defaultdict[str, set[str]] = defaultdict(set)
    gone: list[str] = []

    def look_in(event_id: str, window: StoreWindow) -> None:
        windows[window].add(event_id)
        next_windows[_next(window)].add(event_id)

    for asked in slices(list(dict.fromkeys(ids)), _IDS):
        archived, quarantined = await both(_windows_of(asked), _quarantined(asked))
        seen = {event_id for event_id, *_ in chain(archived, quarantined)}
        gone += [event_id for event_id in asked if event_id not in seen]
        for event_id, case in _first_of_each((case.event_id, case) for case in await cases_naming(asked)):
            if case.type == "window":
                look_in(event_id, case.window)
            else:
                paths[case.path].add(event_id)
        for event_id, window in chain(archived, ((each, window) for each, window, _ in quarantined)):
            look_in(event_id, window)
        for event_id, _, place in quarantined:
            places[place].add(event_id)
    for event_id, window in _first_of_each(await windows_naming(gone)):
        look_in(event_id, window)
    container = await warehouse(names.FRAUD_EVENTS)
    in_windows = (_of_window(container, window, ids) for window, ids in windows.items())
    sent_again = (_if_judged(container, window, ids) for window, ids in next_windows.items())
    by_place = (_of_places(container, of_places, ids) for of_places, ids in places.items())
    in_cases = (_worst_of(container, path, ids) for path, ids in paths.items())
    verdicts: dict[str, OutcomeVerdict] = {}
    for of_some in await together(chain(in_windows, sent_again, by_place, in_cases), at_once=_READS):
        for event_id, verdict in of_some.items():
            if event_id not in verdicts or verdict.score > verdicts[event_id].score:
                verdicts[event_id] = verdict
    return verdicts


async def _windows_of(ids: Sequence[str]) -> list[tuple[str, StoreWindow]]:
    """The store and the end of the window in which each event arrived, and each flagged content under its id."""
    windows: defaultdict[str, dict[StoreWindow, None]] = defaultdict(dict)
    for condition in (_FIRST, _FURTHER):
        asked = listed(ids, "i")
        query = f"SELECT c.id, c.store_id, c.archive FROM c WHERE {condition.format(names=asked.names)}"
        documents = (await cosmos.events()).query_items(query, parameters=asked.parameters)
        async for document in documents:
            of_id = windows[event_id_of(document)]
            if (arrived := arrival_of(document)) is not None and len(of_id) < _WINDOWS:
                of_id[store_of(original_event(document)[0].get("store_id")), window_of(arrived).end] = None
    return [(event_id, window) for event_id, of_id in windows.items() for window in of_id]


def _first_of_each(named: Iterable[tuple[str, Where]]) -> Iterator[tuple[str, Where]]:
    """The first windows, or cases, of each id, as many as are looked at."""
    counts: Counter[str] = Counter()
    for event_id, where in named:
        counts[event_id] += 1
        if counts[event_id] <= _WINDOWS:
            yield event_id, where


async def _quarantined(ids: Sequence[str]) -> list[tuple[str, StoreWindow, _Places]]:
    """Flagged events in quarantine under these ids: the window that may name each, and where verdicts by place lie."""
    pointers = await cosmos.find_quarantined(ids)
    of_path: defaultdict[str, set[str]] = defaultdict(set)
    for event_id, blobs in pointers.items():
        for path in blobs.values():
            of_path[path].add(event_id)
    bodies = await together((_in_body(path, asked) for path, asked in of_path.items()), at_once=_BODIES)
    return [event for events in bodies for event in events]


async def _in_body(path: str, ids: Collection[str]) -> list[tuple[str, StoreWindow, _Places]]:
    if (read := await read_quarantined(path)) is None:
        return []
    record, body = read
    events = await beside(len(body) > LARGE, flagged_events, body)
    (task,) = places_tasks([record])
    return [
        (event["id"], (store_of(event.get("store_id")), task.window_end), (path, task.window_end))
        for event in events
        if _is_among(event, ids)
        for path in task.verdicts_paths
    ]


def _is_among(event: dict[str, Any], ids: Collection[str]) -> bool:
    """True if the event has one of these ids; what its producer put there may be anything."""
    event_id: object = event.get("id")
    return isinstance(event_id, str) and event_id in ids


async def _of_window(container: ContainerClient, window: StoreWindow, ids: set[str]) -> dict[str, OutcomeVerdict]:
    store, end = window
    best = {event_id: OutcomeVerdict(window_end=end) for event_id in ids}
    return best | await _worst_of(container, f"{time_path(end)}/window-{store_label(store)}-", ids)


async def _worst_of(container: ContainerClient, prefix: str, ids: set[str]) -> dict[str, OutcomeVerdict]:
    """The verdict of the highest score on each of these events in the blobs of a prefix; none of one without."""
    best: dict[str, OutcomeVerdict] = {}
    async for blob in container.list_blobs(name_starts_with=prefix):
        for verdict in each_readable(await read_if_there(container, blob.name) or b""):
            before = best.get(verdict.event_id)
            if verdict.event_id in ids and (before is None or verdict.score >= before.score):
                best[verdict.event_id] = _told(verdict)
    return best


def _next(window: StoreWindow) -> StoreWindow:
    store, end = window
    return store, end + WINDOW


async def _if_judged(container: ContainerClient, window: StoreWindow, ids: set[str]) -> dict[str, OutcomeVerdict]:
    verdicts = await _of_window(container, window, ids)
    return {event_id: verdict for event_id, verdict in verdicts.items() if verdict.band is not None}


async def _of_places(container: ContainerClient, places: _Places, ids: set[str]) -> dict[str, OutcomeVerdict]:
    path, end = places
    best = {event_id: OutcomeVerdict(window_end=end) for event_id in ids}
    content = await read_if_there(container, path)
    if content is None:
        return best  # windows name all of them, or nobody has judged them yet
    for verdict in each_readable(content):
        event = verdict.event or {}
        if _is_among(event, ids) and verdict.score >= best[event["id"]].score:
            best[event["id"]] = _told(verdict)
    return best


def _told(verdict: Verdict) -> OutcomeVerdict:
    counts = verdict.band in ("high", "medium")
    rules: Any = sorted({*verdict.rules}) if counts else ()
    return OutcomeVerdict(window_end=verdict.window_end, band=verdict.band, score=verdict.score, rules=tuple(rules))
