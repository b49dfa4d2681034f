"""A long load on the whole pipeline: the memory of each part minute by minute, and the bytes an event leaves on disk.

python -m benchmarks.soak [--rate 1500] [--minutes 30] [--flagged]

A worker of `detective send` offers the load to a stack of its own. `benchmarks.trends` tells by the second half of the
sending if a part's memory is flat, grows, or swings too much to tell: caches fill in the first. Exit code 1 unless all
are flat and all of it is judged. With --flagged all events are flagged: one brings the host as much as twelve of the
usual mix, so that its memories are full sooner. The rates that the pipeline bears are another benchmark's (`pipeline`).
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.trends import CERTAIN, NOTICEABLE_SHARE, Trend, trend
from cli import windows
from cli.app_client import AppClient, local_key
from cli.sending.order import plan_of_rate, taken
from cli.sending.workers import SendState, run_workers
from cli.stack_process import Stack, running_stack
from fraud.load.mix import Discount, Mix
from fraud.load.plan import CampaignPlan
from local_azure.stack.usage import FILE, Usage, read_usage

SPEED = 60
"""A five-minute window every five seconds."""
LOOK_SECONDS = 5.0
"""Between looks at the memory while it sends; the stack itself looks as often."""
SHOWN = 6
"""Looks of those that are shown, beside the first and the last."""
SETTLED_SECONDS = 15
PATIENCE_SECONDS = 1_800.0
MIB = 2**20

FLAGGED = Mix(sale_share=1, priority=1, discount=Discount(least=51, most=75), bad=0)

Memories = dict[str, float]
"""By part, MiB that lie in no file: of the files that it runs from, a share changes with what else runs."""


class Look(msgspec.Struct, frozen=True):
    """The memories of all parts at a moment: minutes since the first event, and the events sent until then."""

    minutes: float
    events: int
    memories: Memories


def main(rate: int, minutes: float, mix: Mix) -> bool:
    """Send, wait until all of it is judged, and print the tables.

    True if all of it is judged, and the memory of each part is flat. Raises AppError if the app cannot be asked.
    """
    console = Console(highlight=False, width=110)
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        with running_stack(at / "state", SPEED, console.print, at / "settings.json") as stack:
            time.sleep(SETTLED_SECONDS)
            looks = [Look(0.0, 0, _memories(stack))]
            state = _send(stack, at / "load", _plan(rate, minutes, mix), looks)
            # Before the wait: the sending is what it is about, and a stack that has fallen behind may take long.
            trends = trends_of(looks)
            console.print(_trend_table(trends, looks))
            app = AppClient(stack.url, local_key(stack.settings), patience=PATIENCE_SECONDS)
            expected = state.totals.expected_suspicious
            is_judged = windows.wait_until_judged(windows.Judging(app), expected, PATIENCE_SECONDS, lambda _: None)
            time.sleep(SETTLED_SECONDS)
            judged = _memories(stack)
            used = _used(stack)
            # An orderly stop would write them into their files.
            logs = {name: _logs(at / "state" / name) for name in used}
    console.print(_memory_table(looks, judged))
    console.print(_disk_table(used, logs, state.totals.sent))
    if not is_judged:
        console.print(
            f"Not all of {expected:,} flagged events were judged {PATIENCE_SECONDS:.0f} s after the last was sent."
        )
    return is_judged and all(each.kind == "flat" for each in trends.values())


def trends_of(looks: Sequence[Look]) -> dict[str, Trend]:
    """By part, the trend of its memory in MiB a minute, in the second half of the sending."""
    half = [look for look in looks if look.minutes >= looks[-1].minutes / 2]
    at = [look.minutes for look in half]
    return {name: trend(at, [look.memories.get(name, 0.0) for look in half]) for name in looks[-1].memories}


def _plan(rate: int, minutes: float, mix: Mix) -> CampaignPlan:
    return msgspec.structs.replace(plan_of_rate(rate, round(rate * minutes * 60)), producers=1, seed=42, mix=mix)


def _send(stack: Stack, folder: Path, plan: CampaignPlan, looks: list[Look]) -> SendState:
    order = taken(folder, plan, 1, {})
    began = time.monotonic()

    def seen(state: SendState) -> None:
        passed = time.monotonic() - began
        if passed >= LOOK_SECONDS * len(looks):
            looks.append(Look(passed / 60, state.totals.sent, _memories(stack)))

    settings: Mapping[str, str] = msgspec.json.decode(stack.settings.read_bytes())["Values"]
    return run_workers(order, folder, settings, seen)


def _used(stack: Stack) -> dict[str, Usage]:
    return read_usage(stack.settings.parent / "figures" / FILE)


def _memories(stack: Stack) -> Memories:
    return {name: used.own_memory_bytes / MIB for name, used in _used(stack).items()}


def _logs(folder: Path) -> int:
    """The bytes of write-ahead logs, which do not grow with the load."""
    return sum(file.stat().st_size for file in folder.rglob("*-wal"))


def _memory_table(looks: Sequence[Look], judged: Memories) -> Table:
    shown = [looks[(len(looks) - 1) * number // SHOWN] for number in range(SHOWN + 1)]
    table = Table("MiB", "start", *(f"{look.minutes:.1f} min" for look in shown[1:]), "at the end")
    columns = [*(look.memories for look in shown), judged]
    for part in judged:
        table.add_row(part, *(f"{memories.get(part, 0.0):.0f}" for memories in columns))
    table.add_row("all", *(f"{sum(memories.values()):.0f}" for memories in columns))
    return table


def _trend_table(trends: Mapping[str, Trend], looks: Sequence[Look]) -> Table:
    last, span = looks[-1], next(iter(trends.values())).span
    rate = last.events / last.minutes if last.minutes else 0.0
    table = Table("part", "MiB an hour", "bytes an event", "", title=f"The last {span:.1f} minutes of the sending")
    for part, each in trends.items():
        by_event = MIB / rate if rate else 0.0
        hourly, error = each.slope * 60, each.error * 60
        told = f"{each.slope * by_event:+,.0f} ± {each.error * by_event:,.0f}"
        table.add_row(part, f"{hourly:+,.1f} ± {error:,.1f}", told, each.kind)
    table.caption = (
        f"± is the standard error. Flat: by {CERTAIN} of them at most {NOTICEABLE_SHARE:.0%} more after these minutes"
    )
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
    parser.add_argument("--flagged", action="store_true", help="every event is a sale that is flagged")
    arguments = parser.parse_args()
    sys.exit(0 if main(arguments.rate, arguments.minutes, FLAGGED if arguments.flagged else Mix()) else 1)
