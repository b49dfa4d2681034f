"""The cost of reconciling a day at 10,000 events a second on Azure, computed from the real plan and measured costs.

python -m benchmarks.archive_day     prints the table of docs/performance.md
"""

from datetime import UTC, datetime, timedelta
from math import ceil

import msgspec

from activities.reconciliation.plan_reconciliation import PART_BYTES, REPORTED_BYTES
from orchestrations.contracts import STAGES
from orchestrations.reconciliation_stages import ACTIVITIES_PER_ORCHESTRATION, CHILDREN_IN_FLIGHT, IN_FLIGHT
from reconciliation.capture.path import CaptureBlob
from reconciliation.messages import Stage
from reconciliation.plan import ScanPlan, buckets_at_once, make_plan, reading_span
from reconciliation.ranges import MARGIN, Range

DAY = datetime(2026, 1, 2, tzinfo=UTC)


class Assumptions(msgspec.Struct, frozen=True):
    """The day, and unit costs on one core as docs/performance.md measures them."""

    events_per_second: int = 10_000
    partitions: int = 32
    event_bytes: int = 480
    """As captured, null codec, with a body of 400 bytes."""
    capture_seconds: int = 300
    flagged_share: float = 0.08
    verdict_bytes: int = 1_500
    reported_bytes: int = 40
    scans_per_second: float = 400_000
    """Null codec, with the download."""
    compares_per_second: float = 2_000_000
    lines_per_second: float = 200_000
    """Ids of the stream job's rows."""
    verdicts_per_second: float = 8_000
    """Read with their evidence and judged again; large windows take less for each than the small ones of the row."""
    request_seconds: float = 0.002
    """Of a core, for one request of the SDK and its small answer."""
    cores: int = 32
    """Eight instances of four cores."""
    work_items_per_second: float = 400
    """Durable on Azure Storage with two EP2 instances, as Microsoft publishes."""


class Estimate(msgspec.Struct, frozen=True):
    """The cost of a run. A history has an event for each step's schedule and end, and two for each episode."""

    activities: int
    workflows: int
    messages: int
    longest_history: int
    row_reads: int
    core_seconds: float
    seconds: float


def plan_of(span: Range, given: Assumptions) -> ScanPlan:
    """The real plan over the blobs that Capture would have written."""
    names = [f"namespace/store-events/{partition}" for partition in range(given.partitions)]
    size = given.events_per_second * given.capture_seconds * given.event_bytes // given.partitions
    step = timedelta(seconds=given.capture_seconds)
    start, end = reading_span(span)
    moments = [start + i * step for i in range(int((end - start) / step) + 1)]
    blobs = [
        CaptureBlob(name, moment, f"{name}/{moment:%Y/%m/%d/%H/%M/%S}.avro", size)
        for name in names
        for moment in moments
    ]
    return make_plan(span, names, blobs, "null")


def estimate(span: Range, given: Assumptions) -> Estimate:
    """One run over a range, without Cosmos."""
    plan = plan_of(span, given)
    events = given.events_per_second * (span.end - span.start + 2 * MARGIN).total_seconds()
    flagged = events * given.flagged_share
    counts: dict[Stage, int] = {
        **dict.fromkeys(STAGES, 0),
        "scan": len(plan.scan),
        "suspicious": ceil(flagged * given.reported_bytes / REPORTED_BYTES),
        "verdicts": ceil(flagged * given.verdict_bytes / PART_BYTES),
        "compare": 2**plan.bucket_bits // buckets_at_once(plan.bucket_bits),
    }
    shared = [
        ceil(counts[stage] / ACTIVITIES_PER_ORCHESTRATION)
        for stage in STAGES
        if counts[stage] > ACTIVITIES_PER_ORCHESTRATION
    ]
    own = sum(counts[stage] for stage in STAGES if counts[stage] <= ACTIVITIES_PER_ORCHESTRATION) + 3
    activities = sum(counts.values()) + 3
    workflows = 1 + sum(shared)
    reads = 2 * counts["compare"] * (counts["scan"] + counts["suspicious"] + counts["verdicts"])
    core_seconds = (
        plan.archive_bytes / given.event_bytes / given.scans_per_second
        + events / given.compares_per_second
        + flagged / given.lines_per_second
        + flagged / given.verdicts_per_second
        + (reads + 4 * activities) * given.request_seconds
    )
    at_once = min(given.cores, IN_FLIGHT * (CHILDREN_IN_FLIGHT if shared else 1))
    return Estimate(
        activities=activities,
        workflows=workflows,
        # Each step and each workflow is one message to it and one back.
        messages=2 * (activities + workflows),
        # At worst every answer is an episode of its own.
        longest_history=4 * max(min(ACTIVITIES_PER_ORCHESTRATION, max(counts.values())), own + sum(shared)) + 4,
        row_reads=reads,
        core_seconds=core_seconds,
        seconds=core_seconds / at_once + (activities + workflows) / given.work_items_per_second,
    )


def table(given: Assumptions) -> str:
    """The day in one run, and an hour as the nightly run may be cut."""
    lines = [
        "| plan | steps | workflows | messages | longest history | reads of rows | core hours | minutes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, hours, times in (("one run a day", 24, 1), ("one run an hour, 24 of them", 1, 24)):
        cost = estimate(Range(DAY, DAY + timedelta(hours=hours)), given)
        numbers = [cost.activities, cost.workflows, cost.messages, cost.row_reads]
        steps, workflows, messages, reads = (f"{times * number:,}" for number in numbers)
        hours_of_cores, minutes = times * cost.core_seconds / 3600, times * cost.seconds / 60
        lines.append(
            f"| {name} | {steps} | {workflows} | {messages} | {cost.longest_history:,} | {reads} "
            f"| {hours_of_cores:,.1f} | {minutes:,.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(Assumptions()))
