"""The stack as a child of the command line."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from cli import stack_process
from cli.app_client import AppError
from cli.demo import running
from cli.demo.plan import DemoPlan
from cli.stack_process import StackError, running_stack

ANYWHERE = (Path("state"), 60.0, print)
READY = "ready stack functions=127.0.0.1:7071"


def stack_that(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Lets this program take the stack's place."""
    start = subprocess.Popen

    def other(command: list[str], **options: object) -> object:
        return start([sys.executable, "-c", program], **options)  # pyright: ignore[reportCallIssue, reportArgumentType]

    monkeypatch.setattr(stack_process.subprocess, "Popen", other)


def test_a_failure_is_told_by_the_stack_that_caused_it(monkeypatch: pytest.MonkeyPatch):
    stack_that(monkeypatch, f"print('{READY}\\nstack cannot go on: the disk is full')")

    with pytest.raises(StackError, match="the disk is full"), running_stack(*ANYWHERE):
        raise AppError("nothing answers")


def test_a_failure_that_the_stack_did_not_cause_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch):
    stack_that(monkeypatch, f"print('{READY}', flush=True); import time; time.sleep(60)")

    with pytest.raises(AppError, match="a bad request"), running_stack(*ANYWHERE):
        raise AppError("a bad request")


def test_a_demo_beside_a_running_stack_leaves_the_results_of_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "summary.json").touch()
    monkeypatch.setattr(running, "FOLDER", tmp_path)

    def refuses(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "it already runs")

    monkeypatch.setattr(stack_process.subprocess, "run", refuses)

    with pytest.raises(StackError, match="it already runs"):
        running.run_demo(DemoPlan())

    assert (tmp_path / "summary.json").exists()


def test_the_state_of_a_stack_that_does_not_run_is_removed(tmp_path: Path):
    (tmp_path / "state").mkdir()

    stack_process.forget_stack(tmp_path / "state", tmp_path / "settings.json")

    assert not (tmp_path / "state").exists()


@pytest.mark.slow
@pytest.mark.proof
def test_the_stack_ends_when_the_command_line_is_killed(tmp_path: Path):
    program = f"""
import time
from pathlib import Path
from cli.stack_process import running_stack
with running_stack(Path({str(tmp_path)!r}) / "state", 60, print, Path({str(tmp_path)!r}) / "settings.json") as stack:
    print("pid", stack.pid, flush=True)
    time.sleep(600)
"""
    command_line = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert command_line.stdout is not None
    said = next(line for line in command_line.stdout if line.startswith("pid "))
    stack = psutil.Process(int(said.split()[1]))
    processes = [stack, *stack.children(recursive=True)]
    assert len(processes) > 5

    command_line.kill()
    command_line.wait()
    command_line.stdout.close()

    _, alive = psutil.wait_procs(processes, timeout=20)
    for process in alive:
        process.kill()
    assert not alive
