"""Plan a run: list what lies in the range, divide it into parts, and see up to when the archive is complete."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import starmap

import msgspec

from activities.reconciliation.known_outcome import fingerprint, known_outcome
from activities.reconciliation.run_files import REQUESTS, make_secret, write_struct
from fraud.analysis import ALERTS_FOLDER
from fraud.campaigns import is_campaign_id
from fraud.quarantine_places import FOLDER as PLACES_FOLDER
from fraud.verdicts import EVIDENCE
from reconciliation.capture.path import CaptureBlob
from reconciliation.fingerprint import BlobVersion
from reconciliation.messages import BlobPart, PlanSummary, Request, RunPlan, SpanPart, Stage
from reconciliation.method import METHOD
from reconciliation.paths import part_path, plan_path
from reconciliation.plan import ReadingPlan, ScanPlan, buckets_at_once, make_plan, plan_beside, reading_span
from reconciliation.ranges import MARGIN, Range
from services import names
from services.blobs import warehouse
from services.campaigns import kept_run_ids
from services.capture_archive import codec_of, list_blobs, list_last_blobs, list_partitions
from services.concurrency import together
from services.laid_past import is_laid

PART_BYTES = 32 * 1024 * 1024
REPORTED_BYTES = 8 * 1024 * 1024
"""Of a part of the stream job's rows: an id takes 40 bytes there, and more than that as a row."""
PART_BLOBS = 500
MOST_CAMPAIGNS = 1_000
"""Campaigns that a report may measure, those that were started last."""
_HOUR = timedelta(hours=1)
_LATEST_OUTPUT = timedelta(hours=24)
"""The stream job's paths carry the time of writing: a job that stood still and caught up writes hours later."""


async def plan_reconciliation(request: Request) -> PlanSummary:
    """Write the run's `RunPlan` and what each of its parts reads, unless a report of the same data exists already.

    Raises what the blob service or Cosmos raised.
    """
    span = request.range
    run = request.id
    captured, plan, laid = await _plan_archive(span)
    first, last = span.start - MARGIN, span.end + MARGIN
    suspicious = await _list(names.SUSPICIOUS_EVENTS, "", first - _HOUR, last + _LATEST_OUTPUT)
    verdicts = [
        *await _list(names.FRAUD_EVENTS, "", first, last),
        *await _list(names.FRAUD_EVENTS, PLACES_FOLDER, first, last),
    ]
    evidence = await _list(names.FRAUD_EVENTS, f"{EVIDENCE}/", first, last)
    alerts = await _list(names.REPORTS, ALERTS_FOLDER, first, last)
    quarantined = await _list(names.QUARANTINE, "store-events/", first, last)
    parts: dict[Stage, Sequence[msgspec.Struct]] = {
        "scan": plan.scan,
        "suspicious": _blob_parts(suspicious, REPORTED_BYTES),
        "verdicts": _blob_parts(verdicts),
        "documents": _hours(first, last) if request.with_documents else [],
        "quarantine": _blob_parts(quarantined),
        "cases": _hours(first, last) if request.with_documents else [],
    }
    counts: dict[Stage, int] = {stage: len(of_stage) for stage, of_stage in parts.items()}
    counts["compare"] = 2**plan.bucket_bits // buckets_at_once(plan.bucket_bits)

    long_after = f"{last + 2 * _HOUR:%Y/%m/%d/%H}"
    in_time = [blob.version for blob in suspicious if blob.version.path < long_after]
    late = [blob.version.path for blob in suspicious if blob.version.path >= long_after]
    versions = [*captured, *in_time, *(blob.version for blob in (*verdicts, *evidence, *alerts, *quarantined))]
    documents = SpanPart(first, last) if request.with_documents else None
    current = await fingerprint(span, versions, late, documents)
    if not request.again and (earlier := await known_outcome(run, current, documents)):
        return PlanSummary(counts, plan.archive_bytes, earlier, run)

    inputs = [(part_path(run, stage, i), part) for stage, of_stage in parts.items() for i, part in enumerate(of_stage)]
    await together(starmap(write_struct, inputs), at_once=REQUESTS)
    shared = {name: getattr(plan, name) for name in ReadingPlan.__struct_fields__}
    run_plan = RunPlan(
        **shared,
        with_documents=request.with_documents,
        parts=counts,
        fingerprint=current,
        id=run,
        method=METHOD,
        campaigns=tuple(filter(is_campaign_id, await kept_run_ids(MOST_CAMPAIGNS))),
        laid=laid,
    )
    await make_secret(run)
    await write_struct(plan_path(run), run_plan)
    return PlanSummary(counts, plan.archive_bytes, run=run)


