"""The use of parts is that of all their processes, over restarts of a part and of the stack."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local_azure.stack import usage
from local_azure.stack.usage import UsageKeeper, read_usage

pytestmark = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs /proc")

TICK = 0.01
"""The system counts whole ticks of a process, and so does not count up to one of user and one of system time."""

_BURN = """
import os, sys, time
if os.fork():
    os.wait() if len(sys.argv) > 1 else None
else:
    while time.process_time() < 0.2: pass
    if len(sys.argv) > 1: sys.exit()
print("done", flush=True)
sys.stdin.read()
"""


@contextmanager
def part(*options: str) -> Generator[int]:
    """A process with a child that uses 0.2 s of CPU and then ends, if there is an option, or stays."""
    process = subprocess.Popen(
        [sys.executable, "-c", _BURN, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for _ in range(1 if options else 2):
        assert process.stdout.readline() == "done\n"
    yield process.pid
    process.communicate()


@pytest.mark.parametrize("options", [("ended",), ()])
def test_processes_below_a_part_count_whether_they_run_or_have_ended(tmp_path: Path, options: tuple[str, ...]):
    (tmp_path / "state" / "x").mkdir(parents=True)
    (tmp_path / "state" / "x" / "file").write_bytes(b"x" * 100_000)
    with part(*options) as process:
        keeper = UsageKeeper(tmp_path / usage.FILE, tmp_path / "state", lambda: {"x": process})
        keeper.look()

    used = read_usage(tmp_path / usage.FILE)["x"]
    assert 0.2 - 2 * TICK <= used.cpu_seconds < 5
    assert used.memory_bytes > 1_000_000
    assert used.peak_memory_bytes == used.memory_bytes
    assert 500_000 < used.own_memory_bytes < used.memory_bytes
    assert 100_000 <= used.kept_bytes < 110_000
    assert used.starts == 1


def test_what_ended_processes_used_stays_counted(tmp_path: Path):
    file, running = tmp_path / usage.FILE, dict[str, int]()
    for _ in range(2):  # the stack is started twice
        keeper = UsageKeeper(file, tmp_path, lambda: running)
        for _ in range(2):  # and the part twice in each
            with part("ended") as process:
                running["x"] = process
                keeper.look()
                keeper.look()

    used = read_usage(file)["x"]
    assert used.starts == 4
    assert used.cpu_seconds >= 4 * (0.2 - 2 * TICK)


def test_a_file_that_cannot_be_read_is_no_use(tmp_path: Path):
    (tmp_path / usage.FILE).write_text("{")

    assert read_usage(tmp_path / usage.FILE) == {}
