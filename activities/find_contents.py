"""Find all contents under the ids of a window: those that are archived, and the flagged ones in quarantine."""

from collections.abc import AsyncGenerator, Collection, Sequence
from typing import Any

from fraud.events import StoreKey, store_key
from fraud.judging import Content, archived_contents, flagged_contents, quarantined_contents
from fraud.nesting import has_many_values
from fraud.quarantine import QuarantinedEvent
from services import cosmos
from services.clients import CachedClient, open_lock
from services.concurrency import LARGE, beside, both, together
from services.portions import BytesTaken, TooLargeError, halves, let_go
from services.quarantined import read_quarantined

_READS = 8


_large = CachedClient(open_lock)
"""Held while one of several portions is in memory: many windows may have large ones at the same time."""


async def contents_in_portions(
    ids: Sequence[str], store_id: StoreKey | None
) -> AsyncGenerator[dict[str, list[Content]]]:
    """The contents of a store under each id, in the order of the ids: all at once, unless they are large.

    Contents of several ids that come together have at most `cosmos.MOST_BYTES`. Raises what Cosmos or the blob service
    raised. The iterator must be closed, because it may hold a lock.
    """
    try:
        contents = await _contents_of(ids, store_id, cosmos.MOST_BYTES)
    except TooLargeError as error:
        let_go(error)
        waiting: list[Sequence[str]] = halves(ids) if len(ids) > 1 else [ids]
    else:
        yield contents
        return
    lock = await _large.get()
    while waiting:
        part = waiting.pop()
        async with lock:
            try:
                contents = await _contents_of(part, store_id, cosmos.MOST_BYTES if len(part) > 1 else None)
            except TooLargeError as error:
                let_go(error)
                waiting += halves(part)
            else:
                yield contents
                del contents  # before the lock is given away


async def _contents_of(
    ids: Sequence[str], store_id: StoreKey | None, most_bytes: int | None
) -> dict[str, list[Content]]:
    """The contents under each id. Raises TooLargeError if they have more bytes together."""
    documents, pointers = await both(
        cosmos.find_events(ids, store_key(store_id), in_part=True, most_bytes=most_bytes), cosmos.find_quarantined(ids)
    )
    paths = sorted({path for blobs in pointers.values() for path in blobs.values()})
    asked, taken = frozenset(pointers), BytesTaken(most_bytes)
    reading = (_flagged(path, asked, taken) for path in paths)
    flagged = dict(zip(paths, await together(reading, at_once=_READS), strict=True))
    contents_of: dict[str, list[Content]] = {}
    for event_id in ids:
        of_id = [content for path in pointers.get(event_id, {}).values() for content in flagged[path]]
        archived = documents.get(event_id, [])
        contents_of[event_id] = [
            *await beside(has_many_values(archived), _archived, event_id, archived, store_id),
            *quarantined_contents(event_id, of_id, store_id),
        ]
    return contents_of


def _archived(event_id: str, documents: Sequence[dict[str, Any]], store_id: StoreKey | None) -> list[Content]:
    contents = archived_contents(documents, store_id)
    # A document that somebody has made another event's is of no content under this id.
    return _with_forms([content for content in contents if content.event.get("id") == event_id])


async def _flagged(path: str, ids: Collection[str], taken: BytesTaken) -> list[Content]:
    """The flagged contents of some ids in a quarantine blob; none if somebody has deleted it or altered it beyond
    reading.

    Nothing else of the blob is kept: a body may be large, and many ids may lead to it. Raises TooLargeError if the
    contents are more than may be taken.
    """
    if (read := await read_quarantined(path)) is None:
        return []
    record, body = read
    contents = await beside(len(body) > LARGE, _flagged_of, record, ids)
    taken.add(sum(len(content.form) for content in contents))
    return contents


def _flagged_of(record: QuarantinedEvent, ids: Collection[str]) -> list[Content]:
    return _with_forms([content for content in flagged_contents(record) if _id_of(content) in ids])


def _id_of(content: Content) -> str:
    event_id: object = content.event.get("id")
    return event_id if isinstance(event_id, str) else ""


def _with_forms(contents: list[Content]) -> list[Content]:
    """The contents, whose forms are computed here, where nobody waits for it."""
    for content in contents:
        _ = content.form
    return contents
