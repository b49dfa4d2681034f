"""From events as the hub delivers them to documents of the archive, grouped as they are written."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from fraud.events import UNKNOWN_STORE, MalformedEventError, StoreEvent, parse_document, parse_event
from fraud.identity import BIGINT_DIGITS, archive_key, canonical, further_id, has_digits
from fraud.nesting import MAX_DEPTH, depth, has_wide_number
from fraud.quarantine import QuarantinedEvent, raw
from fraud.windows import is_in_calendar

ARCHIVE_FIELD = "archive"
"""The field that the archive adds to a document: where in the hub the event lies, its run, and of a further content its
event's id."""

KEY_FIELD = "archive_key"
"""The field by which Cosmos divides the documents; see `fraud.identity.archive_key`."""

FURTHER_FIELD = "further"
"""Set in the archive's field of the first content under an id as soon as there is another."""

_IN_PART = "read_in_part"
"""Set in the archive's field of a document in memory, never in the archive."""

RESERVED = frozenset({ARCHIVE_FIELD, KEY_FIELD, "ttl", "_rid", "_self", "_etag", "_attachments", "_ts"})
"""Fields that the archive or Cosmos would overwrite or act upon (`ttl` deletes a document)."""

MAX_RUN_ID = 200
"""Characters of the name of an event's run. One of ours has less than 80; a producer may send a megabyte there, which
would lie in memory, document and verdict beside the event."""

_OVERHEAD = 512
"""Bytes around a document in a batch, at most, beside its event's id: operations, and the name of a further one."""


class ReceivedEvent(msgspec.Struct, frozen=True):
    """An event as the hub delivered it."""

    body: bytes
    partition: str
    sequence_number: int
    offset: str
    enqueued_time: datetime
    run_id: str | None


class ArchiveDocument(msgspec.Struct, frozen=True):
    """A document of the archive, and the event it came from in case the archive refuses it.

    `content` is what Cosmos gets. The first content under an id has the event's own id; a further one has an id
    computed from both, and `archive.event_id` says which event it is of.
    """

    content: dict[str, Any]
    source: ReceivedEvent
    event_id: str

    @property
    def id(self) -> str:
        """The document's id."""
        return self.content["id"]

    @property
    def is_further(self) -> bool:
        """True if another content has the event's own id."""
        return self.id != self.event_id

    @property
    def size(self) -> int:
        """Its bytes in a transactional batch, at most, also as a further content.

        Counted as the SDK writes them, all stamps included: a letter of two bytes takes six there, and 1e15 takes 18.
        """
        return _written(self.content) + 2 * _written(self.event_id) + _OVERHEAD

    def as_further(self) -> "ArchiveDocument":
        """The same content for an id under which another one is archived already."""
        archive = {**self.content[ARCHIVE_FIELD], "event_id": self.event_id}
        name = further_id(self.event_id, original_event(self.content)[0])
        return ArchiveDocument({**self.content, "id": name, ARCHIVE_FIELD: archive}, self.source, self.event_id)

    def as_first(self) -> "ArchiveDocument":
        """The same content for an id under which no other one is archived any more."""
        archive = {name: value for name, value in self.content[ARCHIVE_FIELD].items() if name != "event_id"}
        content = {**self.content, "id": self.event_id, ARCHIVE_FIELD: archive}
        return ArchiveDocument(content, self.source, self.event_id)

    def holds_what(self, document: dict[str, Any]) -> bool:
        """True if a document that was read back has the same content."""
        return canonical(original_event(self.content)[0]) == canonical(original_event(document)[0])


class ArchiveWrites(msgspec.Struct, frozen=True):
    """The writes of a delivery: documents by partition key, each content once, and what goes to quarantine."""

    documents: dict[str, list[ArchiveDocument]]
    malformed: list[QuarantinedEvent]


def plan_archive(received: Iterable[ReceivedEvent]) -> ArchiveWrites:
    """Sort a delivery. A content that is delivered twice is written once, as it was first enqueued."""
    documents: dict[str, dict[str, ArchiveDocument]] = {}
    malformed: list[QuarantinedEvent] = []
    for source in received:
        try:
            document = _document(source)
        except MalformedEventError as problem:
            malformed.append(quarantined(source, str(problem)))
            continue
        of_key = documents.setdefault(document.content[KEY_FIELD], {})
        first = of_key.setdefault(document.id, document)
        if first is not document and not first.holds_what(document.content):
            further = document.as_further()
            of_key.setdefault(further.id, further)
    return ArchiveWrites({key: list(by_id.values()) for key, by_id in documents.items()}, malformed)


