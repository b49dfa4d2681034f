"""Without a running stack, every command says how to start it, and none what its SDK calls a refused connection.

Nor does any of them turn to the stack of another clone, which may have taken the ports that this clone's had.
"""

import fcntl
import os
from pathlib import Path

import msgspec
import pytest

from cli import app_client
from cli.app_client import AppError, local_url
from cli.commands import command_line
from cli.sending.hub import open_hub
from tests.cli.answering_app import App, Output, detective

HUB = "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true"
KEY = "a2V5"
ARCHIVES = {
    "Warehouse": f"DefaultEndpointsProtocol=http;AccountName=a;AccountKey={KEY};BlobEndpoint=http://127.0.0.1:1/a",
    "Cosmos": f"AccountEndpoint=http://127.0.0.1:1/;AccountKey={KEY}",
}


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, app: type[App]) -> Path:
    """The lock of a stack of this clone that has ended; at its ports, another clone's stack answers."""
    app.answers = {"/api/health": [(200, {"status": "ok"})]}
    port = int(os.environ["DETECTIVE_URL"].rpartition(":")[2])
    monkeypatch.delenv("DETECTIVE_URL")
    settings = tmp_path / "local.settings.json"
    settings.write_bytes(
        msgspec.json.encode({"Values": {**ARCHIVES, "EventHubs": HUB}, "Host": {"LocalHttpPort": port}})
    )
    monkeypatch.setattr(app_client, "LOCAL_SETTINGS", settings)
    (tmp_path / "stack.lock").touch()
    return tmp_path / "stack.lock"


def test_the_app_of_another_clone_is_not_asked_in_place_of_one_that_has_ended(
    ended: Path, app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output
):
    assert detective(monkeypatch, "health") == 2

    assert app.asked == []
    assert "this clone's stack does not run; start it with `make up`, or say --url" in capsys.readouterr().err


def test_a_stack_that_was_never_started_is_not_looked_for_at_the_usual_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
):
    monkeypatch.delenv("DETECTIVE_URL", raising=False)
    monkeypatch.setattr(app_client, "LOCAL_SETTINGS", tmp_path / "local.settings.json")

    assert detective(monkeypatch, "health") == 2
    assert "this clone's stack does not run" in capsys.readouterr().err


def test_a_stack_that_runs_is_asked(ended: Path, app: type[App], monkeypatch: pytest.MonkeyPatch):
    with ended.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        assert detective(monkeypatch, "health") == 0

    assert app.asked
    assert local_url() is None, "it has ended"


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (("sql", "SELECT * FROM cases"), "no connection to the archives: start the pipeline with `make up`"),
        (("send", "--workers", "1", "--name", "nobody"), "no connection to the hub: start the pipeline with `make up`"),
    ],
)
def test_neither_archives_nor_a_hub_of_another_clone_are_used(
    ended: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output, question: tuple[str, ...], words: str
):
    monkeypatch.setattr("cli.sending.command.FOLDER", ended.parent)
    for name in [name for name in os.environ if name.startswith(("Warehouse", "Cosmos", "EventHubs"))]:
        monkeypatch.delenv(name)
    settings = ended.with_name("local.settings.json")

    assert detective(monkeypatch, *question, "--settings", str(settings)) == 2
    assert words in capsys.readouterr().err


def test_who_sends_to_a_hub_that_does_not_run_is_told_how_to_start_it():
    with (
        pytest.raises(AppError, match=r"^the hub does not answer; start it with `make up`"),
        open_hub({"EventHubs": HUB}) as hub,
    ):
        hub.partitions()


@pytest.mark.parametrize("view", ["quarantine", "cases"])
def test_who_asks_archives_that_do_not_run_is_told_how_to_start_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, view: str
):
    monkeypatch.setattr("questions.archives._RETRIES", {"retry_total": 0})
    settings = tmp_path / "settings.json"
    settings.write_bytes(msgspec.json.encode({"Values": ARCHIVES}))
    question = ["sql", f"SELECT * FROM {view}", "--settings", str(settings), "--url", "http://127.0.0.1:1"]
    options = command_line().parse_args(question)

    with pytest.raises(AppError, match=f"^{view}: the archive does not answer; start the pipeline with `make up`"):
        options.run(options)
