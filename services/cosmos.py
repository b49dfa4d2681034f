"""The Cosmos containers `events` (the archive) and `cases`."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.cosmos.exceptions import CosmosHttpResponseError

from fraud.archive import KEY_FIELD, has_further_contents, read_in_part
from fraud.events import StoreKey, is_event_id
from fraud.identity import archive_key
from fraud.quarantine_index import pointed, pointer_id
from fraud.slices import slices
from services import names
from services.clients import CachedClient, open_lock
from services.cosmos_lists import listed
from services.cosmos_ranges import KeyRanges
from services.credentials import open_credential
from services.further_contents import FOR_GOOD, further_contents
from services.gathering import Gathering
from services.portions import BytesTaken, TooLargeError, bytes_of, halves, let_go
from services.settings import settings
from services.transport import http_transport

MAX_BATCH_OPERATIONS = 100
"""Of a transactional batch (Azure Cosmos DB service quotas)."""
MAX_BATCH_BYTES = 2 * 1024 * 1024
"""Of a request, and of a document."""
MAX_READ_ITEMS = 200
"""Ids that `read_items` puts into one query: each with a partition key, they make a long text."""
MAX_IDS = 500
"""Ids of documents or pointers in one query, all of a chunk."""
MOST_UNDER_IDS = 1_000
"""Documents that a query for ids gives; a producer may send one id for any number of stores."""
MAX_CONTENTS = 1_000
"""Contents under one id that are looked at; a producer may send as many as it likes."""

MOST_BYTES = 1024 * 1024
"""Of documents that one look-up for judging gives, if they are of several ids: as values of Python they take up to
forty times as much, and sixteen look-ups run at once. 500 ids of ordinary events have half of it."""
_FEW = 4
"""Documents that are read whatever their size, by one look-up at a time: whoever asked for less lets go of them."""

_FIRSTS = "SELECT * FROM c WHERE c.id IN ({})"
_POINTERS = "SELECT c.id, c.quarantined FROM c WHERE c.id IN ({})"

_MOST_REFUSALS = 30
"""Of one look-up: to come to a single id among 500 takes ten. Cosmos itself has a fault if there are more."""

_log = logging.getLogger(__name__)

# Seconds. A call that takes longer fails, and the trigger or the orchestration that made it tries again later.
_CONNECT_TIMEOUT = 5
_READ_TIMEOUT = 20
_CALL_TIMEOUT = 30


async def _open(resources: AsyncExitStack) -> CosmosClient:
    connection = settings().cosmos
    options: dict[str, Any] = {
        "connection_timeout": _CONNECT_TIMEOUT,
        "read_timeout": _READ_TIMEOUT,
        "timeout": _CALL_TIMEOUT,
        "retry_connect": 2,
        "no_response_on_write": True,
        "transport": http_transport(connection_timeout=_CONNECT_TIMEOUT, read_timeout=_READ_TIMEOUT),
    }
    if connection.connection_string:
        client = CosmosClient.from_connection_string(connection.connection_string, **options)
    else:
        credential = await open_credential(connection, resources)
        client = CosmosClient(connection.address or "", credential=credential, **options)
    # Pushed before it is entered: otherwise a client whose first request fails keeps its session open.
    resources.push_async_callback(client.close)
    await client.__aenter__()
    return client


_client = CachedClient(_open)


async def container(name: str) -> ContainerProxy:
    """A container of the database `fraud`. Raises CosmosHttpResponseError or ServiceRequestError if Cosmos is away."""
    return (await _client.get()).get_database_client(names.DATABASE).get_container_client(name)


async def events() -> ContainerProxy:
    """The archive of every event; partition key `/archive_key`, id the event's own or that of a further content.

    Raises WrongPartitionKeyError if it was made for an earlier version of this app, and like `container`.
    """
    return await _events.get()


class WrongPartitionKeyError(Exception):
    """The container is divided by another key: every write would be refused, and no look-up would find an event."""


async def _open_events(_: AsyncExitStack) -> ContainerProxy:
    opened = await container(names.EVENTS_CONTAINER)
    properties: dict[str, Any] = await opened.read()
    paths: list[str] = properties["partitionKey"]["paths"]
    if paths != [names.ARCHIVE_KEY_PATH]:
        raise WrongPartitionKeyError(
            f"the container {names.EVENTS_CONTAINER} was made with the partition key {paths[0]}, and this version "
            f"needs {names.ARCHIVE_KEY_PATH}: forget the local state with `make reset`; on Azure see docs/azure.md"
        )
    return opened


_events = CachedClient(_open_events)


async def _open_ranges(_: AsyncExitStack) -> KeyRanges:
    return KeyRanges()


_event_ranges = CachedClient(_open_ranges)


async def event_ranges() -> KeyRanges:
    """The partition key ranges of the archive, as far as this process has asked for them."""
    return await _event_ranges.get()


async def find_events(
    ids: Iterable[str], store: StoreKey, *, in_part: bool = False, most_bytes: int | None = None
) -> dict[str, list[dict[str, Any]]]:
    """The documents of a store's events by event id, in any order; an id of which nothing is archived is left out.

    An id has as many documents as contents have arrived under it, at most MAX_CONTENTS. With `in_part` their bytes are
    bounded too, and what Cosmos refuses for good is left out, so that the neighbours of such an id are found. Where
    contents of an id are left out, its documents say so (`fraud.archive.is_read_in_part`).

    Raises TooLargeError if there are more than `most_bytes`, and with `in_part` if those of several ids have more than
    MOST_BYTES. A text that cannot be an id is not asked for: `read_items` reads a single id by its URL, and `a/b` or an
    empty id would lead elsewhere, so every attempt would fail although the event simply does not exist.
    """
    keys = {event_id: archive_key(store, event_id) for event_id in ids if is_event_id(event_id)}
    if not keys:
        return {}
    firsts = await (_firsts_apart(keys) if in_part else _all_firsts(keys))
    documents = {event_id: [first] for event_id, first in firsts.items()}
    archive, taken = await events(), BytesTaken(most_bytes)
    for event_id, contents in list(documents.items()):
        if has_further_contents(contents[0]):
            further = await further_contents(archive, event_id, keys[event_id], MAX_CONTENTS - 1, in_part=in_part)
            contents.extend(further.documents)
            if not further.whole:
                documents[event_id] = [*map(read_in_part, contents)]
        # Those of many ids were counted when they were read.
        if len(contents) > 1 or len(keys) <= _FEW:
            taken.add(sum(map(bytes_of, contents)))
    return documents


_few = CachedClient(open_lock)


async def _find_firsts(asked: Sequence[Mapping[str, str]]) -> list[dict[str, dict[str, Any]]]:
    """The documents that have the ids of events, for each that asks for some ids with their partition keys."""
    archive = await events()
    documents: dict[tuple[str, str], dict[str, Any]] = {}
    wanted, taken = list(dict.fromkeys(item for keys in asked for item in keys.items())), BytesTaken(MOST_BYTES)
    for items in slices(wanted, MAX_IDS):
        try:
            await _read_under_ids(archive, {event_id for event_id, _ in items}, documents, taken)
        except TooLargeError as error:
            let_go(error)
            documents.clear()
            if len(wanted) > _FEW:
                raise
            async with await _few.get():
                documents = {_item(document): document for document in await archive.read_items(items)}
    return [{item[0]: documents[item] for item in keys.items() if item in documents} for keys in asked]


async def _all_firsts(keys: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The documents that have the ids of events, however large they are together."""
    firsts = await _firsts.get()
    documents: dict[str, dict[str, Any]] = {}
    waiting: list[Sequence[str]] = [list(keys)]
    while waiting:
        part = waiting.pop()
        try:
            documents |= await firsts.ask({event_id: keys[event_id] for event_id in part})
        except TooLargeError:
            waiting += halves(part)
    return documents


