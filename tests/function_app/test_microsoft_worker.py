"""What only a deployment would show: the app under the worker library that runs it on Azure."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.conftest import APP_SETTINGS
from tests.support.app_index import indexed_functions

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
VERSION = "1.3.0"


def install(tools: Path) -> Path:
    """The folder that holds the worker library, installed with pip if it is not there yet.

    `azure-functions-runtime` declares Python 3.13, where Azure builds it in; the same wheel runs on 3.11. It is
    internal, so its version is pinned and it stays out of the virtual environment.
    """
    folder = tools / f"azure-functions-runtime-{VERSION}"
    if not folder.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        options = ["--ignore-requires-python", "--target", str(folder), f"azure-functions-runtime=={VERSION}"]
        subprocess.run([*pip, *options], check=True, timeout=120)
    return folder


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """What the worker library makes of the app."""
    library = install(ROOT / ".local" / "tools")
    outcome = subprocess.run(
        [sys.executable, "-m", "tests.support.microsoft_worker", str(ROOT)],
        check=False,
        cwd=ROOT,
        env=os.environ | APP_SETTINGS | {"PYTHONPATH": str(library)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert outcome.returncode == 0, outcome.stderr
    return msgspec.json.decode(outcome.stdout.splitlines()[-1])


def test_it_indexes_the_same_functions_with_the_same_triggers(found: dict[str, Any]):
    assert found["failure"] is None
    triggers = {name: [one["type"] for one in bindings] for name, bindings in found["functions"].items()}

    assert triggers.keys() == indexed_functions().keys()
    assert all(indexed_functions()[name].trigger["type"] in kinds for name, kinds in triggers.items())


def test_it_calls_a_door(found: dict[str, Any]):
    answer = found["calls"]["producer"]

    assert (answer["status"], answer["body"]["field"]) == ("400", "count")


def test_it_runs_the_first_episode_of_a_workflow(found: dict[str, Any]):
    actions = str(found["calls"]["analyze_window"])

    assert actions.count("'functionName': 'judge_events'") == 5
