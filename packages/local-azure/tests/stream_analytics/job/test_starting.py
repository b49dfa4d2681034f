"""Starting the job: what is missing or does not fit is said in one line, with exit code 2."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local_azure.testing.stream_job import Around, Receiver, around, send, suspicious
from tests.repository import EMULATORS
from tests.repository import STREAM_PROJECT as PROJECT

pytestmark = pytest.mark.slow


def refusal(parts: Around, project: Path = PROJECT, **settings: str) -> str:
    """What the job says before it gives up."""
    command = [sys.executable, "-m", "local_azure.stream_analytics", "--project", str(project), "--state"]
    done = subprocess.run(
        [*command, str(parts.folder / "job")],
        env={**os.environ, **parts.settings, **settings},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    return done.stderr.splitlines()[-1]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the project that a test may spoil."""
    return Path(shutil.copytree(PROJECT.parent, tmp_path / "project")) / "asaproj.json"


def test_a_missing_or_senseless_setting_is_named(tmp_path: Path):
    parts = Around(tmp_path, PROJECT, EMULATORS)
    assert "the connection setting EventHubs is missing" in refusal(parts, EventHubs="")
    assert "the connection setting ServiceBus is no connection string" in refusal(parts, ServiceBus="nonsense")
    assert "the connection setting Warehouse is no connection string" in refusal(parts, Warehouse="nonsense")


def test_a_wrong_query_or_project_is_named(tmp_path: Path, copied: Path):
    parts = Around(tmp_path, PROJECT, EMULATORS)
    assert "does not exist" in refusal(parts, tmp_path / "nothing.json")
    query = copied.parent / "suspicious-windows.asaql"
    query.write_text("SELECT id INTO [suspicious-events] FROM orders")
    assert "line 1, column 41: there is no input or earlier step 'orders'" in refusal(parts, copied)


def test_a_hub_that_does_not_exist_is_named(tmp_path: Path, copied: Path):
    source = copied.parent / "Inputs" / "events.json"
    source.write_text(source.read_text().replace("store-events", "no-such-hub"))
    with around(tmp_path, PROJECT, EMULATORS) as parts:
        parts.start("amqp")
        assert "the hub no-such-hub cannot be used" in refusal(parts, copied)


def test_state_of_another_query_or_of_another_hub_is_not_mistaken_for_ones_own(tmp_path: Path, copied: Path):
    with around(tmp_path, PROJECT, EMULATORS) as parts:
        parts.start("amqp", "azurite", "job")
        send(parts.settings, (1, [suspicious(1), suspicious(2)]))
        Receiver(parts.settings).wait(ids=2)
        parts.stop("job")
        query = copied.parent / "suspicious-windows.asaql"
        query.write_text(query.read_text().replace("> 50", "> 40"))
        assert "was written by another query" in refusal(parts, copied)
        parts.kill("amqp")
        shutil.rmtree(parts.folder / "amqp")
        parts.start("amqp")
        assert "the hub was made anew" in refusal(parts)
