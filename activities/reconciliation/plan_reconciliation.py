"""Plan a run: list what lies in the range, divide it into parts, and see up to when the archive is complete."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from azure.storage.blob.aio import ContainerClient

from activities.reconciliation.run_files import in_flight, write_struct
from fraud.reconciliation.plan import make_plan, reading_span
from fraud.reconciliation.ranges import MARGIN
from fraud.reconciliation.work import BlobPart, PlanSummary, Request, SpanPart, Stage, Work, part_path, work_path
from services import names
from services.blobs import warehouse
from services.capture_archive import codec_of, list_blobs, list_partitions

PART_BYTES = 32 * 1024 * 1024
PART_BLOBS = 500
_HOUR = timedelta(hours=1)
_LATEST_OUTPUT = timedelta(hours=24)
"""The stream job's paths carry the time of writing: a job that stood still and caught up writes hours later."""


async def plan_reconciliation(request: Request) -> PlanSummary:
    """Write the run's `Work` and what each of its parts reads. Raises what the blob service raised."""
    reach = request.range
    run = reach.instance_id
    archive = await warehouse(names.ALL_EVENTS)
    known = await list_partitions(archive)
    start, end = reading_span(reach)
    found = await in_flight(lambda partition: list_blobs(archive, partition, start, end), known)
    # Where the codec was changed in the range, one of them tells it.
    edges = [blob for blobs in found if blobs for blob in (min(blobs), max(blobs))]
    codecs = await in_flight(lambda blob: codec_of(archive, blob), edges)
    codec = "null" if codecs and set(codecs) == {"null"} else "deflate"
    plan = make_plan(reach, known, [blob for blobs in found for blob in blobs], codec)
    first, last = reach.start - MARGIN, reach.end + MARGIN
    stages: dict[Stage, Sequence[msgspec.Struct]] = {
        "scan": plan.parts,
        "suspicious": await _blob_parts(names.SUSPICIOUS_EVENTS, "", first - _HOUR, last + _LATEST_OUTPUT),
        "verdicts": await _blob_parts(names.FRAUD_EVENTS, "", first, last),
        "documents": _hours(first, last) if request.with_documents else [],
        "quarantine": await _blob_parts(names.QUARANTINE, "store-events/", first, last),
    }
    parts = [(part_path(run, stage, i), part) for stage, some in stages.items() for i, part in enumerate(some)]
    await in_flight(lambda part: write_struct(*part), parts)
    counts: dict[Stage, int] = {stage: len(some) for stage, some in stages.items()}
    counts["compare"] = 2**plan.bucket_bits
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
    )
    await write_struct(work_path(run), work)
    return PlanSummary(work.parts, work.archive_bytes)


async def _blob_parts(container_name: str, folder: str, start: datetime, end: datetime) -> list[BlobPart]:
    """The blobs of a container whose path lies in the hours of [start, end], in parts."""
    container = await warehouse(container_name)
    prefixes: list[str] = []
    hour = start.replace(minute=0, second=0, microsecond=0)
    while hour <= end:
        prefixes.append(f"{folder}{hour:%Y/%m/%d/%H}")
        hour += _HOUR
    listed = await in_flight(lambda prefix: _list(container, prefix), prefixes)
    parts: list[BlobPart] = []
    size = 0
    for path, blob_size in (blob for blobs in listed for blob in blobs):
        if not parts or len(parts[-1].paths) == PART_BLOBS or size + blob_size > PART_BYTES:
            parts.append(BlobPart([]))
            size = 0
        parts[-1].paths.append(path)
        size += blob_size
    return parts


async def _list(container: ContainerClient, prefix: str) -> list[tuple[str, int]]:
    return [(blob.name, blob.size) async for blob in container.list_blobs(name_starts_with=prefix)]


def _hours(start: datetime, end: datetime) -> list[SpanPart]:
    parts: list[SpanPart] = []
    while start < end:
        following = min(start + _HOUR, end)
        parts.append(SpanPart(start, following))
        start = following
    return parts
