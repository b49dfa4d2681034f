"""The stack as a child of the command line."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from cli import stack_process
from cli.app_client import AppError
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