async def _plan_archive(span: Range) -> tuple[list[BlobVersion], ScanPlan, bool]:
    """The captured blobs in and beside a range, the plan of reading them, and true if a past was laid there."""
    archive = await warehouse(names.ALL_EVENTS)
    every = await list_partitions(archive)
    past = [name for name in every if is_laid(name.partition("/")[0])]
    partitions = [name for name in every if name not in past]
    start, end = reading_span(span)
    beside = [blob for name in past for blob in await list_blobs(archive, name, start, end)]
    laid = any(span.start < blob.triggered < end for blob in beside)
    listed = await together((list_blobs(archive, name, start, end) for name in partitions), at_once=REQUESTS)
    # Capture's codec may change within the range; if it changed once, the first or the last blob shows it.
    edges = [blob for blobs in listed if blobs for blob in (min(blobs), max(blobs))]
    codecs = await together((codec_of(archive, blob) for blob in edges), at_once=REQUESTS)
    codec = "null" if codecs and set(codecs) == {"null"} else "deflate"
    # After a standstill, or a time without events, the last events before it, however old, show the number with which
    # the range begins.
    empty = min((blob.size for blobs in listed for blob in blobs), default=0)
    unknown = [blobs[0].partition for blobs in listed if blobs and not _show_the_beginning(blobs, span, empty)]
    earlier = await together((list_last_blobs(archive, name, start, empty) for name in unknown), at_once=REQUESTS)
    captured = [blob for blobs in (*listed, *(last.blobs for last in earlier)) for blob in blobs]
    beginning = {name for name, last in zip(unknown, earlier, strict=True) if last.is_all}
    versions = [BlobVersion(names.ALL_EVENTS, blob.name, blob.etag) for blob in (*captured, *beside)]
    if laid and not captured:
        return versions, plan_beside(span, beside), laid
    return versions, make_plan(span, partitions, captured, codec, beginning), laid


def _show_the_beginning(blobs: Sequence[CaptureBlob], span: Range, empty: int) -> bool:
    """True if one of them holds events from before the range. The smallest of all is taken for an empty one."""
    return any(blob.triggered <= span.start and blob.size > empty for blob in blobs)


class _Blob(msgspec.Struct, frozen=True):
    version: BlobVersion
    size: int


async def _list(container_name: str, folder: str, start: datetime, end: datetime) -> list[_Blob]:
    """The blobs of a container whose path lies in the hours of [start, end]."""
    container = await warehouse(container_name)

    async def blobs_of(prefix: str) -> list[_Blob]:
        listed = container.list_blobs(name_starts_with=prefix)
        return [_Blob(BlobVersion(container_name, blob.name, blob.etag), blob.size) async for blob in listed]

    prefixes: list[str] = []
    hour = start.replace(minute=0, second=0, microsecond=0)
    while hour <= end:
        prefixes.append(f"{folder}{hour:%Y/%m/%d/%H}")
        hour += _HOUR
    return [blob for blobs in await together(map(blobs_of, prefixes), at_once=REQUESTS) for blob in blobs]


def _blob_parts(blobs: Sequence[_Blob], most: int = PART_BYTES) -> list[BlobPart]:
    parts: list[BlobPart] = []
    size = 0
    for blob in blobs:
        if not parts or len(parts[-1].paths) == PART_BLOBS or size + blob.size > most:
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
