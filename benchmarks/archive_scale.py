"""Reconciles an archive from Blob storage end to end, as the workflow runs its steps, and says how long it took.

python -m benchmarks.archive_scale --events 20000000 [--codec null] [--folder DIR]

Azurite serves the archive on the same cores, so the time is that of the whole machine. Cosmos is left out: the archive
in Cosmos on this machine holds thousands of events a second, not tens of millions.
"""

import argparse
import asyncio
import os
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psutil

from activities.reconciliation.clear_run import clear_run
from activities.reconciliation.compare_buckets import compare_bucket
from activities.reconciliation.cores import processes_to_run
from activities.reconciliation.observe_outcomes import observe_outcomes
from activities.reconciliation.plan_reconciliation import plan_reconciliation
from activities.reconciliation.scan_archive import scan_archive
from activities.reconciliation.write_report import write_report
from benchmarks.archive_writer import write_archive
from benchmarks.rows import Row, alone
from local_azure.testing import connections
from local_azure.testing.parts import running
from orchestrations.reconciliation_stages import IN_FLIGHT
from reconciliation.messages import PartProgress, PartTask, ReportTask, Request, RunName, Stage
from reconciliation.ranges import Range
from services.clients import close_clients
from services.settings import settings
from tests.support.parts import EMULATORS

EVENTS = 1_000_000
CODECS = ("deflate", "null")
GOAL = 20_000_000
GOAL_SECONDS = 180
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
_NOBODY = "127.0.0.1:9"
_STEPS: dict[Stage, Any] = {
    "scan": scan_archive,
    "suspicious": observe_outcomes,
    "verdicts": observe_outcomes,
    "compare": compare_bucket,
}


class Scale(msgspec.Struct, frozen=True):
    """The cost of one run. `seconds` are by stage, of real time; the peak is of the largest process that ran steps."""

    events: int
    parts: dict[Stage, int]
    seconds: dict[str, float]
    archive_megabytes: float
    peak_megabytes: float

    @property
    def total(self) -> float:
        """Seconds from the plan to the report."""
        return sum(self.seconds.values())


def measure() -> list[Row]:
    """A scaled-down run per codec; the time for all follows from its rate, as every stage grows with the events."""
    needed = f"at least {GOAL // GOAL_SECONDS:,}: {GOAL:,} in {GOAL_SECONDS} s"
    rows: list[Row] = []
    for codec in CODECS:
        scale = run_at_scale(EVENTS, codec, lambda _: None)
        rows += [
            alone(f"reconcile from Azurite, {codec}", "events/s", scale.events / scale.total, needed),
            alone(f"largest process with the SDKs, {codec}", "MB", scale.peak_megabytes, "at most 150 MB an activity"),
        ]
    return rows


def run_at_scale(events: int, codec: str, say: Callable[[str], None], folder: str | None = None) -> Scale:
    """Write an archive of at least `events` into an Azurite of its own, and reconcile it."""
    with tempfile.TemporaryDirectory(dir=folder) as state, ExitStack() as stack:
        bootstrap = ("--bootstrap", str(EMULATORS / "storage.json"))
        azurite = stack.enter_context(running("azurite", "--port", "0", *bootstrap, state=Path(state) / "azurite"))
        blobs = connections.blobs(azurite.address("blob"))
        os.environ |= {
            "AzureWebJobsStorage": blobs,
            "Warehouse": blobs,
            "Cosmos": connections.cosmos(_NOBODY),
            "EventHubs": connections.namespace(_NOBODY),
            "ServiceBus": connections.namespace(_NOBODY),
            "RECONCILIATION_SCHEDULE": "0 30 2 * * *",
        }
        settings.cache_clear()
        start, end = write_archive(blobs, events, codec, say)
        return asyncio.run(_reconcile(Range(start, end), say))


async def _reconcile(span: Range, say: Callable[[str], None]) -> Scale:
    request = Request(span, with_documents=False)
    run = request.id
    seconds: dict[str, float] = {}
    started = time.monotonic()
    plan = await plan_reconciliation(request)
    seconds["plan"] = time.monotonic() - started
    for stage, step in _STEPS.items():
        started = time.monotonic()
        await _run_stage(step, run, stage, plan.parts[stage], say)
        seconds[stage] = time.monotonic() - started
    started = time.monotonic()
    outcome = await write_report(ReportTask(run, datetime.now(UTC)))
    await clear_run(RunName(run))
    seconds["report"] = time.monotonic() - started
    peak = _peak_megabytes()
    await close_clients()
    if not outcome.balanced:
        raise AssertionError(outcome.sentence)
    return Scale(outcome.accounts.events, plan.parts, seconds, plan.archive_bytes / 1e6, peak)


def _peak_megabytes() -> float:
    """The largest peak of the processes that run steps: of this process if it has no such child."""
    children = [
        child.pid
        for child in psutil.Process().children()
        if "activities.reconciliation.activity_process" in child.cmdline()
    ]
    peaks = [int(_PEAK.findall(Path(f"/proc/{pid}/status").read_text())[0]) for pid in children or [os.getpid()]]
    return max(peaks) / 1024


async def _run_stage(step: Any, run: str, stage: str, count: int, say: Callable[[str], None]) -> None:
    for first in range(0, count, IN_FLIGHT):
        numbers = range(first, min(first + IN_FLIGHT, count))
        answers: Sequence[PartProgress] = await asyncio.gather(*(step(PartTask(run, stage, n)) for n in numbers))
        say(f"{stage}: {numbers.stop} of {count}, {sum(answer.records for answer in answers):,} records")


def main() -> None:
    """Run it by hand."""
    parser = argparse.ArgumentParser(prog="benchmarks.archive_scale", description=__doc__)
    parser.add_argument("--events", type=int, default=GOAL)
    parser.add_argument("--codec", choices=CODECS, default="deflate")
    parser.add_argument("--folder", help="where the archive is written: 0.5 KB an event (null), 0.1 KB (deflate)")
    options = parser.parse_args()
    scale = run_at_scale(options.events, options.codec, print, options.folder)
    print(msgspec.json.format(msgspec.json.encode(scale), indent=2).decode())
    print(f"{scale.events:,} events in {scale.total:.1f} s with {processes_to_run()} processes")


if __name__ == "__main__":
    main()
