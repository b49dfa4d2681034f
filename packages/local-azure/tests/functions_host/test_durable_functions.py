"""Durable functions of an app, through its own HTTP functions and the management API."""

import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.functions_host.hosting import APPS, Host, ended, host

pytestmark = pytest.mark.slow
APP = APPS / "durable"


def start(running: Host, orchestrator: str, instance: str, value: Any) -> dict[str, str]:
    answer = requests.post(f"{running.base}/api/start/{orchestrator}?id={instance}", json=value, timeout=10)
    assert answer.status_code == 202, answer.text
    return answer.json()


def test_activities_entities_and_failures_work_through_the_client(state: Path):
    with host(APP, state) as running:
        fan_out = start(running, "fan_out", "wide", 100)
        counting = start(running, "counting", "count", None)
        failing = start(running, "failing", "fail", None)
        assert ended(fan_out)["output"] == 9_900
        assert ended(counting)["output"] == 12
        status = ended(failing)
        assert status["runtimeStatus"] == "Failed"
        assert "no stock" in status["output"]


def test_an_orchestrator_that_is_unknown_is_a_clear_failure_of_its_instance(state: Path):
    """The extension accepts the start, and the instance fails (recorded from it)."""
    with host(APP, state) as running:
        answer = requests.post(f"{running.base}/api/start/nothing", timeout=10)
        assert answer.status_code == 202
        status = ended(answer.json())
    assert status["runtimeStatus"] == "Failed"
    assert "'nothing'" in status["output"]


@pytest.mark.parametrize("kill", [True, False])
def test_an_orchestration_goes_on_where_a_stopped_host_stood(state: Path, kill: bool):
    with host(APP, state) as first:
        start(first, "Renamed", "steps", 8)
        time.sleep(0.35)
        if kill:
            first.part.kill()
    with host(APP, state) as second:
        urls = {"statusQueryGetUri": f"{second.base}/runtime/webhooks/durabletask/instances/steps"}
        assert ended(urls)["output"] == [f"step {number}" for number in range(8)]


def test_an_app_without_durable_functions_opens_no_task_hub(tmp_path: Path, state: Path):
    app = tmp_path / "app"
    app.mkdir()
    (app / "function_app.py").write_text(
        "import azure.functions as func\napp = func.FunctionApp()\n"
        "@app.route('x')\ndef x(req: func.HttpRequest) -> str:\n    return 'x'\n"
    )
    with host(app, state):
        assert not (state / "durable.db").exists()
