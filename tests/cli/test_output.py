"""The output of the command line where it cannot be written: a full disk, a reader who is gone, a closed descriptor."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cli.app_client import AppError
from cli.writing import write_whole
from tests.cli.test_command_line import ROOT

FULL = Path("/dev/full")


def ask(arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command by a shell, which leads its output elsewhere."""
    command = f"exec {sys.executable} -m cli {arguments}"
    return subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize("arguments", ["sql --list", "sql --list --json", "rules show seed"])
def test_a_full_disk_is_said_and_is_not_the_exit_code_of_an_answer(arguments: str):
    done = ask(f"{arguments} > {FULL}")

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"detective: the output cannot be written: No space left on device\n"


def test_an_error_that_nobody_can_be_told_is_the_same_exit_code():
    assert ask(f"rules check /nowhere > {FULL} 2> {FULL}").returncode == 2


def test_a_reader_who_has_seen_enough_is_not_an_answer_and_not_a_traceback():
    ours, theirs = os.pipe()
    os.close(ours)
    with subprocess.Popen(
        [sys.executable, "-m", "cli", "sql", "--list"], cwd=ROOT, stdout=theirs, stderr=subprocess.PIPE
    ) as process:
        os.close(theirs)
        _, said = process.communicate(timeout=60)

    assert (process.returncode, said) == (2, b"")


def test_lines_in_a_pipe_end_with_their_text():
    done = ask("rules show seed")

    lines = done.stdout.decode().splitlines()
    assert len(lines) > 9
    assert [line for line in lines if line != line.rstrip()] == []


def test_a_closed_output_is_nowhere():
    done = ask("sql --list >&-")

    assert (done.returncode, done.stderr) == (0, b"")


def test_ctrl_c_while_the_program_is_being_loaded_is_no_traceback(tmp_path: Path):
    (tmp_path / "msgspec.py").write_text("raise KeyboardInterrupt")
    command = [sys.executable, "-m", "cli", "sql", "--list"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (130, b"")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path):
    file = tmp_path / "verdicts"
    file.write_bytes(b"of before")

    def lines():
        yield b"half"
        raise OSError(28, "No space left on device")

    with pytest.raises(AppError, match="verdicts cannot be written: No space left on device"):
        write_whole(file, lines())
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"of before"]

    write_whole(file, [b"a", b"b"])
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"ab"]


def test_a_device_or_a_pipe_is_written_to_and_stays_what_it_is(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    write_whole(pipe, [b"events"])

    assert os.read(reader, 100) == b"events"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
