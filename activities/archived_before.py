"""Find out which documents of a delivery are archived already."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from azure.cosmos.aio import ContainerProxy

from fraud.archive import KEY_FIELD, ArchiveDocument
from fraud.nesting import has_many_values
from fraud.slices import slices
from services import cosmos
from services.concurrency import LARGE, beside

_Key = tuple[str, str]
"""The id of a document and its partition key."""


async def without_archived(container: ContainerProxy, documents: Sequence[ArchiveDocument]) -> list[ArchiveDocument]:
    """The documents that are left to write, in order, each in the form that fits beside what is archived.

    This takes a few queries in all; without it, each batch that meets a conflict would take one. Raises what Cosmos
    raised.
    """
    of_key: defaultdict[_Key, list[int]] = defaultdict(list)
    for number, document in enumerate(documents):
        of_key[_key(document, document.event_id)].append(number)
    taken: set[_Key] = set()
    archived: set[int] = set()
    # A page at a time: a producer may have made each of them as large as the hub takes.
    async for first in _archived(container, of_key):
        key = _key_of(first)
        taken.add(key)
        for number in of_key[key]:
            document = documents[number]
            if await beside(_is_large(document) or has_many_values(first), document.holds_what, first):
                archived.add(number)
    new = [document for number, document in enumerate(documents) if number not in archived]
    furthers = [await beside(_is_large(document), _as_further, document) for document in new]
    present = {
        _key_of(each) async for each in _archived(container, [_key(further, further.id) for further in furthers])
    }
    return [
        further if _key(document, document.event_id) in taken else document
        for document, further in zip(new, furthers, strict=True)
        if _key(further, further.id) not in present
    ]


def _is_large(document: ArchiveDocument) -> bool:
    return len(document.source.body) > LARGE


def _as_further(document: ArchiveDocument) -> ArchiveDocument:
    return document if document.is_further else document.as_further()


def _key(document: ArchiveDocument, name: str) -> _Key:
    return name, document.content[KEY_FIELD]


def _key_of(document: dict[str, Any]) -> _Key:
    return document["id"], document[KEY_FIELD]


async def _archived(container: ContainerProxy, keys: Iterable[_Key]) -> AsyncIterator[dict[str, Any]]:
    """The archived documents of these ids and partition keys."""
    for page in slices(sorted(set(keys)), cosmos.MAX_READ_ITEMS):
        for document in await container.read_items(page):
            yield document
