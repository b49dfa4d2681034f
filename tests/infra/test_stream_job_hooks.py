"""The hooks of azure.yaml against an `az` of our own on the PATH: what they call, and when they try again."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "infra" / "hooks" / "stream_job.py"
Hook = Callable[[str], tuple[int, str]]
FORBIDDEN = "(AuthorizationFailed) the identity has no access to the input"
NOT_FOUND = "(ResourceNotFound) The Resource 'asa-x' under resource group 'rg-x' was not found."


class Azure:
    """An `az` of our own: its answers, and the calls that it got."""

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
        """Set the job's states, one per look, and the failures of each action, one per call."""
        self._file.write_text(json.dumps({"states": states, "failures": failures, "calls": []}))

    def runs(self, size: str, **changes: Any) -> None:
        """Set what the job runs: the query and the units of a size."""
        sizes = json.loads((ROOT / "infra" / "sizes.json").read_text())
        query = (ROOT / "stream_analytics" / "suspicious-windows.asaql").read_text().replace("\n", "\r\n")
        transformation = {"query": query, "streamingUnits": sizes[size]["streamingUnits"], **changes}
        self._file.write_text(json.dumps(json.loads(self._file.read_text()) | {"transformation": transformation}))

    @property
    def calls(self) -> list[list[str]]:
        """The calls that change something, each from the action on, without the names."""
        calls: list[list[str]] = json.loads(self._file.read_text())["calls"]
        calls = [call for call in calls if call[1] != "transformation"]
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


