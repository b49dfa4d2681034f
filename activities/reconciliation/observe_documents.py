"""Observe what the archive in Cosmos holds of a span of time."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK's documents are untyped.

from collections.abc import Mapping
from typing import Any, cast

import msgspec
import numpy as np

from activities.reconciliation.run_files import is_current, read_keys, read_part, read_plan, write_rows
from fraud.archive import ARCHIVE_FIELD, event_id_of, has_further_contents, original_event
from fraud.events import UNKNOWN_STORE
from fraud.identity import archive_key
from reconciliation.capture.records import begin_of, read_moment
from reconciliation.messages import NOTHING_READ, PartProgress, PartTask, SpanPart
from reconciliation.ranges import window_number
from reconciliation.reading.keys import RunKeys
from reconciliation.reading.observe import ObservedSums
from reconciliation.reading.rows import NO_STORE, NO_STREAM, Flag, Kind, RowWriter, store_number
from reconciliation.reading.scan import Unreadable
from services import cosmos
from services.laid_past import is_laid

# ISO times of one zone sort as text, "+00:00" before ".123456+00:00".
IN_SPAN = f"c.{ARCHIVE_FIELD}.enqueued_time > @start AND c.{ARCHIVE_FIELD}.enqueued_time <= @end"
"""The condition of a query for the documents of a span, with the parameters that `span_parameters` gives."""
_QUERY = f"SELECT * FROM c WHERE {IN_SPAN}"
_PAGE = 1_000
_SHOWN = 300


class _Archived(msgspec.Struct):
    enqueued_time: str
    run_id: str | None = None
    partition: Any = None
    sequence_number: Any = None
    event_id: str | msgspec.UnsetType = msgspec.UNSET


class _Document(msgspec.Struct):
    id: str
    archive: _Archived
    store_id: int | str
    archive_key: str | None = None


def span_parameters(span: SpanPart) -> list[dict[str, Any]]:
    """The parameters of `IN_SPAN`."""
    return [{"name": "@start", "value": span.start.isoformat()}, {"name": "@end", "value": span.end.isoformat()}]


async def observe_documents(task: PartTask) -> PartProgress:
    """Read the documents of one span, page by page, and write their rows."""
    plan = await read_plan(task.run)
    if not is_current(plan):
        return NOTHING_READ
    part = await read_part(task, SpanPart)
    container = await cosmos.events()
    rows = RowWriter(await read_keys(task.run))
    sums, campaigns = ObservedSums(), frozenset(plan.campaigns)
    streams = {each.name.rpartition("/")[2]: number for number, each in reversed([*enumerate(plan.partitions)])}
    pages = container.query_items(query=_QUERY, parameters=span_parameters(part), max_item_count=_PAGE).by_page()
    async for page in pages:
        documents = [document async for document in page if not is_laid(place_of(document)[0])]
        _add_page(rows, sums, documents, campaigns, streams)
    await write_rows(task, rows, plan.bucket_bits, sums)
    return PartProgress(sums.lines, sums.bytes)


def _add_page(
    rows: RowWriter,
    sums: ObservedSums,
    documents: list[dict[str, Any]],
    campaigns: frozenset[str],
    streams: Mapping[str, int],
) -> None:
    """Add the rows of a page; `streams` are the captured partitions by their ids.

    A document that somebody has written in another form is noted, and holds up no other.
    """
    read: list[tuple[dict[str, Any], _Document, int]] = []
    for document in documents:
        try:
            archived = _archived(document)
            window = window_number(begin_of(read_moment(archived.archive.enqueued_time)))
        except ValueError as error:
            sums.note_unreadable(Unreadable(f"events/{document.get('id')}"[:_SHOWN], 0, f"not a document: {error}"))
        else:
            read.append((document, archived, window))
            sums.names_run(archived.archive.run_id, campaigns)
    sums.lines += len(documents)
    rows.add(
        Kind.DOCUMENT,
        [event_id_of(document) for document, _, _ in read],
        [window for _, _, window in read],
        [NO_STORE if each.store_id == UNKNOWN_STORE else store_number(each.store_id) for _, each, _ in read],
        contents=np.array([content_of(document, rows.keys) for document, _, _ in read], np.uint64),
        flags=[_flag(document) for document, _, _ in read],
        sequences=[_sequence(each.archive.sequence_number) for _, each, _ in read],
        stream=[_stream(each.archive.partition, streams) for _, each, _ in read],
    )


def _archived(document: dict[str, Any]) -> _Document:
    """The document as the archive writes it. Raises ValueError for one that no look-up by id and store comes upon."""
    archived = msgspec.convert(document, _Document)
    if archived.archive_key != archive_key(archived.store_id, event_id_of(document)):
        raise ValueError("it lies under another key than its id and store have")
    return archived


def content_of(document: dict[str, Any], keys: RunKeys) -> int:
    """The key of the content in a document."""
    return keys.of_body(msgspec.json.encode(original_event(document)[0]))


def place_of(document: dict[str, Any]) -> tuple[Any, Any]:
    """The partition and the sequence number that the archive has stamped on a document, whatever they are."""
    archive: Any = document.get(ARCHIVE_FIELD)
    stamps = cast(dict[str, Any], archive) if isinstance(archive, dict) else {}
    return stamps.get("partition"), stamps.get("sequence_number")


def _flag(document: dict[str, Any]) -> Flag:
    """Marks if another content is archived under the id of this one, and if somebody lets it expire."""
    is_further = event_id_of(document) != document["id"] or has_further_contents(document)
    return (Flag.FURTHER if is_further else Flag(0)) | (Flag.DIFFERS if "ttl" in document else Flag(0))


def _sequence(stamp: object) -> int:
    """A stamped sequence number; -1 in place of anything else."""
    return stamp if isinstance(stamp, int) and not isinstance(stamp, bool) and 0 <= stamp < 2**63 else -1


def _stream(stamp: object, streams: Mapping[str, int]) -> int:
    return streams.get(stamp, NO_STREAM) if isinstance(stamp, str) else NO_STREAM
