"""Find out which documents of a delivery are archived already."""

from collections.abc import Iterable, Sequence
from typing import Any

from azure.cosmos.aio import ContainerProxy

from fraud.archive import KEY_FIELD, ArchiveDocument
from fraud.slices import slices
from services import cosmos


async def without_archived(container: ContainerProxy, documents: Sequence[ArchiveDocument]) -> list[ArchiveDocument]:
    """The documents that are left to write, in order, each in the form that fits beside what is archived.

    It takes a few queries; without it, each batch that meets a conflict would take one. Raises what Cosmos raised.
    """
    firsts = await _archived(container, ((document.event_id, document) for document in documents))
    new = [document for document in documents if not _is_first(document, firsts)]
    furthers = [document if document.is_further else document.as_further() for document in new]
    archived = await _archived(container, ((further.id, further) for further in furthers))
    return [
        further if _key(document, document.event_id) in firsts else document
        for document, further in zip(new, furthers, strict=True)
        if _key(further, further.id) not in archived
    ]


def _is_first(document: ArchiveDocument, firsts: dict[tuple[str, str], dict[str, Any]]) -> bool:
    first = firsts.get(_key(document, document.event_id))
    return first is not None and document.holds_what(first)


def _key(document: ArchiveDocument, name: str) -> tuple[str, str]:
    return name, document.content[KEY_FIELD]


async def _archived(
    container: ContainerProxy, asked: Iterable[tuple[str, ArchiveDocument]]
) -> dict[tuple[str, str], dict[str, Any]]:
    """The archived documents of these ids, by id and partition key."""
    keys = sorted({_key(document, name) for name, document in asked})
    archived: dict[tuple[str, str], dict[str, Any]] = {}
    for page in slices(keys, cosmos.MAX_READ_ITEMS):
        archived.update(
            {(document["id"], document[KEY_FIELD]): document for document in await container.read_items(page)}
        )
    return archived
