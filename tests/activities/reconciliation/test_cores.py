"""Activities in processes of their own: they answer, fail and end as an activity in the worker would."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from activities.reconciliation import cores
from activities.reconciliation.cores import ActivityFailedError, on_a_core, processes_to_run
from reconciliation.messages import PartProgress, PartTask

TASK = PartTask("run", "scan", 7)
pytestmark = pytest.mark.slow


async def tell_process(task: PartTask) -> PartProgress:
    """Give the process that this runs in."""
    print("a line that is no answer")
    return PartProgress(os.getpid(), task.number)


async def fail(task: PartTask) -> PartProgress:
    """Raise."""
    raise ValueError(f"task {task.number} is wrong")


async def crash(task: PartTask) -> PartProgress:
    """End the process."""
    os._exit(3)


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cores, "processes_to_run", lambda: 2)


async def test_an_activity_runs_in_a_process_that_serves_the_next_one_too(two_cores: None):
    first, second = await on_a_core(tell_process, TASK), await on_a_core(tell_process, TASK)

    assert first == second
    assert first.records != os.getpid()
    assert first.bytes == TASK.number


async def test_what_an_activity_raises_reaches_the_worker_and_a_crash_costs_only_the_activity(two_cores: None):
    with pytest.raises(ActivityFailedError, match="ValueError: task 7 is wrong"):
        await on_a_core(fail, TASK)
    with pytest.raises(ActivityFailedError, match="ended with 3"):
        await on_a_core(crash, TASK)

    assert (await on_a_core(tell_process, TASK)).bytes == TASK.number


async def test_one_core_runs_the_activity_in_the_worker(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setenv(cores.PROCESS_COUNT, "4")

    assert processes_to_run() == 1
    assert (await on_a_core(tell_process, TASK)).records == os.getpid()


def test_no_process_outlives_a_worker_that_is_killed():
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import asyncio, tests.activities.reconciliation.test_cores as t\n"
            "t.cores.processes_to_run = lambda: 2\n"
            "async def main():\n"
            "    print((await t.on_a_core(t.tell_process, t.TASK)).records, flush=True)\n"
            "    await asyncio.sleep(60)\n"
            "asyncio.run(main())",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    child = psutil.Process(int(worker.stdout.readline()))
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    worker.stdout.close()

    deadline = time.monotonic() + 10
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
