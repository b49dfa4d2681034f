"""The hooks of azure.yaml against an `az` of our own on the PATH: what they call, and when they try again."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "infra" / "hooks" / "stream_job.py"
FORBIDDEN = "(AuthorizationFailed) the identity has no access to the input"
NOT_FOUND = "(ResourceNotFound) The Resource 'asa-x' under resource group 'rg-x' was not found."


class Azure:
    """What `az` answers, and what was asked of it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "scenario.json"
        az = folder / "az"
        az.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{Path(__file__).parent / "fake_az.py"}" "$@"\n')
        az.chmod(0o755)
        self.environment = {
            "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
            "FAKE_AZ": str(self._file),
            "AZURE_RESOURCE_GROUP": "rg-x",
            "STREAM_ANALYTICS_JOB": "asa-x",
        }

    def answers(self, *states: tuple[str, str | None], **failures: list[str]) -> None:
        """The job's states, one a look, and what each action fails with, one a call."""
        self._file.write_text(json.dumps({"states": states, "failures": failures, "calls": []}))

    @property
    def calls(self) -> list[list[str]]:
        """The calls that change something, each from the action on, without the names."""
        calls: list[list[str]] = json.loads(self._file.read_text())["calls"]
        assert all(call[:2] == ["stream-analytics", "job"] for call in calls)
        assert all(call[3:7] == ["--resource-group", "rg-x", "--name", "asa-x"] for call in calls)
        return [[call[2], *call[9:]] for call in calls if call[2] != "show"]


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Azure:
    azure = Azure(tmp_path)
    monkeypatch.delenv("AZURE_SUBSCRIPTION_ID", raising=False)
    for name, value in azure.environment.items():
        monkeypatch.setenv(name, value)
    return azure


def hook(action: str) -> subprocess.CompletedProcess[str]:
    """Run the script as azd does."""
    return subprocess.run(
        [sys.executable, str(SCRIPT), action], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def module() -> Any:
    """The script as a module, so that its waits can be left out."""
    spec = importlib.util.spec_from_file_location("stream_job", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_running_job_is_stopped_before_provisioning(azure: Azure):
    azure.answers(("Running", None))

    done = hook("stop")

    assert (done.returncode, azure.calls) == (0, [["stop"]])
    assert "azd deploy" in done.stdout


@pytest.mark.parametrize("state", ["Created", "Stopped", "Failed"])
def test_a_job_that_stands_still_is_left_alone(azure: Azure, state: str):
    azure.answers((state, None))

    assert (hook("stop").returncode, azure.calls) == (0, [])


def test_the_first_provisioning_asks_nothing_of_azure(azure: Azure, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("STREAM_ANALYTICS_JOB")
    monkeypatch.setenv("PATH", str(tmp_path / "no-az-here"))

    assert hook("stop").returncode == 0


def test_a_job_that_was_deleted_by_hand_does_not_hold_up_provisioning(azure: Azure):
    azure.answers(("Running", None), show=[NOT_FOUND])

    assert (hook("stop").returncode, azure.calls) == (0, [])


def test_a_stop_that_fails_ends_the_provisioning_with_the_reason(azure: Azure):
    azure.answers(("Running", None), stop=["(Conflict) the job is starting"])

    done = hook("stop")

    assert done.returncode == 1
    assert "(Conflict) the job is starting" in done.stderr


def test_the_first_start_is_from_now_on(azure: Azure):
    azure.answers(("Created", None), ("Running", None))

    assert hook("start").returncode == 0
    assert azure.calls == [["start", "--output-start-mode", "JobStartTime"]]


def test_a_later_start_goes_on_where_the_output_ended(azure: Azure):
    azure.answers(("Stopped", "2026-01-02T10:10:00Z"), ("Running", "2026-01-02T10:10:00Z"))

    assert hook("start").returncode == 0
    assert azure.calls == [["start", "--output-start-mode", "LastOutputEventTime"]]


def test_a_job_that_runs_is_not_started_again(azure: Azure):
    azure.answers(("Running", None))

    assert (hook("start").returncode, azure.calls) == (0, [])


def test_a_start_is_tried_again_while_roles_propagate(azure: Azure, module: Any):
    azure.answers(("Created", None), ("Created", None), ("Failed", None), ("Failed", None), ("Running", None),
                  start=[FORBIDDEN])  # fmt: skip
    waited: list[float] = []

    module.start(waited.append)

    # Refused once, started and failed at once, started.
    assert [call[0] for call in azure.calls] == ["start"] * 3
    assert waited == [module.SECONDS_BETWEEN_ATTEMPTS] * 2


def test_a_start_outlasts_the_eight_minutes_that_roles_may_take_and_then_says_why(
    azure: Azure, module: Any, capsys: pytest.CaptureFixture[str]
):
    azure.answers(("Created", None), start=[FORBIDDEN] * 100)
    waited: list[float] = []

    with pytest.raises(module.HookError, match="azd hooks run postdeploy"):
        module.start(waited.append)

    assert 8 * 60 < sum(waited) < 15 * 60
    assert len(azure.calls) == module.ATTEMPTS
    assert FORBIDDEN in capsys.readouterr().out


def test_a_missing_job_is_not_waited_for(azure: Azure):
    azure.answers(("Created", None), show=[NOT_FOUND])

    done = hook("start")

    assert done.returncode == 1
    assert "azd provision" in done.stderr


@pytest.mark.parametrize(
    ("without", "told"), [("PATH", "https://aka.ms/azure-cli"), ("AZURE_RESOURCE_GROUP", "AZURE_RESOURCE_GROUP")]
)
def test_what_is_missing_is_named(azure: Azure, monkeypatch: pytest.MonkeyPatch, without: str, told: str):
    azure.answers(("Created", None))
    if without == "PATH":
        monkeypatch.setenv("PATH", "/nowhere")
    else:
        monkeypatch.delenv(without)

    done = hook("start")

    assert (done.returncode, azure.calls) == (1, [])
    assert told in done.stderr


def test_only_stop_and_start_are_understood():
    assert hook("restart").returncode == 2
