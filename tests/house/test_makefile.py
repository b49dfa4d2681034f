"""Targets of `make` that refuse, and what they say."""

import fcntl
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", "-f", str(ROOT / "Makefile"), *arguments]
    return subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)


def program(file: Path, line: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{line}\n")
    file.chmod(0o755)
    return file


def test_the_list_of_targets_fits_in_eighty_columns_and_its_texts_stand_below_each_other():
    lines = make(ROOT, "help").stdout.splitlines()

    assert max(map(len, lines)) <= 80
    assert len([line for line in lines if line.startswith("  make ")]) > 15
    assert {len(line) - len(line[16:].lstrip()) for line in lines} == {17}


def test_a_python_that_is_too_old_builds_nothing_and_is_told(tmp_path: Path):
    old = program(tmp_path / "python3.10", "exit 1")

    told = make(tmp_path, ".venv/pyvenv.cfg", f"PYTHON={old}")

    assert told.returncode != 0
    assert "Python 3.11 or newer is needed" in told.stdout
    assert not (tmp_path / ".venv").exists()


def test_the_state_of_a_stack_that_runs_is_not_cleaned_away(tmp_path: Path):
    program(tmp_path / ".venv/bin/python", f'exec {sys.executable} "$@"')
    shutil.copy(ROOT / "local-azure.toml", tmp_path)
    for folder in ("infra/emulators", "local", "stream_analytics"):  # what it names
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / ".local/state").mkdir(parents=True)

    with (tmp_path / ".local/stack.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as a running stack does
        refused = make(tmp_path, "clean")
        assert refused.returncode != 0
        assert "already runs" in refused.stdout + refused.stderr
        assert (tmp_path / ".local/state").exists()

    assert make(tmp_path, "clean").returncode == 0
    assert not (tmp_path / ".local").exists()


def test_both_suites_know_the_markers_by_which_they_are_run():
    """pytest refuses a run that names a marker which its settings do not."""
    named = re.findall(r'^(?:FAST|SLOW|PROOF) := -m "(.*?)"', (ROOT / "Makefile").read_text(), re.MULTILINE)
    markers = {word for words in named for word in words.split()} - {"not", "and", "or"}
    assert {"slow", "proof"} <= markers

    for settings in (ROOT / "pyproject.toml", ROOT / "packages" / "local-azure" / "pyproject.toml"):
        options = tomllib.loads(settings.read_text())["tool"]["pytest"]["ini_options"]
        assert markers <= {marker.partition(":")[0] for marker in options["markers"]}, settings
