"""Without a running stack, every command says how to start it, and none what its SDK calls a refused connection."""

from pathlib import Path

import msgspec
import pytest

from cli.app_client import AppError
from cli.commands import command_line
from cli.sending.hub import open_hub

HUB = "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true"
KEY = "a2V5"
ARCHIVES = {
    "Warehouse": f"DefaultEndpointsProtocol=http;AccountName=a;AccountKey={KEY};BlobEndpoint=http://127.0.0.1:1/a",
    "Cosmos": f"AccountEndpoint=http://127.0.0.1:1/;AccountKey={KEY}",
}


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
