"""The same apps under Microsoft's own worker library: it loads what this host loads, and refuses what it refuses."""

from pathlib import Path

import pytest
import requests

from local_azure.core.connections import blobs, namespace
from local_azure.testing.azure_worker import Call, load
from tests.functions_host.hosting import APPS, Host, host, refusal

NOWHERE = "127.0.0.1:9"
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["http", "timers", "brokers", "durable"])
def test_azures_worker_finds_the_functions_that_this_host_finds(name: str, tmp_path: Path, state: Path):
    settings = {"JOURNAL": str(tmp_path / "journal"), "HUB": "hub", "QUEUE": "queue", "HOURLY": "0 0 * * * *"}
    settings |= dict.fromkeys(("EventHubs", "ServiceBus"), namespace(NOWHERE)) | {"AzureWebJobsStorage": blobs(NOWHERE)}
    loaded = load(APPS / name, settings)
    assert loaded.error is None
    with host(APPS / name, state, settings) as running:
        ours = requests.get(running.base + "/admin/functions", timeout=10).json()
    assert loaded.triggers == {
        each["name"]: next(b["type"] for b in each["config"]["bindings"] if b["type"].endswith("Trigger"))
        for each in ours
    }


def test_a_call_gives_the_same_answer_under_both(http_host: Host):
    answer = load(APPS / "http", calls=[Call("from_blueprint", "req", "http", {})]).answers
    assert answer == [requests.get(http_host.base + "/from-blueprint", timeout=10).text]


def test_an_activity_runs_under_azures_worker():
    assert load(APPS / "durable", calls=[Call("double", "number", "json", "21")]).answers == ["42"]


@pytest.mark.parametrize(
    "signature",
    [
        "(req: int) -> str",
        "(request: func.HttpRequest) -> str",
        "(req: func.HttpRequest) -> None",
        "(req: func.HttpRequest) -> str | None",
        "(req: list[func.HttpRequest]) -> str",
        "(req, answer: func.Out[str])",
    ],
)
def test_what_azures_worker_refuses_this_host_refuses(signature: str, tmp_path: Path, state: Path):
    (tmp_path / "function_app.py").write_text(
        f"import azure.functions as func\napp = func.FunctionApp()\n@app.route('x')\ndef x{signature}: ...\n"
    )
    assert load(tmp_path).error is not None
    assert "function x" in refusal(tmp_path, state)
