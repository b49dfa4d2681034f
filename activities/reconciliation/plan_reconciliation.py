"""Plan a run: list what lies in the range, divide it into parts, and see up to when the archive is complete."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import starmap

import msgspec

from activities.reconciliation.known_outcome import evidence, known_outcome
from activities.reconciliation.run_files import REQUESTS, write_struct
from reconciliation.evidence import BlobVersion
from reconciliation.plan import buckets_at_once, make_plan, reading_span
from reconciliation.ranges import MARGIN
from reconciliation.work import BlobPart, PlanSummary, Request, SpanPart, Stage, Work, part_path, work_path
from services import names
from services.blobs import warehouse
from services.capture_archive import codec_of, list_blobs, list_partitions
from services.concurrency import together

PART_BYTES = 32 * 1024 * 1024
PART_BLOBS = 500
_HOUR = timedelta(hours=1)
_LATEST_OUTPUT = timedelta(hours=24)
"""The stream job's paths carry the time of writing: a job that stood still and caught up writes hours later."""


async def plan_reconciliation(request: Request) -> PlanSummary:
    """Write the run's `Work` and what each of its parts reads, unless a report of the same is there already.

    Raises what the blob service or Cosmos raised.
    """
    reach = request.range
    run = reach.instance_id
    archive = await warehouse(names.ALL_EVENTS)
    known = await list_partitions(archive)
    start, end = reading_span(reach)
    found = await together((list_blobs(archive, partition, start, end) for partition in known), at_once=REQUESTS)
    # Where the codec was changed in the range, one of them tells it.
    edges = [blob for blobs in found if blobs for blob in (min(blobs), max(blobs))]
    codecs = await together((codec_of(archive, blob) for blob in edges), at_once=REQUESTS)
    codec = "null" if codecs and set(codecs) == {"null"} else "deflate"
    captured = [blob for blobs in found for blob in blobs]
    plan = make_plan(reach, known, captured, codec)
    first, last = reach.start - MARGIN, reach.end + MARGIN
    suspicious = await _list(names.SUSPICIOUS_EVENTS, "", first - _HOUR, last + _LATEST_OUTPUT)
    verdicts = await _list(names.FRAUD_EVENTS, "", first, last)
    quarantined = await _list(names.QUARANTINE, "store-events/", first, last)
    stages: dict[Stage, Sequence[msgspec.Struct]] = {
        "scan": plan.parts,
        "suspicious": _blob_parts(suspicious),
        "verdicts": _blob_parts(verdicts),
        "documents": _hours(first, last) if request.with_documents else [],
        "quarantine": _blob_parts(quarantined),
    }
    counts: dict[Stage, int] = {stage: len(some) for stage, some in stages.items()}
    counts["compare"] = 2**plan.bucket_bits // buckets_at_once(plan.bucket_bits)

    blobs = [BlobVersion(names.ALL_EVENTS, blob.name, blob.etag) for blob in captured]
    long_after = f"{last + 2 * _HOUR:%Y/%m/%d/%H}"
    reported = [blob.version for blob in suspicious if blob.version.path < long_after]
    late = [blob.version.path for blob in suspicious if blob.version.path >= long_after]
    blobs += [*reported, *(blob.version for blob in (*verdicts, *quarantined))]
    documents = SpanPart(first, last) if request.with_documents else None
    read = await evidence(reach, blobs, late, documents)
    if not request.again and (known_before := await known_outcome(run, read, documents)):
        return PlanSummary(counts, plan.archive_bytes, known_before)

    parts = [(part_path(run, stage, i), part) for stage, some in stages.items() for i, part in enumerate(some)]
    await together(starmap(write_struct, parts), at_once=REQUESTS)
    work = Work(
        range=reach,
        first_window=plan.first_window,
        last_window=plan.last_window,
        complete_until=plan.complete_until,
        partitions=plan.partitions,
        bucket_bits=plan.bucket_bits,
        archive_bytes=plan.archive_bytes,
        with_documents=request.with_documents,
        parts=counts,
        evidence=read,
    )
    await write_struct(work_path(run), work)
    return PlanSummary(work.parts, work.archive_bytes)


class _Blob(msgspec.Struct, frozen=True):
    version: BlobVersion
    size: int


async def _list(container_name: str, folder: str, start: datetime, end: datetime) -> list[_Blob]:
    """The blobs of a container whose path lies in the hours of [start, end]."""
    container = await warehouse(container_name)

    async def blobs_of(prefix: str) -> list[_Blob]:
        found = container.list_blobs(name_starts_with=prefix)
        return [_Blob(BlobVersion(container_name, blob.name, blob.etag), blob.size) async for blob in found]

    prefixes: list[str] = []
    hour = start.replace(minute=0, second=0, microsecond=0)
    while hour <= end:
        prefixes.append(f"{folder}{hour:%Y/%m/%d/%H}")
        hour += _HOUR
    return [blob for blobs in await together(map(blobs_of, prefixes), at_once=REQUESTS) for blob in blobs]


def _blob_parts(blobs: Sequence[_Blob]) -> list[BlobPart]:
    parts: list[BlobPart] = []
    size = 0
    for blob in blobs:
        if not parts or len(parts[-1].paths) == PART_BLOBS or size + blob.size > PART_BYTES:
            parts.append(BlobPart([]))
            size = 0
        parts[-1].paths.append(blob.version.path)
        size += blob.size
    return parts


def _hours(start: datetime, end: datetime) -> list[SpanPart]:
    parts: list[SpanPart] = []
    while start < end:
        following = min(start + _HOUR, end)
        parts.append(SpanPart(start, following))
        start = following
    return parts