async def _firsts_apart(keys: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The documents that have the ids of events, but for single ids that Cosmos refuses for good.

    Those count as not archived yet: they are asked for again, and at last said to be unresolved. Raises what Cosmos
    raised otherwise, and if it refuses more than some.
    """
    firsts = await _firsts.get()
    documents: dict[str, dict[str, Any]] = {}
    waiting: list[Sequence[str]] = [list(keys)]
    refusals = 0
    while waiting:
        part = waiting.pop()
        try:
            documents |= await firsts.ask({event_id: keys[event_id] for event_id in part})
        except CosmosHttpResponseError as problem:
            refusals += 1
            if problem.status_code not in FOR_GOOD or refusals > _MOST_REFUSALS:
                raise
            _log.warning("%d ids, %r the first, cannot be read: %s", len(part), part[0], problem)
            if len(part) > 1:
                waiting += halves(part)
    return {event_id: documents[event_id] for event_id in keys if event_id in documents}


async def _read_under_ids(
    archive: ContainerProxy, ids: Collection[str], into: dict[tuple[str, str], dict[str, Any]], taken: BytesTaken
) -> None:
    """Add the documents of some ids, whatever their partition, with one query for all partitions.

    Raises TooLargeError if they are too many or too large, and releases them first: the SDK's query holds what it has
    read until Python collects cycles. (`read_items` would take 0.1 ms per id, measured, because the SDK computes the
    partition of each.)
    """
    asked, rows = listed(ids, "i"), 0
    query = archive.query_items(_FIRSTS.format(asked.names), parameters=asked.parameters, max_item_count=MAX_IDS)
    async for page in query.by_page():
        documents: list[dict[str, Any]] = [document async for document in page]
        into |= {_item(document): document for document in documents}
        rows += len(documents)
        try:
            taken.add(sum(map(bytes_of, documents)))
            _bound(rows, ids)
        except TooLargeError:
            for document in (*documents, *into.values()):
                document.clear()
            raise


def _bound(rows: int, ids: Collection[str]) -> None:
    if rows > MOST_UNDER_IDS:
        raise TooLargeError(f"more than {MOST_UNDER_IDS} documents are under {len(ids)} ids")


def _item(document: Mapping[str, Any]) -> tuple[str, str]:
    return document["id"], document[KEY_FIELD]


async def find_quarantined(ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """The quarantine blobs that flagged contents of these ids lie in: by id, the path by the digest of the body.

    One query for all partitions, which nearly always finds nothing.
    """
    return await (await _pointers.get()).ask({pointer_id(event_id): event_id for event_id in ids})


async def _find_pointers(asked: Sequence[Mapping[str, str]]) -> list[dict[str, dict[str, str]]]:
    """The blobs that pointers name, for each that asks for some pointers with the ids of their events."""
    archive = await events()
    blobs: dict[str, dict[str, str]] = {}
    for pointers in slices(list(dict.fromkeys(name for event_ids in asked for name in event_ids)), MAX_IDS):
        ids = listed(pointers, "i")
        async for document in archive.query_items(_POINTERS.format(ids.names), parameters=ids.parameters):
            # One that somebody has changed leads nowhere, and holds up no other id.
            if of_pointer := pointed(document.get("quarantined")):
                blobs[document["id"]] = of_pointer
    return [{event_ids[name]: blobs[name] for name in event_ids if name in blobs} for event_ids in asked]


async def _open_firsts(_: AsyncExitStack) -> Gathering[Mapping[str, str], dict[str, dict[str, Any]]]:
    return Gathering(_find_firsts, size=len, most=MAX_IDS)


async def _open_pointers(_: AsyncExitStack) -> Gathering[Mapping[str, str], dict[str, dict[str, str]]]:
    return Gathering(_find_pointers, size=len, most=MAX_IDS)


_firsts, _pointers = CachedClient(_open_firsts), CachedClient(_open_pointers)


async def cases() -> ContainerProxy:
    """The cases, one document per suspicious window; partition key `/store_id`, id the window's name."""
    return await container(names.CASES_CONTAINER)
