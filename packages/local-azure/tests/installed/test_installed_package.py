"""The package installed elsewhere: an app outside the checkout, in a virtual environment of its own, runs on it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parents[2]
APP = PACKAGE / "tests" / "data" / "app"

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a virtual environment with the package, built from a copy of its folder and from nothing else."""
    folder = tmp_path_factory.mktemp("elsewhere")
    source = folder / "local-azure"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("tests", "__pycache__", ".*"))
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    programs = folder / "venv" / "bin"
    subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", source], check=True)
    shutil.rmtree(source)
    return programs


def environment(folder: Path) -> dict[str, str]:
    """The environment without this test's own paths; Azurite goes to a folder of the test."""
    ours = {"PYTHONPATH", "VIRTUAL_ENV", "SPEED"}
    return {name: value for name, value in os.environ.items() if name not in ours} | {"XDG_DATA_HOME": str(folder)}


def ask(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as response:
        return json.loads(response.read())


def test_an_app_of_three_functions_is_started_called_and_stopped(programs: Path, tmp_path: Path):
    app = Path(shutil.copytree(APP, tmp_path / "app"))
    command = [programs / "local-azure", "up", "--speed", "60"]
    with subprocess.Popen(
        command,
        cwd=app,
        env=environment(tmp_path / "data"),
        text=True,
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "errors").open("w"),
    ) as stack:
        assert stack.stdout is not None
        lines: list[str] = []
        for line in stack.stdout:
            lines.append(line)
            if line.startswith("ready stack"):
                break
        assert lines[-1:] == [line for line in lines if line.startswith("ready stack functions=")], (
            tmp_path / "errors"
        ).read_text()
        url = "http://" + lines[-1].strip().removeprefix("ready stack functions=")
        assert any(
            line.split() == ["Order", "curl", f"http://localhost:{url.rpartition(':')[2]}/api/orders/17"]
            for line in lines
        )

        status = ask(f"{url}/api/orders/17")["statusQueryGetUri"]
        end = time.monotonic() + 60
        while ask(status)["runtimeStatus"] != "Completed" and time.monotonic() < end:
            time.sleep(0.1)
        assert ask(status)["output"] == "order 17 is on its way"

        stack.send_signal(signal.SIGINT)
        rest = stack.stdout.read()
        assert stack.wait(timeout=60) == 0
    assert "Stopped. `local-azure up` continues from here; `local-azure reset` forgets it." in rest
    settings = json.loads((app / ".local" / "local.settings.json").read_text())["Values"]
    assert settings.keys() == {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage", "ServiceBus", "Cosmos"}

    forgotten = subprocess.run(
        [programs / "local-azure", "reset"],
        cwd=app,
        env=environment(tmp_path),
        text=True,
        capture_output=True,
        check=True,
    )
    assert "Forgot the state in .local/state" in forgotten.stdout
    assert not (app / ".local" / "state").exists()


def test_a_part_starts_alone_in_any_folder(programs: Path, tmp_path: Path):
    command = [programs / "python", "-m", "local_azure.cosmos", "--state", "state", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(tmp_path), text=True, stdout=subprocess.PIPE) as part:
        assert part.stdout is not None
        assert part.stdout.readline().startswith("ready cosmos http://127.0.0.1:")
        part.terminate()
        assert part.wait(timeout=30) == 0
    assert (tmp_path / "state").is_dir()


def test_what_tests_need_is_in_the_package(programs: Path, tmp_path: Path):
    program = """
from local_azure import testing
print([getattr(testing, name) for name in testing.__all__])
"""
    done = subprocess.run(
        [programs / "python", "-c", program],
        cwd=tmp_path,
        env=environment(tmp_path),
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "RunningHub" in done.stdout
