"""Activities in processes of their own: they answer, fail and end as an activity in the worker would."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from activities.reconciliation import cores
from activities.reconciliation.cores import StepFailedError, on_a_core, processes_to_run
from reconciliation.messages import Step, StepProgress

STEP = Step("run", "scan", 7)
pytestmark = pytest.mark.slow


async def tell_process(step: Step) -> StepProgress:
    """Give the process that this runs in."""
    print("a line that is no answer")
    return StepProgress(os.getpid(), step.number)


async def fail(step: Step) -> StepProgress:
    """Raise."""
    raise ValueError(f"step {step.number} is wrong")


async def crash(step: Step) -> StepProgress:
    """End the process."""
    os._exit(3)


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cores, "processes_to_run", lambda: 2)


async def test_a_step_runs_in_a_process_that_serves_the_next_step_too(two_cores: None):
    first, second = await on_a_core(tell_process, STEP), await on_a_core(tell_process, STEP)

    assert first == second
    assert first.records != os.getpid()
    assert first.bytes == STEP.number


async def test_what_a_step_raises_reaches_the_worker_and_a_crash_costs_only_the_step(two_cores: None):
    with pytest.raises(StepFailedError, match="ValueError: step 7 is wrong"):
        await on_a_core(fail, STEP)
    with pytest.raises(StepFailedError, match="ended with 3"):
        await on_a_core(crash, STEP)

    assert (await on_a_core(tell_process, STEP)).bytes == STEP.number


async def test_one_core_runs_the_step_in_the_worker(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setenv(cores.PROCESS_COUNT, "4")

    assert processes_to_run() == 1
    assert (await on_a_core(tell_process, STEP)).records == os.getpid()


def test_no_process_outlives_a_worker_that_is_killed():
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import asyncio, tests.activities.reconciliation.test_cores as t\n"
            "t.cores.processes_to_run = lambda: 2\n"
            "async def main():\n"
            "    print((await t.on_a_core(t.tell_process, t.STEP)).records, flush=True)\n"
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
