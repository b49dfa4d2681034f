"""The suites of Microsoft's SDKs for Python and for JavaScript pass, as many cases as their page says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local_azure.azurite.node import node, npm

SUITES = Path(__file__).parents[2] / "compatibility"
TOLD = {
    language: int(count)
    for language, count in re.findall(r"^\| `(\w+)/` \| (\d+) \|", (SUITES / "README.md").read_text(), re.MULTILINE)
}


def test_the_readme_of_the_package_has_the_same_numbers():
    text = " ".join((SUITES.parent / "README.md").read_text().split())
    assert all(f"({count} cases)" in text for count in TOLD.values())


def beside_the_parts(*command: str | Path, folder: Path) -> str:
    """The output of a command that runs beside the parts. Fails if it does."""
    done = subprocess.run(
        [sys.executable, SUITES / "parts.py", *command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.timeout(900)
def test_the_suite_for_python_passes():
    output = beside_the_parts(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", SUITES / "python"),
        SUITES / "python",
        folder=SUITES,
    )

    assert re.findall(r"^(\d+) passed", output, re.MULTILINE) == [str(TOLD["python"])]


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.timeout(900)
def test_the_suite_for_javascript_passes(tmp_path: Path):
    suite = Path(shutil.copytree(SUITES / "javascript", tmp_path / "javascript"))
    environment = os.environ | {"PATH": f"{node().parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([*npm(), "ci", "--no-audit", "--no-fund"], cwd=suite, env=environment, check=True, timeout=300)
    cases = sorted(suite.glob("*.test.js"))

    # A case that fails leaves its clients open, and they would keep the process from its end.
    output = beside_the_parts(
        *(
            node(),
            "--test",
            "--test-reporter=tap",
            "--test-concurrency=1",
            "--test-timeout=120000",
            "--test-force-exit",
        ),
        *cases,
        folder=suite,
    )

    assert re.findall(r"^# (?:pass|fail) (\d+)", output, re.MULTILINE) == [str(TOLD["javascript"]), "0"]
