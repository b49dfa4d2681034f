"""From events as the hub delivers them to documents of the archive, grouped as they are written."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from fraud.events import UNKNOWN_STORE, MalformedEventError, StoreKey, parse_document, parse_event
from fraud.quarantine import QuarantinedEvent, raw

ARCHIVE_FIELD = "archive"
"""The one field that the archive adds to a document: where in the hub the event lies, and its run."""

_RESERVED = frozenset({ARCHIVE_FIELD, "ttl", "_rid", "_self", "_etag", "_attachments", "_ts"})
"""Fields that the archive or Cosmos would overwrite or act upon (`ttl` deletes a document)."""

_OVERHEAD = 512
"""Bytes around a document in a batch, at most: its operation, its header and the archive's own field."""


class ReceivedEvent(msgspec.Struct, frozen=True):
    """An event as the hub delivered it."""

    body: bytes
    partition: str
    sequence_number: int
    offset: str
    enqueued_time: datetime
    run_id: str | None


class ArchiveDocument(msgspec.Struct, frozen=True):
    """A document of the archive, and the event it came from in case the archive refuses it."""

    content: dict[str, Any]
    source: ReceivedEvent

    @property
    def id(self) -> str:
        """The event's own id."""
        return self.content["id"]

    @property
    def size(self) -> int:
        """Its bytes in a request, at most: the SDK escapes what is not ASCII, which can double a body."""
        return 2 * len(self.source.body) + _OVERHEAD


class ArchivePlan(msgspec.Struct, frozen=True):
    """What to write for a delivery: documents by store, each id once, and what goes to quarantine."""

    documents: dict[StoreKey, list[ArchiveDocument]]
    malformed: list[QuarantinedEvent]


def plan_archive(received: Iterable[ReceivedEvent]) -> ArchivePlan:
    """Sort a delivery. An id that is delivered twice is written once, as it was first enqueued."""
    documents: dict[StoreKey, dict[str, ArchiveDocument]] = {}
    malformed: list[QuarantinedEvent] = []
    for source in received:
        try:
            store, document = _document(source)
        except MalformedEventError as problem:
            malformed.append(quarantined(source, str(problem)))
        else:
            documents.setdefault(store, {}).setdefault(document.id, document)
    return ArchivePlan({store: list(by_id.values()) for store, by_id in documents.items()}, malformed)


def _document(source: ReceivedEvent) -> tuple[StoreKey, ArchiveDocument]:
    store = parse_event(source.body).store_key
    content = parse_document(source.body)
    if taken := _RESERVED & content.keys():
        raise MalformedEventError(f"the archive reserves the field {', '.join(sorted(taken))}")
    content["store_id"] = store
    content[ARCHIVE_FIELD] = {
        "partition": source.partition,
        "sequence_number": source.sequence_number,
        "offset": source.offset,
        "enqueued_time": source.enqueued_time.astimezone(UTC).isoformat(),
        "run_id": source.run_id,
    }
    return store, ArchiveDocument(content, source)


def quarantined(source: ReceivedEvent, reason: str) -> QuarantinedEvent:
    """The quarantine record of an event."""
    return QuarantinedEvent(
        reason=reason,
        raw_base64=raw(source.body),
        partition=source.partition,
        offset=source.offset,
        sequence_number=source.sequence_number,
        enqueued_time=source.enqueued_time,
    )


def batches(
    documents: Sequence[ArchiveDocument], max_operations: int, max_bytes: int
) -> Iterator[Sequence[ArchiveDocument]]:
    """Cut one store's documents into transactional batches, in order. One that is too large by itself stays alone."""
    start, size = 0, 0
    for end, document in enumerate(documents):
        if end > start and (end - start == max_operations or size + document.size > max_bytes):
            yield documents[start:end]
            start, size = end, 0
        size += document.size
    if start < len(documents):
        yield documents[start:]


def original_event(document: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    """The event as its producer sent it, and its run id, from a document that was read back from the archive.

    The archive's field and Cosmos's own are left out; a store that the archive put in for a missing one too. A document
    that someone else wrote has no run.
    """
    archive: Any = document.get(ARCHIVE_FIELD)
    run_id: Any = cast(dict[str, Any], archive).get("run_id") if isinstance(archive, dict) else None
    event = {name: value for name, value in document.items() if name not in _RESERVED}
    if event.get("store_id") == UNKNOWN_STORE:
        del event["store_id"]
    return event, run_id if isinstance(run_id, str) else None
