"""Lets activities that compute use every core: a Python process computes on one at a time.

With more than one core per worker, activities that compute run in child processes, one per core, which are started
when they are first needed (docs/decisions/cores-of-a-reconciliation.md). A process takes one call per line
on its standard input, and ends when that ends: whatever becomes of the worker, none is left behind.
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from weakref import WeakKeyDictionary

import msgspec

from reconciliation.messages import PartProgress, PartTask

PROCESS_COUNT = "FUNCTIONS_WORKER_PROCESS_COUNT"
"""The number of workers that the Functions host runs on this machine; each gets its share of the cores."""
MAX_PROCESSES = 8
MEMORY = {
    # An activity computes in changing threads; an arena of memory for each of them would nearly double what it holds.
    "MALLOC_ARENA_MAX": "1",
    # Slices of blobs and columns of rows come and go: they take memory that is kept, or mapping it costs a twentieth of
    # a scan. What is larger (answers to requests, a part) is given back at once.
    "MALLOC_MMAP_THRESHOLD_": str(4 * 1024 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(8 * 1024 * 1024),
}
"""The allocator's settings for a process that runs activities; allocators other than glibc's ignore them."""


class ProcessCall(msgspec.Struct, frozen=True):
    """A line to a process: the activity, and the function that runs it as `module:name`."""

    function: str
    task: PartTask


class ProcessAnswer(msgspec.Struct, frozen=True):
    """A line from a process: the activity's result, or what it raised."""

    progress: PartProgress | None = None
    error: str | None = None


class ActivityFailedError(Exception):
    """An activity raised in its process, or the process ended; the orchestration tries it again."""


def processes_to_run() -> int:
    """Processes for this worker's share of the cores; 1 means that activities run in the worker itself."""
    workers = os.environ.get(PROCESS_COUNT, "1")
    share = (os.cpu_count() or 1) // (int(workers) if workers.isdecimal() and int(workers) else 1)
    return max(1, min(share, MAX_PROCESSES))


async def on_a_core(run: Callable[[PartTask], Awaitable[PartProgress]], task: PartTask) -> PartProgress:
    """Run an activity on a free core. Raises ActivityFailedError, or what the activity raises if it runs here."""
    count = processes_to_run()
    if count == 1:
        return await run(task)
    pool = _pools.setdefault(asyncio.get_running_loop(), _Pool(count))
    return await pool.run(ProcessCall(f"{run.__module__}:{run.__name__}", task))


class _ActivityProcess(msgspec.Struct):
    """A process that runs one activity at a time."""

    process: Process
    calls: asyncio.StreamWriter
    answers: asyncio.StreamReader

    async def run(self, call: ProcessCall) -> ProcessAnswer:
        try:
            self.calls.write(msgspec.json.encode(call) + b"\n")
            await self.calls.drain()
            line = await self.answers.readline()
        except ConnectionError as error:
            raise ActivityFailedError(f"the process of {call.function} cannot be reached") from error
        if not line.endswith(b"\n"):
            raise ActivityFailedError(f"the process of {call.function} ended with {await self.process.wait()}")
        return msgspec.json.decode(line, type=ProcessAnswer)

    def end(self) -> None:
        if self.process.returncode is None:
            self.process.kill()


class _Pool:
    """Processes of one event loop. Idle ones wait: their imports and clients are what they cost."""

    def __init__(self, count: int) -> None:
        self._free = asyncio.Semaphore(count)
        self._idle: list[_ActivityProcess] = []

    async def run(self, call: ProcessCall) -> PartProgress:
        async with self._free:
            process = self._idle.pop() if self._idle else await _start()
            try:
                answer = await process.run(call)
            except BaseException:
                # Cancelled or broken: what it would answer next is not known.
                process.end()
                raise
            self._idle.append(process)
        if answer.progress is None:
            raise ActivityFailedError(answer.error)
        return answer.progress


async def _start() -> _ActivityProcess:
    # The Functions worker extends its path while it starts, so the path is handed on.
    path = os.pathsep.join(folder for folder in sys.path if folder)
    environment = {**os.environ, "PYTHONPATH": path, **MEMORY}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "activities.reconciliation.activity_process", stdin=PIPE, stdout=PIPE, env=environment
    )
    if process.stdin is None or process.stdout is None:
        raise ActivityFailedError("a process without pipes")
    return _ActivityProcess(process, process.stdin, process.stdout)


_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()