def read_event(body: bytes) -> tuple[StoreEvent, dict[str, Any]]:
    """An event as the archive takes it: what the domain knows of it, and every field. Raises MalformedEventError."""
    event = parse_event(body)
    content = parse_document(body)
    if taken := RESERVED & content.keys():
        raise MalformedEventError(f"the archive reserves the field {', '.join(sorted(taken))}")
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and depth(content) > MAX_DEPTH:
        raise MalformedEventError(f"its fields are nested deeper than the {MAX_DEPTH} levels that the archive takes")
    if has_digits(body, BIGINT_DIGITS) and has_wide_number(content):
        # The job drops such an event ("Data types in Azure Stream Analytics"): from quarantine it is judged at once.
        raise MalformedEventError("it holds a whole number beyond 64 bits, which the stream job does not read")
    return event, content


def _run_named(run_id: object) -> str | None:
    """A run as an event or a document names it; None for one with more than MAX_RUN_ID characters, or no text."""
    return run_id if isinstance(run_id, str) and len(run_id) <= MAX_RUN_ID else None


def _document(source: ReceivedEvent) -> ArchiveDocument:
    event, content = read_event(source.body)
    content["store_id"] = event.store_key
    content[KEY_FIELD] = archive_key(event.store_key, event.id)
    content[ARCHIVE_FIELD] = {
        "partition": source.partition,
        "sequence_number": source.sequence_number,
        "offset": source.offset,
        "enqueued_time": source.enqueued_time.astimezone(UTC).isoformat(),
        "run_id": _run_named(source.run_id),
    }
    return ArchiveDocument(content, source, event.id)


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
    """Cut one key's documents into transactional batches, in order. One that is too large by itself stays alone."""
    start, size = 0, 0
    for end, document in enumerate(documents):
        own = document.size
        if end > start and (end - start == max_operations or size + own > max_bytes):
            yield documents[start:end]
            start, size = end, 0
        size += own
    if start < len(documents):
        yield documents[start:]


def _written(value: Any) -> int:
    return len(json.dumps(value, separators=(",", ":")))


def original_event(document: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    """The event as its producer sent it, and its run id, from a document that was read back from the archive.

    The archive's fields and Cosmos's own are left out; a store that the archive put in for a missing one too. A
    document that someone else wrote has no run. One of an earlier version may have a longer run id than is taken now.
    """
    archive = _archive_of(document)
    run_id: Any = archive.get("run_id")
    event = {name: value for name, value in document.items() if name not in RESERVED}
    if "id" in document:
        event["id"] = event_id_of(document)
    if event.get("store_id") == UNKNOWN_STORE:
        del event["store_id"]
    return event, _run_named(run_id)


def event_id_of(document: dict[str, Any]) -> str:
    """The id of the event in a document that was read back from the archive; that of a further content is a text."""
    event_id: Any = _archive_of(document).get("event_id")
    return event_id if isinstance(event_id, str) else document["id"]


def arrival_of(document: dict[str, Any]) -> datetime | None:
    """The time at which its content first reached the hub; None in a document that someone else wrote."""
    return arrival_in(_archive_of(document).get("enqueued_time"))


def arrival_in(text: object) -> datetime | None:
    """The same from the text that a document has of it. What has no zone or is in no calendar is someone else's."""
    try:
        arrived = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        return None
    return arrived if is_in_calendar(arrived) else None


def has_further_contents(document: dict[str, Any]) -> bool:
    """True if other contents arrived under the id of this document after it."""
    return bool(_archive_of(document).get(FURTHER_FIELD))


def read_in_part(document: dict[str, Any]) -> dict[str, Any]:
    """A document that was read back, with a note that not all contents under its id were."""
    return {**document, ARCHIVE_FIELD: {**_archive_of(document), _IN_PART: True}}


def is_read_in_part(document: dict[str, Any]) -> bool:
    """True if `read_in_part` made the document."""
    return bool(_archive_of(document).get(_IN_PART))


def _archive_of(document: dict[str, Any]) -> dict[str, Any]:
    archive: Any = document.get(ARCHIVE_FIELD)
    return cast(dict[str, Any], archive) if isinstance(archive, dict) else {}
