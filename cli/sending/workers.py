"""The workers of an order: started, followed, summed up, and stopped in order."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

import msgspec

from cli.app_client import AppError
from cli.sending.journal import Entry, read_entry
from cli.sending.order import SendingOrder
from cli.sending.worker import Task, WorkerReport
from cli.stack_process import ROOT
from fraud.load.messages import MixTotals
from fraud.load.planned import TickSent

START_SECONDS = 1.5
"""From the start of the workers to the first tick."""
_POLL_SECONDS = 0.1
_STOP_SECONDS = 60.0


class SendState(msgspec.Struct, frozen=True, kw_only=True):
    """All workers together. `sent` was acknowledged by the hub, `retried` may be there twice and is marked then."""

    id: str
    phase: str = "sending"
    workers: int
    seed: int
    planned: int
    sent: int
    retried: int
    throttled: int
    behind_seconds: float
    most_behind_seconds: float
    totals: MixTotals


def run_workers(
    order: SendingOrder, folder: Path, connection: Mapping[str, str], seen: Callable[[SendState], None]
) -> SendState:
    """Send an order until everything is sent; `seen` gets the state now and then. Ctrl-C stops it in order.

    Gives the last state, with the phase `completed` or `stopped`. Raises AppError if a worker fails, once all ended.
    """
    entries = [read_entry(folder, number) for number in range(order.workers)]
    base = min(entry.tick for entry in entries)
    begin = time.time() + START_SECONDS
    environment = {**os.environ, **connection}
    workers: list[_Process] = []
    stopped = False
    try:
        for number, entry in enumerate(entries):
            task = Task(folder=str(folder), number=number, begin=begin, base=base)
            workers.append(_Process(task, environment, entry))
        while all(worker.code in (None, 0) for worker in workers) and any(worker.code is None for worker in workers):
            seen(_state(order, [worker.told for worker in workers]))
            time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        stopped = True
    finally:
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.wait()
    if failed := [worker for worker in workers if worker.code]:
        raise AppError(f"{failed[0].reason}\n{folder.name} is not sent whole: the same command goes on with it")
    told = [worker.told for worker in workers]
    phase = "stopped" if stopped and not all(each.done for each in told) else "completed"
    state = msgspec.structs.replace(_state(order, told), phase=phase)
    seen(state)
    return state


def state_of(order: SendingOrder, folder: Path) -> SendState:
    """An order as its journals tell of it."""
    ticks = order.plan.schedule.ticks
    entries = [read_entry(folder, number) for number in range(order.workers)]
    state = _state(order, [WorkerReport(entry=entry) for entry in entries])
    is_done = all(entry.tick >= ticks for entry in entries)
    return msgspec.structs.replace(state, phase="completed" if is_done else "stopped")


def _state(order: SendingOrder, told: list[WorkerReport]) -> SendState:
    sent = sum((each.entry.sent for each in told), start=TickSent())
    return SendState(
        id=order.run_id,
        workers=order.workers,
        seed=order.seed,
        planned=order.plan.schedule.total,
        sent=sent.totals.sent,
        retried=sent.retried,
        throttled=sent.throttled,
        behind_seconds=max(each.behind for each in told),
        most_behind_seconds=max(each.entry.most_behind for each in told),
        totals=sent.totals,
    )


class _Process:
    """A worker's process, and its last words."""

    def __init__(self, task: Task, environment: Mapping[str, str], entry: Entry) -> None:
        self.told = WorkerReport(entry=entry)
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has ended
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cli.sending.worker"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            # Ctrl-C reaches the command line alone, which then stops its workers in order.
            start_new_session=True,
        )
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        self._process.stdin.write(msgspec.json.encode(task) + b"\n")
        self._process.stdin.flush()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.poll()

    @property
    def reason(self) -> str:
        """The last line that it wrote of why it failed."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"a worker ended (code {self.code})"

    def stop(self) -> None:
        """Let it end after the portion that it sends."""
        assert self._process.stdin is not None  # noqa: S101 - asked for at its start
        self._process.stdin.close()

    def wait(self) -> None:
        """Wait for its end; one that does not come to it is killed, and its portion counts as in flight."""
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - asked for at its start
        with self._process.stdout as lines:
            for line in lines:
                self.told = msgspec.json.decode(line, type=WorkerReport)
