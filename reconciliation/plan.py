"""The plan of a reconciliation: which archive blobs are read in which part, and up to when the archive is complete."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from fraud.windows import WINDOW_MILLISECONDS
from reconciliation.capture.holes import Hole, find_holes
from reconciliation.capture.path import LONGEST_INTERVAL, CaptureBlob
from reconciliation.ranges import GIVEN_UP_AFTER, Range, milliseconds

PART_EVENTS = 250_000
"""Their rows are 10 MB, and twice that while they are sorted."""
EVENT_BYTES = {"null": 400, "deflate": 75}
"""An event of our schema in the archive, at the least: 400 to 530 bytes as captured, and 75 to 200 deflated."""
PART_BLOBS = 200
"""An idle partition writes an empty blob each interval; each costs one request."""
BUCKET_IDS = 250_000
"""A row takes 40 bytes, and 80 while it is compared; an id has two to four rows."""
MAX_BUCKET_BITS = 12
COMPARE_STEPS = 64
"""At least as many share the buckets, if there are as many: enough for the cores of some instances."""
MAX_BUCKETS_AT_ONCE = 8
"""Fewer activities make fewer requests, two for each part; but one gathers 20 to 40 MB per bucket on the local disk."""


class Partition(msgspec.Struct, frozen=True):
    """A captured partition. `covered` is when its last blob near the range was triggered, None if it has none.

    What is compared behind that, because Capture writes nothing so late any more, is a gap of it.
    """

    name: str
    covered: datetime | None
    has_earlier_blobs: bool
    """False if the archive begins in the range: then the first number must be 0."""
    holes: list[Hole] = []
    """Blobs that are missing between others, though Capture wrote those of other partitions."""

    @property
    def id(self) -> str:
        """The partition's id in its hub."""
        return self.name.rpartition("/")[2]


class ScanPart(msgspec.Struct, frozen=True):
    """Consecutive blobs of one partition; `stream` is its position in the plan."""

    stream: int
    partition_id: str
    blobs: list[str]


class ReadingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The size of the archive to read, and the windows that can be compared.

    `first_window` to `last_window` are compared; they are fewer than asked for if the archive does not cover the range
    yet, and none if `last_window` is before `first_window`. Buckets are 2 ** `bucket_bits`.
    """

    range: Range
    first_window: int
    last_window: int
    complete_until: datetime | None
    partitions: list[Partition]
    bucket_bits: int
    archive_bytes: int

    @property
    def is_complete(self) -> bool:
        """The archive covers the whole range."""
        return self.last_window == self.range.last_window


class ScanPlan(ReadingPlan, frozen=True, kw_only=True):
    """A plan with the parts of the archive that are scanned."""

    scan: list[ScanPart]


def reading_span(span: Range) -> tuple[datetime, datetime]:
    """The trigger times of the blobs to read, both included: one interval of Capture on either side of the range."""
    return span.start - LONGEST_INTERVAL, span.end + LONGEST_INTERVAL


def make_plan(
    span: Range,
    known_partitions: Iterable[str],
    captured: Iterable[CaptureBlob],
    codec: str = "deflate",
    beginning: Collection[str] = (),
) -> ScanPlan:
    """Plan from the blobs captured within `reading_span`; `codec` tells how many events their bytes may hold.

    `beginning` names the partitions that have no events before the range, since the archive began.

    Only namespaces that captured anything in that span count: an archive may keep those of a hub that is gone. Of
    them every partition must be covered; one without blobs near the range leaves nothing to compare.

    A partition that lacks blobs is waited for until others have those of GIVEN_UP_AFTER later: otherwise one blob of a
    partition that the hub does not have would keep all others from being compared.
    """
    blobs: defaultdict[str, list[CaptureBlob]] = defaultdict(list)
    for blob in captured:
        blobs[blob.partition].append(blob)
    active = {name.rpartition("/")[0] for name in blobs}
    names = sorted({name for name in known_partitions if name.rpartition("/")[0] in active} | set(blobs))
    event_bytes = EVENT_BYTES[codec]
    most = PART_EVENTS * event_bytes
    holes = _holes(blobs)
    partitions: list[Partition] = []
    parts: list[ScanPart] = []
    for stream, name in enumerate(names):
        ordered = sorted(blobs[name])
        covered = ordered[-1].triggered if ordered else None
        earlier = bool(ordered) and ordered[0].triggered <= span.start and name not in beginning
        partitions.append(Partition(name, covered, earlier, holes.get(name, [])))
        parts += [
            ScanPart(stream, partitions[-1].id, [b.name for b in blobs_of_part])
            for blobs_of_part in _split(ordered, most)
        ]
    size = sum(blob.size for blobs_of_partition in blobs.values() for blob in blobs_of_partition)
    until = _complete_until(partitions)
    last = span.first_window - 1
    if until is not None:
        # Whether an event of the very moment of the trigger is in its blob or in the next is not documented.
        last = max(last, min(span.last_window, (milliseconds(until) - 1) // WINDOW_MILLISECONDS))
    if last < span.first_window and None in {partition.covered for partition in partitions}:
        until = None
    return ScanPlan(
        range=span,
        first_window=span.first_window,
        last_window=last,
        complete_until=until,
        partitions=partitions,
        bucket_bits=_bits(size / event_bytes),
        archive_bytes=size,
        scan=parts,
    )


def plan_beside(span: Range, laid: Iterable[CaptureBlob]) -> ScanPlan:
    """The plan where nothing but a past was laid near a range: it tells up to when that reaches, and reads nothing."""
    plan = make_plan(span, (), laid)
    return msgspec.structs.replace(plan, partitions=[], scan=[], bucket_bits=0, archive_bytes=0)


def buckets_at_once(bucket_bits: int) -> int:
    """The number of neighbouring buckets that one activity compares, one after the other."""
    return max(1, min(MAX_BUCKETS_AT_ONCE, 2**bucket_bits // COMPARE_STEPS))


def buckets_of(step: int, bucket_bits: int) -> range:
    """The buckets that an activity compares."""
    at_once = buckets_at_once(bucket_bits)
    return range(step * at_once, (step + 1) * at_once)


def _holes(blobs: Mapping[str, Iterable[CaptureBlob]]) -> dict[str, list[Hole]]:
    """The holes of every partition; those of one hub are compared with each other."""
    hubs: defaultdict[str, dict[str, list[datetime]]] = defaultdict(dict)
    for name, captured in blobs.items():
        hubs[name.rpartition("/")[0]][name] = sorted(blob.triggered for blob in captured)
    return {name: holes for triggers in hubs.values() for name, holes in find_holes(triggers).items()}


def _complete_until(partitions: Sequence[Partition]) -> datetime | None:
    moments = [partition.covered for partition in partitions if partition.covered is not None]
    if not moments:
        return None
    given_up = max(moments) - GIVEN_UP_AFTER
    return max(min(moments), given_up) if len(moments) == len(partitions) else given_up


def _split(blobs: Sequence[CaptureBlob], most: int) -> Iterable[list[CaptureBlob]]:
    part: list[CaptureBlob] = []
    size = 0
    for blob in blobs:
        if part and (size + blob.size > most or len(part) == PART_BLOBS):
            yield part
            part, size = [], 0
        part.append(blob)
        size += blob.size
    if part:
        yield part


def _bits(events: float) -> int:
    buckets = events / BUCKET_IDS
    bits = 0
    while 2**bits < buckets and bits < MAX_BUCKET_BITS:
        bits += 1
    return bits
