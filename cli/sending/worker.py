"""A worker: a process that sends its share of an order. `python -m cli.sending.worker`; the command line starts it.

It reads a `Task` from the first line of its input, writes a `WorkerReport` per line, and ends in order at the end of
its input.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from azure.eventhub import EventData
from azure.eventhub.exceptions import EventHubError

from cli.app_client import AppError
from cli.sending.hub import open_hub
from cli.sending.journal import Entry, Journal
from cli.sending.order import read_order
from cli.sending.portions import Portion, WorkerShare
from fraud.load.planned import TickSent

FIRST_WAIT_SECONDS = 0.5
"""Doubles each time that the hub does not take a portion, up to LONGEST_WAIT_SECONDS."""
LONGEST_WAIT_SECONDS = 20.0
PATIENCE_SECONDS = 1_200.0
"""The time that a hub may be away before a worker gives up; the order goes on later all the same."""
_TOLD_EVERY_SECONDS = 0.5
_GAVE_UP = 3

Deliver = Callable[[str, list[EventData]], None]
"""Sends events to a partition; returns when the hub has acknowledged them. Raises EventHubError."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's task. Tick `base` is due at `begin`, in seconds since 1970; the others follow from it."""

    folder: str
    number: int
    begin: float
    base: int


class WorkerReport(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's words: its entry, how far behind it is in seconds, and if it has sent everything."""

    entry: Entry
    behind: float = 0.0
    done: bool = False


class Worker:
    """Sends a share. `tell` gets each state; `deliver` sends."""

    def __init__(
        self, share: WorkerShare, run_id: str, journal: Journal, deliver: Deliver, tell: Callable[[WorkerReport], None]
    ) -> None:
        self._share = share
        self._run_id = run_id
        self._journal = journal
        self._deliver = deliver
        self._tell = tell
        self._behind = 0.0
        self._told_at = 0.0

    def run(self, begin: float, base: int, tick_seconds: float, stop: threading.Event) -> None:
        """Send until everything is sent or `stop` is set. Raises EventHubError after PATIENCE_SECONDS without the hub.

        Ticks have fixed times. One that is late is neither smaller nor left out, so a stall shows as seconds behind.
        """
        while not stop.is_set() and (tick := self._journal.entry.tick) < self._share.ticks:
            portions = self._share.of(tick)[self._journal.entry.portion :]
            due = begin + (tick - base) * tick_seconds
            if portions and stop.wait(max(0.0, due - time.time())):
                break
            if portions:
                self._look_at_the_clock(due)
            for portion in portions:
                if stop.is_set() or not self._send(portion, stop):
                    break
                # Its events are due until the tick's end.
                self._look_at_the_clock(due + tick_seconds)
                self._say()
            else:
                self._journal.note(tick=tick + 1, portion=0)
        self._say(last=True)

    def _send(self, portion: Portion, stop: threading.Event) -> bool:
        """Send a portion, more slowly each time that the hub refuses. False if it was stopped before it was sent."""
        # A portion that was in flight when the worker died is at its second attempt.
        attempt = 2 if self._journal.entry.in_flight else 1
        wait, end = FIRST_WAIT_SECONDS, time.monotonic() + PATIENCE_SECONDS
        refused = TickSent(retried=len(portion.messages) if attempt > 1 else 0)
        self._journal.note(in_flight=True)
        while True:
            try:
                self._deliver(portion.partition, portion.events(self._run_id, attempt))
                break
            except EventHubError as error:
                if time.monotonic() > end:
                    raise
                refused += TickSent(retried=len(portion.messages), throttled=int("server-busy" in str(error)))
            if stop.wait(wait):
                return False
            attempt, wait = attempt + 1, min(2 * wait, LONGEST_WAIT_SECONDS)
        entry = self._journal.entry
        sent = entry.sent + refused + TickSent(totals=portion.totals)
        self._journal.note(portion=entry.portion + 1, in_flight=False, sent=sent)
        return True

    def _look_at_the_clock(self, due: float) -> None:
        self._behind = round(max(0.0, time.time() - due), 3)
        if self._behind > self._journal.entry.most_behind:
            self._journal.note(most_behind=self._behind)

    def _say(self, *, last: bool = False) -> None:
        if last or time.monotonic() - self._told_at >= _TOLD_EVERY_SECONDS:
            self._told_at = time.monotonic()
            entry = self._journal.entry
            self._tell(WorkerReport(entry=entry, behind=self._behind, done=entry.tick >= self._share.ticks))


def main() -> int:
    """Send as the task on the input says."""
    task = msgspec.json.decode(_first_line(), type=Task)
    stop = threading.Event()

    def end(number: int, frame: object) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=_until_the_input_ends, args=(stop,), daemon=True).start()
    folder = Path(task.folder)
    try:
        order = read_order(folder)
        with contextlib.closing(Journal(folder, task.number)) as journal, open_hub(os.environ) as hub:
            share = WorkerShare(order, task.number, folder, hub.partitions())
            worker = Worker(share, order.run_id, journal, hub.deliver, _tell)
            worker.run(task.begin, task.base, order.plan.schedule.tick_seconds, stop)
    except (AppError, EventHubError) as error:
        sys.stderr.write(f"{error}\n")
        return _GAVE_UP
    return 0


def _first_line() -> bytes:
    line = bytearray()
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        line += byte
    return bytes(line)


def _until_the_input_ends(stop: threading.Event) -> None:
    # Not sys.stdin: a thread that waits in it would keep the interpreter from its end.
    while os.read(0, 4_096):
        pass
    stop.set()


def _tell(told: Any) -> None:
    with contextlib.suppress(BrokenPipeError):  # the command line has died: the input ends too
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
