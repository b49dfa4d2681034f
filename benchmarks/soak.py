"""A long load on the whole pipeline: the memory of each part minute by minute, and the bytes an event leaves on disk.

python -m benchmarks.soak [--rate 1500] [--minutes 30]

A worker of `detective send` offers the load to a stack of its own. A part is flat if its memory at the end is about
that of the middle; the rates that the pipeline bears are another benchmark's (`pipeline`).
"""

import argparse
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from cli import windows
from cli.app_client import AppClient, local_key
from cli.sending.order import plan_of_rate, taken
from cli.sending.workers import SendState, run_workers
from cli.stack_process import Stack, running_stack
from local_azure.stack.usage import FILE, Usage, read_usage

SPEED = 60
"""A five-minute window every five seconds."""
LOOKS = 6
"""Looks at the memory while it sends, beside that at the start."""
SETTLED_SECONDS = 15
PATIENCE_SECONDS = 1_800.0
MIB = 2**20

Memories = dict[str, float]
"""By part, MiB; a page that two processes share counted once."""


def main(rate: int, minutes: float) -> None:
    """Send, wait until all of it is judged, and print the tables. Raises AppError if it is not."""
    console = Console(highlight=False, width=110)
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        with running_stack(at / "state", SPEED, console.print, at / "settings.json") as stack:
            time.sleep(SETTLED_SECONDS)
            looks: list[tuple[str, Memories]] = [("start", _memories(stack))]
            state = _send(stack, at / "load", rate, minutes, looks)
            app = AppClient(stack.url, local_key(stack.settings), patience=PATIENCE_SECONDS)
            expected = state.totals.expected_suspicious
            if not windows.wait_until_judged(windows.Judging(app), expected, PATIENCE_SECONDS, lambda _: None):
                raise TimeoutError(f"not all of {expected} flagged events were judged in {PATIENCE_SECONDS:.0f} s")
            time.sleep(SETTLED_SECONDS)
            looks.append(("all judged", _memories(stack)))
            used = _used(stack)
            # An orderly stop would write them into their files.
            logs = {name: _logs(at / "state" / name) for name in used}
    console.print(_memory_table(looks))
    console.print(_disk_table(used, logs, state.totals.sent))


def _send(stack: Stack, folder: Path, rate: int, minutes: float, looks: list[tuple[str, Memories]]) -> SendState:
    seconds = minutes * 60
    plan = msgspec.structs.replace(plan_of_rate(rate, round(rate * seconds)), producers=1, seed=42)
    order = taken(folder, plan, 1, {})
    began = time.monotonic()

    def seen(_: SendState) -> None:
        passed = time.monotonic() - began
        if passed >= seconds * len(looks) / LOOKS:
            looks.append((f"{passed / 60:.1f} min", _memories(stack)))

    settings: Mapping[str, str] = msgspec.json.decode(stack.settings.read_bytes())["Values"]
    return run_workers(order, folder, settings, seen)


def _used(stack: Stack) -> dict[str, Usage]:
    return read_usage(stack.settings.parent / "figures" / FILE)


def _memories(stack: Stack) -> Memories:
    return {name: used.memory_bytes / MIB for name, used in _used(stack).items()}


def _logs(folder: Path) -> int:
    """The bytes of write-ahead logs, which do not grow with the load."""
    return sum(file.stat().st_size for file in folder.rglob("*-wal"))


def _memory_table(looks: list[tuple[str, Memories]]) -> Table:
    table = Table("MiB", *(name for name, _ in looks))
    for part in looks[-1][1]:
        table.add_row(part, *(f"{memories.get(part, 0.0):.0f}" for _, memories in looks))
    table.add_row("all", *(f"{sum(memories.values()):.0f}" for _, memories in looks))
    return table


def _disk_table(used: Mapping[str, Usage], logs: Mapping[str, int], events: int) -> Table:
    table = Table("part", "bytes an event", "write-ahead logs, MiB", "CPU, µs an event", title=f"{events:,} events")
    for part, usage in used.items():
        kept = (usage.kept_bytes - logs[part]) / events
        table.add_row(part, f"{kept:.0f}", f"{logs[part] / MIB:.1f}", f"{usage.cpu_seconds / events * 1e6:.0f}")
    fixed = sum(logs.values())
    by_event = (sum(usage.kept_bytes for usage in used.values()) - fixed) / events
    table.add_row("all", f"{by_event:.0f}", f"{fixed / MIB:.1f}", "")
    table.caption = f"{(by_event * 1e6 + fixed) / 1e9:.2f} GB for a million events"
    return table


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description="A long load on the whole pipeline.")
    parser.add_argument("--rate", type=int, default=1_500, help="events a second (1500)")
    parser.add_argument("--minutes", type=float, default=30, help="how long (30)")
    arguments = parser.parse_args()
    main(arguments.rate, arguments.minutes)