@pytest.fixture(scope="module")
def script() -> Any:
    """The script as a module, so that its waits can be left out."""
    spec = importlib.util.spec_from_file_location("stream_job", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def hook(script: Any, capsys: pytest.CaptureFixture[str]) -> Hook:
    """Runs the script; its exit code, and what it said."""

    def run(action: str) -> tuple[int, str]:
        code: int = script.main([action])
        said = capsys.readouterr()
        return code, said.err if code else said.out

    return run


def test_azd_runs_it_as_a_program(azure: Azure):
    azure.answers(("Running", None))

    done = subprocess.run(
        [sys.executable, str(SCRIPT), "stop"], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, azure.calls) == (0, [["stop"]])
    assert "azd deploy" in done.stdout


@pytest.mark.parametrize("state", ["Created", "Stopped", "Failed"])
def test_a_job_that_stands_still_is_left_alone(azure: Azure, hook: Hook, state: str):
    azure.answers((state, None))

    assert (hook("stop")[0], azure.calls) == (0, [])


@pytest.mark.parametrize("state", ["Running", "Degraded", "SomethingNew"])
def test_a_job_that_works_is_stopped(azure: Azure, hook: Hook, state: str):
    azure.answers((state, None))

    assert (hook("stop")[0], azure.calls) == (0, [["stop"]])


@pytest.mark.parametrize(
    ("states", "calls"),
    [
        (["Starting", "Starting", "Running"], [["stop"]]),
        (["Starting", "Failed"], []),
        (["Stopping", "Stopped"], []),
        (["Scaling", "Degraded"], [["stop"]]),
    ],
)
def test_a_job_on_its_way_is_waited_for(azure: Azure, script: Any, states: list[str], calls: list[list[str]]):
    azure.answers(*((state, None) for state in states))
    waited: list[float] = []

    script.stop(waited.append)

    assert waited == [script.SECONDS_BETWEEN_ATTEMPTS] * (len(states) - 1)
    assert azure.calls == calls


def test_a_job_that_never_arrives_is_stopped_after_all(azure: Azure, script: Any):
    azure.answers(("Starting", None))
    waited: list[float] = []

    script.stop(waited.append)

    assert len(waited) == script.ATTEMPTS
    assert azure.calls == [["stop"]]


def test_the_first_provisioning_asks_nothing_of_azure(
    azure: Azure, hook: Hook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.delenv("STREAM_ANALYTICS_JOB")
    monkeypatch.setenv("PATH", str(tmp_path / "no-az-here"))

    assert hook("stop")[0] == 0


def test_a_job_that_was_deleted_by_hand_does_not_hold_up_provisioning(azure: Azure, hook: Hook):
    azure.answers(("Running", None), show=[NOT_FOUND])

    assert (hook("stop")[0], azure.calls) == (0, [])


def test_a_stop_that_fails_ends_the_provisioning_with_the_reason(azure: Azure, hook: Hook):
    azure.answers(("Running", None), stop=["(Conflict) the job is starting"])

    code, said = hook("stop")

    assert code == 1
    assert "(Conflict) the job is starting" in said


def test_the_first_start_is_from_now_on(azure: Azure, hook: Hook):
    azure.answers(("Created", None), ("Running", None))

    assert hook("start")[0] == 0
    assert azure.calls == [["start", "--output-start-mode", "JobStartTime"]]


def test_a_later_start_goes_on_where_the_output_ended(azure: Azure, hook: Hook):
    azure.answers(("Stopped", "2026-01-02T10:10:00Z"), ("Running", "2026-01-02T10:10:00Z"))

    assert hook("start")[0] == 0
    assert azure.calls == [["start", "--output-start-mode", "LastOutputEventTime"]]


@pytest.mark.parametrize("state", ["Running", "Degraded", "Starting", "SomethingNew"])
def test_a_job_that_runs_is_not_started_again(azure: Azure, hook: Hook, state: str):
    azure.answers((state, None))

    assert (hook("start")[0], azure.calls) == (0, [])


def test_a_start_is_tried_again_while_roles_propagate(azure: Azure, script: Any):
    azure.answers(("Created", None), ("Created", None), ("Failed", None), ("Failed", None), ("Running", None),
                  start=[FORBIDDEN])  # fmt: skip
    waited: list[float] = []

    script.start(waited.append)

    # Refused once, started and failed at once, started.
    assert [call[0] for call in azure.calls] == ["start"] * 3
    assert waited == [script.SECONDS_BETWEEN_ATTEMPTS] * 2


def test_a_start_waits_for_a_stop_to_end(azure: Azure, script: Any):
    output = "2026-01-02T10:10:00Z"
    azure.answers(("Stopping", output), ("Stopped", output), ("Running", output), start=["(Conflict) it stops"])
    waited: list[float] = []

    script.start(waited.append)

    assert azure.calls == [["start", "--output-start-mode", "LastOutputEventTime"]] * 2
    assert len(waited) == 1


def test_a_start_outlasts_the_eight_minutes_that_roles_may_take_and_then_says_why(
    azure: Azure, script: Any, capsys: pytest.CaptureFixture[str]
):
    azure.answers(("Created", None), start=[FORBIDDEN] * 100)
    waited: list[float] = []

    with pytest.raises(script.HookError, match="azd hooks run postdeploy"):
        script.start(waited.append)

    assert 8 * 60 < sum(waited) < 15 * 60
    assert len(azure.calls) == script.ATTEMPTS
    assert FORBIDDEN in capsys.readouterr().out


def test_a_missing_job_is_not_waited_for(azure: Azure, hook: Hook):
    azure.answers(("Created", None), show=[NOT_FOUND])

    code, said = hook("start")

    assert code == 1
    assert "azd provision" in said


@pytest.mark.parametrize(
    ("without", "told"), [("PATH", "https://aka.ms/azure-cli"), ("AZURE_RESOURCE_GROUP", "AZURE_RESOURCE_GROUP")]
)
def test_what_is_missing_is_named(azure: Azure, hook: Hook, monkeypatch: pytest.MonkeyPatch, without: str, told: str):
    azure.answers(("Created", None))
    if without == "PATH":
        monkeypatch.setenv("PATH", "/nowhere")
    else:
        monkeypatch.delenv(without)

    code, said = hook("start")

    assert (code, azure.calls) == (1, [])
    assert told in said


@pytest.fixture
def azd(tmp_path: Path, azure: Azure) -> Path:
    """An `azd` that writes down what it is asked."""
    asked = tmp_path / "azd-calls.txt"
    program = tmp_path / "azd"
    program.write_text(f'#!/bin/sh\necho "$@" >> "{asked}"\n')
    program.chmod(0o755)
    return asked


@pytest.mark.parametrize("size", ["1k", "5k"])
def test_a_job_that_provisioning_does_not_change_goes_on_running(
    azure: Azure, hook: Hook, monkeypatch: pytest.MonkeyPatch, size: str
):
    azure.answers(("Running", None))
    azure.runs(size)
    monkeypatch.setenv("FRAUD_SIZE", size)

    assert (hook("prepare")[0], azure.calls) == (0, [])


@pytest.mark.parametrize("changes", [{"query": "SELECT 1"}, {"streamingUnits": 7}])
def test_a_job_whose_query_or_units_change_is_stopped_and_that_is_remembered(
    azure: Azure, hook: Hook, azd: Path, changes: dict[str, Any]
):
    azure.answers(("Running", None))
    azure.runs("1k", **changes)

    code, said = hook("prepare")

    assert (code, azure.calls) == (0, [["stop"]])
    assert azd.read_text() == "env set STREAM_JOB_STOPPED true\n"
    assert "azd hooks run postprovision" in said


def test_a_job_that_somebody_has_stopped_is_not_remembered_as_stopped_for_a_provisioning(
    azure: Azure, hook: Hook, azd: Path
):
    azure.answers(("Stopped", None))
    azure.runs("1k", streamingUnits=7)

    assert (hook("prepare")[0], azure.calls) == (0, [])
    assert not azd.exists()


def test_a_preview_stops_nothing(azure: Azure, azd: Path):
    """azd runs the hook below itself, through a shell: the option is seen in its command line."""
    azure.answers(("Running", None))
    azure.runs("1k", streamingUnits=7)
    above = [
        sys.executable, "-c", "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1], shell=True).returncode)",
        f"'{sys.executable}' '{SCRIPT}' prepare", "provision", "--preview",
    ]  # fmt: skip

    done = subprocess.run(above, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, azure.calls) == (0, []), done.stderr
    assert "stops nothing" in done.stdout
    assert not azd.exists()


def test_what_cannot_be_told_from_a_preview_stops_nothing_and_says_what_to_do(
    azure: Azure, script: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    azure.answers(("Running", None))
    azure.runs("1k", streamingUnits=7)

    def unseen() -> list[str]:
        raise FileNotFoundError("ps")

    monkeypatch.setattr(script, "_commands_above", unseen)

    assert (script.main(["prepare"]), azure.calls) == (1, [])
    assert "stream_job.py stop" in capsys.readouterr().err


def test_what_was_stopped_for_a_provisioning_is_started_after_it(
    azure: Azure, hook: Hook, azd: Path, monkeypatch: pytest.MonkeyPatch
):
    azure.answers(("Stopped", "2026-01-02T10:10:00Z"), ("Running", None))
    monkeypatch.setenv("STREAM_JOB_STOPPED", "true")

    assert hook("resume")[0] == 0
    assert azure.calls == [["start", "--output-start-mode", "LastOutputEventTime"]]
    assert azd.read_text() == "env set STREAM_JOB_STOPPED false\n"


def test_what_somebody_else_stopped_stays_stopped(azure: Azure, hook: Hook):
    azure.answers(("Stopped", None))

    assert (hook("resume")[0], azure.calls) == (0, [])


def test_only_its_actions_are_understood(hook: Hook):
    assert hook("restart")[0] == 2
