"""A second look at doubtful differences: Cosmos is asked by id, whatever the time of arrival."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK's documents are untyped.

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import msgspec
from azure.storage.blob.aio import ContainerClient

from activities.find_contents import contents_in_portions
from activities.reconciliation.observe_documents import content_of, place_of
from activities.reconciliation.observe_quarantine import quarantined_body
from activities.reconciliation.run_files import REQUESTS
from fraud.archive import arrival_of, is_read_in_part
from fraud.events import UNKNOWN_STORE, StoreKey
from fraud.slices import slices
from fraud.windows import WINDOW
from reconciliation.comparing.compare import Doubtful
from reconciliation.comparing.definitions import Class
from reconciliation.comparing.differences import Difference
from reconciliation.comparing.findings import Doubt
from reconciliation.ranges import window_end
from reconciliation.reading.keys import NO_CONTENT, RunKeys
from services import cosmos, names
from services.blobs import warehouse
from services.concurrency import together

MAX_ASKED_SINGLY = 1_000
"""Beyond, listing whole hours of the quarantine takes fewer requests than asking for each event."""
_ARCHIVED: frozenset[Class] = frozenset(("absent_from_cosmos", "differs_in_cosmos"))
Documents = dict[tuple[StoreKey, str], list[dict[str, Any]]]
"""The documents that Cosmos has under an id of a store."""

_INTEGER = re.compile(r"-?\d+")


class Settled(msgspec.Struct, frozen=True):
    """Doubtful differences after a second look. `elsewhere` counts contents that Cosmos holds under another time,
    `quarantined` those that lie in quarantine."""

    standing: list[Doubtful]
    elsewhere: int = 0
    quarantined: int = 0


async def settle(doubtful: Sequence[Doubtful], keys: RunKeys) -> Settled:
    """Ask Cosmos for each difference, by id, and then quarantine for those that Cosmos lacks.

    The archiver also quarantines events that look well formed here: those with a field of a wrong type that the
    reconciliation does not read, those that are too large, and those with fields that the archive reserves.
    """
    doubtful = await _without_those_that_name_what_is_read(doubtful)
    if not doubtful:
        return Settled([])
    documents = await _documents([candidate.difference for candidate in doubtful])
    standing = [
        candidate for candidate in doubtful if not _is_settled(candidate, documents[_asked(candidate.difference)], keys)
    ]
    elsewhere = len(doubtful) - len(standing)
    standing = await _not_in_quarantine(standing, keys)
    strays = [
        _stray(candidate)
        for candidate in doubtful
        if candidate.name == "differs_in_cosmos" and candidate not in standing
    ]
    bodies = await _quarantined([candidate.difference for candidate in standing if candidate.name in _ARCHIVED])
    strays += _moved(doubtful, documents, keys)
    left: list[Doubtful] = []
    for candidate in standing:
        kept = {keys.of_body(bodies[path]) for path in _places(candidate.difference) if path in bodies}
        if candidate.name not in _ARCHIVED or candidate.doubt.content not in kept:
            left.append(candidate)
        elif candidate.name == "differs_in_cosmos":
            strays.append(_stray(candidate))
    return Settled([*left, *strays], elsewhere, len(standing) - len(left))


async def _without_those_that_name_what_is_read(doubtful: Sequence[Doubtful]) -> list[Doubtful]:
    """Without the verdicts that name as many contents as a look-up reads, of more that have arrived.

    It reads a part of contents that are many or large, and of those that only quarantine has the flagged ones.
    """
    asked = list({_asked(candidate.difference) for candidate in doubtful if candidate.doubt.in_part})
    # Each id for itself: its contents may be large, and all that is kept of them are their arrivals.
    arrivals = await together((_arrivals_read(*key) for key in asked), at_once=REQUESTS)
    of_id = dict(zip(asked, arrivals, strict=True))
    return [
        candidate
        for candidate in doubtful
        if not candidate.doubt.in_part or not _names_what_is_read(candidate.doubt, of_id[_asked(candidate.difference)])
    ]


async def arrivals_in_part(store: StoreKey, event_id: str) -> list[datetime | None]:
    """The arrivals of the contents that a look-up reads; none if it reads all that the id has."""
    documents = (await cosmos.find_events([event_id], store, in_part=True)).get(event_id, [])
    return [arrival_of(document) for document in documents if is_read_in_part(document)]


async def _arrivals_read(store: StoreKey, event_id: str) -> list[datetime | None]:
    """The arrivals of the contents that a look-up of an id reads, each once."""
    arrivals: dict[bytes, datetime | None] = {}
    async with aclosing(contents_in_portions([event_id], _store_of(store))) as portions:
        async for of_ids in portions:
            arrivals |= {content.form: content.arrived for content in of_ids[event_id]}
    return [*arrivals.values()]


def _names_what_is_read(doubt: Doubt, arrivals: Sequence[datetime | None]) -> bool:
    return bool(arrivals) and all(
        named >= sum(arrived is None or arrived <= window_end(window) for arrived in arrivals)
        for window, named in doubt.in_part
    )


def _is_settled(candidate: Doubtful, documents: Sequence[dict[str, Any]], keys: RunKeys) -> bool:
    if candidate.doubt.content == NO_CONTENT:
        return candidate.doubt.contents > 1 and len(documents) >= candidate.doubt.contents
    return any(content_of(document, keys) == candidate.doubt.content for document in documents)


def _moved(doubtful: Sequence[Doubtful], documents: Documents, keys: RunKeys) -> list[Doubtful]:
    """The contents whose document says that it is of the captured event, and came at another time, or at none.

    One of another place may be of an earlier arrival of the content, which Capture has outside the range.
    """
    moved: list[Doubtful] = []
    for candidate in doubtful:
        difference, content = candidate.difference, candidate.doubt.content
        if candidate.name in _ARCHIVED and any(
            content_of(document, keys) == content and _is_moved(difference, document)
            for document in documents[_asked(difference)]
        ):
            difference = msgspec.structs.replace(difference, where=("Cosmos", "all-events"), fields=("enqueued_time",))
            moved.append(msgspec.structs.replace(candidate, name="differs_in_cosmos", difference=difference))
    return moved


def _is_moved(difference: Difference, document: dict[str, Any]) -> bool:
    """True if a document says that it is of a captured event, but came neither in its window nor in the next one.

    The next one counts because the event may lie on the edge of both. A document that says nothing of its arrival
    belongs to no captured event.
    """
    arrived = arrival_of(document)
    if arrived is None:
        return True
    place = ((difference.partition or "").rpartition("/")[2], difference.sequence_number)
    came_in = difference.window_end - WINDOW <= arrived <= difference.window_end + WINDOW
    return place_of(document) == place and not came_in


async def _not_in_quarantine(candidates: Sequence[Doubtful], keys: RunKeys) -> list[Doubtful]:
    """Without the verdicts on contents that windows of their store find in quarantine, whenever these arrived."""
    judged = [candidate for candidate in candidates if candidate.name not in _ARCHIVED]
    stores: defaultdict[StoreKey, set[str]] = defaultdict(set)
    for candidate in judged:
        store, event_id = _asked(candidate.difference)
        stores[store].add(event_id)
    contents: dict[tuple[StoreKey, str], set[int]] = {}
    for store, ids in stores.items():
        for part in slices(sorted(ids), cosmos.MAX_IDS):
            async with aclosing(contents_in_portions(part, _store_of(store))) as portions:
                async for of_ids in portions:
                    for event_id, of_id in of_ids.items():
                        contents[store, event_id] = {keys.of_content(content.form) for content in of_id}
                    del of_ids  # before the next ones are read
    return [
        candidate
        for candidate in candidates
        if candidate.name in _ARCHIVED or not _is_judgeable(candidate.doubt, contents[_asked(candidate.difference)])
    ]


def _is_judgeable(doubt: Doubt, contents: Collection[int]) -> bool:
    if doubt.content == NO_CONTENT:
        return doubt.contents > 1 and len(contents) >= doubt.contents
    return doubt.content in contents


def _stray(candidate: Doubtful) -> Doubtful:
    """The further document in Cosmos, if the captured content was found elsewhere after all."""
    difference = msgspec.structs.replace(
        candidate.difference, where=("Cosmos",), partition=None, sequence_number=None, arrived=None
    )
    return msgspec.structs.replace(candidate, name="only_in_cosmos", difference=difference)


def _store_of(key: StoreKey) -> StoreKey | None:
    return None if key == UNKNOWN_STORE else key


def _asked(difference: Difference) -> tuple[StoreKey, str]:
    return store_key_of(difference.store), difference.event_id


async def _documents(differences: Sequence[Difference]) -> Documents:
    """The documents under the ids of differences, by store and id."""
    stores: defaultdict[StoreKey, set[str]] = defaultdict(set)
    for difference in differences:
        stores[store_key_of(difference.store)].add(difference.event_id)
    asked = [(store, part) for store, ids in stores.items() for part in slices(sorted(ids), cosmos.MAX_IDS)]
    answers = await together((cosmos.find_events(part, store) for store, part in asked), at_once=REQUESTS)
    documents: Documents = {_asked(difference): [] for difference in differences}
    for (store, _), answer in zip(asked, answers, strict=True):
        documents |= {(store, event_id): documents_of_id for event_id, documents_of_id in answer.items()}
    return documents


async def absent_from_cosmos(candidates: Sequence[Difference]) -> list[Difference]:
    """The differences under whose id Cosmos holds nothing, at any time."""
    documents = await _documents(candidates)
    return [difference for difference in candidates if not documents[_asked(difference)]]


async def _quarantined(events: Sequence[Difference]) -> dict[str, bytes]:
    """The bodies of those events that lie in quarantine, by the paths of their records."""
    container = await warehouse(names.QUARANTINE)
    paths = {path for event in events for path in _places(event)}
    if len(paths) > MAX_ASKED_SINGLY:
        hours = {path.rpartition("/")[0] for path in paths}
        by_hour = await together((_listed(container, hour, paths) for hour in sorted(hours)), at_once=REQUESTS)
        paths = {path for listed in by_hour for path in listed}
    asked = sorted(paths)
    bodies = await together((quarantined_body(path) for path in asked), at_once=REQUESTS)
    return {path: body for path, body in zip(asked, bodies, strict=True) if body is not None}


async def _listed(container: ContainerClient, hour: str, wanted: set[str]) -> set[str]:
    return {blob.name async for blob in container.list_blobs(name_starts_with=f"{hour}/") if blob.name in wanted}


def _places(event: Difference) -> set[str]:
    """Its possible paths in quarantine, by hour of arrival: a window may begin in one hour and end on the next."""
    partition = (event.partition or "").rpartition("/")[2]
    hours = {moment.astimezone(UTC).strftime("%Y/%m/%d/%H") for moment in (event.window_end, event.window_end - WINDOW)}
    return {f"store-events/{hour}/p{partition}-{event.sequence_number}.json" for hour in hours}


def store_key_of(store: str) -> StoreKey:
    """A store as a difference shows it, as the archive keys it."""
    if not store:
        return UNKNOWN_STORE
    return int(store) if _INTEGER.fullmatch(store) else store
