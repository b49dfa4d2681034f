"""Starting the job: what is missing or does not fit is said in one line, with exit code 2."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local_azure.testing.stream_job import QueueReceiver, StreamJobParts, send_events, stream_job_parts
from tests.data import ENTITIES
from tests.data import STREAM_PROJECT as PROJECT
from tests.stream_analytics.job.rows import HUB, QUEUE, suspicious

pytestmark = pytest.mark.slow

ENTITY_FILES = (ENTITIES / "event-hubs.json", ENTITIES / "service-bus.json")


def refusal(parts: StreamJobParts, project: Path = PROJECT, *options: str, **settings: str) -> str:
    """The last line of the job before it gives up."""
    command = [sys.executable, "-m", "local_azure.stream_analytics", "--project", str(project), "--state"]
    done = subprocess.run(
        [*command, str(parts.folder / "job"), *options],
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
    parts = StreamJobParts(tmp_path, PROJECT, *ENTITY_FILES)
    assert "the connection setting EventHubs is missing" in refusal(parts, EventHubs="")
    assert "the connection setting ServiceBus is not a connection string" in refusal(parts, ServiceBus="nonsense")
    assert "the connection setting AzureWebJobsStorage is not a connection string" in refusal(
        parts, AzureWebJobsStorage="nonsense"
    )


def test_settings_of_other_names_are_read_if_the_options_say_so(tmp_path: Path):
    parts = StreamJobParts(tmp_path, PROJECT, *ENTITY_FILES)
    options = ("--event-hubs-connection", "Orders")
    assert "the connection setting Orders is missing" in refusal(parts, PROJECT, *options)
    options = ("--blob-connection", "Archive", "--service-bus-connection", "Queue")
    assert "the connection setting Archive is missing" in refusal(parts, PROJECT, *options, Queue=parts.service_bus)


def test_a_wrong_query_or_project_is_named(tmp_path: Path, copied: Path):
    parts = StreamJobParts(tmp_path, PROJECT, *ENTITY_FILES)
    assert "does not exist" in refusal(parts, tmp_path / "nothing.json")
    query = copied.parent / "suspicious-windows.asaql"
    query.write_text("SELECT id INTO [suspicious-events] FROM orders")
    assert "line 1, column 41: there is no input or earlier step 'orders'" in refusal(parts, copied)


def test_a_hub_that_does_not_exist_is_named(tmp_path: Path, copied: Path):
    source = copied.parent / "Inputs" / "events.json"
    source.write_text(source.read_text().replace("store-events", "no-such-hub"))
    with stream_job_parts(tmp_path, PROJECT, *ENTITY_FILES) as parts:
        parts.start("amqp")
        assert "the hub no-such-hub cannot be used" in refusal(parts, copied)


def test_state_of_another_query_or_of_another_hub_is_not_mistaken_for_ones_own(tmp_path: Path, copied: Path):
    with stream_job_parts(tmp_path, PROJECT, *ENTITY_FILES) as parts:
        parts.start("amqp", "azurite", "job")
        send_events(parts.event_hubs, HUB, (1, [suspicious(1), suspicious(2)]))
        QueueReceiver(parts.service_bus, QUEUE).wait(ids=2)
        parts.stop("job")
        query = copied.parent / "suspicious-windows.asaql"
        query.write_text(query.read_text().replace("> 50", "> 40"))
        assert "was written by another query" in refusal(parts, copied)
        parts.kill("amqp")
        shutil.rmtree(parts.folder / "amqp")
        parts.start("amqp")
        assert "the hub was made anew" in refusal(parts)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_job_whose_hub_is_away_ends_with_0(tmp_path: Path, number: signal.Signals):
    parts = StreamJobParts(tmp_path, PROJECT, *ENTITY_FILES)
    command = [sys.executable, "-m", "local_azure.stream_analytics", "--project", str(PROJECT), "--state"]
    job = subprocess.Popen(
        [*command, str(tmp_path / "job")], env={**os.environ, **parts.settings}, stderr=subprocess.PIPE, text=True
    )
    assert job.stderr
    try:
        for line in job.stderr:
            if "cannot be reached" in line:
                break
        job.send_signal(number)
        assert job.wait(15) == 0
    finally:
        job.kill()
