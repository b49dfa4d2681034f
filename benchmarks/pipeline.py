"""The whole pipeline: at least 1,000 events/s for a minute, with balanced accounts, and how fast verdicts follow.

Peer: the rate and the latency that the field publishes are for other hardware (docs/performance.md), so these figures
stand beside what they must hold.
"""

import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks.rows import Row, alone
from cli import windows
from cli.app_client import AppClient
from cli.demo import Plan, settle, start
from cli.stack_process import running_stack

SECONDS = 60
EVENTS_PER_SECOND = 1_000
SPEED = 60
"""A batch a second of real time, and a five-minute window every five seconds."""
IDLE_SECONDS = 5
MIB = 2**20


def measure() -> list[Row]:
    """Run the pipeline at full load for a minute."""
    plan = Plan(batches=SECONDS, events=EVENTS_PER_SECOND, interval_seconds=SPEED, seed=42, speed=SPEED)
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        with running_stack(Path(folder) / "state", SPEED, lambda _: None, Path(folder) / "settings.json") as stack:
            ready = time.monotonic() - started
            time.sleep(IDLE_SECONDS)
            idle = _memory(stack.pid)
            app = AppClient(stack.url)
            accounts, _ = settle(app, plan, start(app, plan))
            status = app.get("api/campaigns/demo")
            latencies = sorted(_latencies(app))
            loaded = _memory(stack.pid)
    rate = accounts.sent / _seconds(status)
    if not accounts.balanced:
        raise AssertionError(f"the accounts do not balance under load: {accounts}")
    return [
        alone("stack ready", "s", ready, "at most 10 s"),
        alone("stack idle, all processes", "MiB", idle, "at most 700 MiB"),
        alone("stack after the load, all processes", "MiB", loaded, "no bound"),
        alone(
            "pipeline, events sent, archived, judged and balanced", "events/s", rate, f"{EVENTS_PER_SECOND} events/s"
        ),
        *(
            alone(f"window end to stored verdict, p{percent}", "s", _percentile(latencies, percent), "at most 15 s")
            for percent in (50, 95, 99)
        ),
    ]


def _seconds(campaign: dict[str, Any]) -> float:
    """Real seconds from the start of the first batch to the acknowledgement of the last."""
    span = datetime.fromisoformat(campaign["updated"]) - datetime.fromisoformat(campaign["started"])
    return span.total_seconds() / SPEED


def _latencies(app: AppClient) -> list[float]:
    """For each window: real seconds from its end to the end of its workflow, when verdicts and alert are stored."""
    return [
        (instance.last_updated_time - instance.summary.window_end).total_seconds() / SPEED
        for instance in windows.instances(app)
    ]


def _percentile(ordered: list[float], percent: int) -> float:
    """The smallest value that at least `percent` of them do not exceed."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


def _memory(pid: int) -> float:
    """Unique memory of the stack's processes, in MiB; what they share with others is not counted twice."""
    stack = psutil.Process(pid)
    return sum(process.memory_full_info().uss for process in [stack, *stack.children(recursive=True)]) / MIB
