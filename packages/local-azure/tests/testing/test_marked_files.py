"""A run with `-m` imports only the files that can hold a chosen test, and loses none silently."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local_azure.testing.marked_files import Markers, can_be_chosen, markers_of

# Written so that this file names no marker but its own.
SLOW = "@pytest.mark" + ".slow\n"
ALL_SLOW = "pytestmark = pytest.mark" + ".slow\n"
ALL_PROOFS = "pytestmark = [\n    pytest.mark" + ".slow,\n    pytest.mark" + ".proof,\n]\n"
TEST = "def test_it(): pass\n"

RUNS = ("slow and not proof", "not slow and not proof", "proof and not long", "long")


def named(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("text", "possible", "certain"),
    [
        (TEST, named(), named()),
        (f"{SLOW}{TEST}", named("slow"), named()),
        (f"{ALL_SLOW}{TEST}", named("slow"), named("slow")),
        (f"{ALL_PROOFS}\n\n{TEST}", named("slow", "proof"), named("slow", "proof")),
        (f"{ALL_SLOW}\n@pytest.mark" + f".proof\n{TEST}", named("slow", "proof"), named("slow")),
        ("pytestmark = pytest.mark" + f".asyncio(loop_scope='session')\n{TEST}", named(), named()),
    ],
)
def test_the_text_of_a_file_tells_its_markers(text: str, possible: frozenset[str], certain: frozenset[str]) -> None:
    assert markers_of(text) == Markers(possible, certain)


@pytest.mark.parametrize(
    ("possible", "certain", "chosen"),
    [
        (named(), named(), [False, True, False, False]),
        (named("slow"), named(), [True, True, False, False]),
        (named("slow"), named("slow"), [True, False, False, False]),
        (named("slow", "proof"), named("slow"), [True, False, True, False]),
        (named("slow", "proof"), named("slow", "proof"), [False, False, True, False]),
        (named("slow", "proof", "long"), named("slow", "proof", "long"), [False, False, False, True]),
    ],
)
def test_a_run_imports_what_can_hold_a_test_that_it_chooses(
    possible: frozenset[str], certain: frozenset[str], chosen: list[bool]
) -> None:
    assert [can_be_chosen(expression, Markers(possible, certain)) for expression in RUNS] == chosen


@pytest.mark.parametrize("expression", ["asyncio", "not asyncio", "slow(reason='x') or asyncio", "slow and and", "("])
def test_a_file_is_left_out_only_for_markers_that_its_text_tells(expression: str) -> None:
    assert can_be_chosen(expression, Markers(named(), named()))


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    slow: x\n    proof: x\n    long: x\n")
    plugins = ("-p", "local_azure.testing.marked_files", "-p", "xdist", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *plugins, "-q", *arguments]
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, check=False)


def test_a_run_takes_the_chosen_tests_and_does_not_import_the_other_files(tmp_path: Path) -> None:
    (tmp_path / "test_fast.py").write_text("raise ImportError\n")
    (tmp_path / "test_proofs.py").write_text(f"import pytest\n{ALL_PROOFS}raise ImportError\n")
    (tmp_path / "test_both.py").write_text(f"import pytest\n{SLOW}{TEST}def test_fast(): pass\n")

    ran = run_pytest(tmp_path, "-m", "slow and not proof")

    assert "1 passed, 1 deselected" in ran.stdout
    assert ran.returncode == 0


def test_a_test_whose_marker_its_file_does_not_name_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "marks.py").write_text("import pytest\nhidden = getattr(pytest.mark, 'slow')\n")
    (tmp_path / "test_hidden.py").write_text(f"from marks import hidden\n@hidden\n{TEST}")

    ran = run_pytest(tmp_path, "-m", "not slow", "-n", "1")

    assert "name `mark.…` in the file itself" in ran.stdout + ran.stderr
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED
