"""`detective send --workers` as real processes against a real hub: the counts are exact, whatever ends."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
from azure.eventhub import EventData

from cli.sending import command, hub
from cli.sending.journal import read_entry
from cli.sending.workers import SendState
from fraud.routing import SENT_AGAIN
from local_azure.testing import connections
from local_azure.testing.parts import running
from services import names
from services.clients import close_clients
from services.settings import settings
from tests.activities.hub_reader import events_since, hub_ends
from tests.support.parts import EMULATORS

ROOT = Path(__file__).parents[3]
RUN = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs tests in the background ignores Ctrl-C
from cli import commands
from cli.sending import command
command.FOLDER = Path(sys.argv.pop(1))
from cli.__main__ import main
sys.exit(main())
"""


def test_the_hub_and_its_connection_have_the_names_of_the_app():
    assert (hub.NAME, hub.CONNECTION) == (names.EVENT_HUB, names.EVENT_HUBS)


def test_a_file_has_its_own_rates(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    from cli.commands import command_line  # noqa: PLC0415

    options = command_line().parse_args(["send", "campaigns/smoke.yaml", "--count", "5"])
    with pytest.raises(SystemExit):
        options.run(options)
    assert "leave --rate and --count out" in " ".join(capsys.readouterr().err.split())


@pytest.fixture
def hub_options() -> tuple[str, ...]:
    return ()


@pytest.fixture
def hub_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hub_options: tuple[str, ...]
) -> Generator[dict[str, str]]:
    options = ("--event-hubs-config", str(EMULATORS / "event-hubs.json"), "--event-hubs-port", "0", *hub_options)
    with running("amqp", *options, state=tmp_path / "amqp") as amqp:
        connection = {names.EVENT_HUBS: connections.namespace(amqp.address("event-hubs"))}
        monkeypatch.setitem(os.environ, *next(iter(connection.items())))
        settings.cache_clear()
        yield connection
    settings.cache_clear()


def send(tmp_path: Path, environment: dict[str, str], *options: str) -> "subprocess.Popen[bytes]":
    arguments = [sys.executable, "-c", RUN, str(tmp_path / "sends"), "send", "--json", *options]
    return subprocess.Popen(
        arguments, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, start_new_session=True
    )


def ended(process: "subprocess.Popen[bytes]", code: int) -> SendState | None:
    said, _ = process.communicate(timeout=60)
    assert process.returncode == code
    return msgspec.json.decode(said, type=SendState) if said else None


def until_sent(folder: Path, least: int) -> None:
    end = time.monotonic() + 30
    while sum(read_entry(folder, number).sent.totals.sent for number in range(2)) < least:
        assert time.monotonic() < end
        time.sleep(0.02)


async def arrived(ends: dict[str, int]) -> list[EventData]:
    events = await events_since(ends)
    await close_clients()
    return events


@pytest.mark.slow
@pytest.mark.proof
async def test_what_is_killed_or_stopped_goes_on_and_the_sum_over_workers_is_what_the_hub_got(
    tmp_path: Path, hub_settings: dict[str, str]
):
    options = ("--workers", "2", "--rate", "400", "--count", "2000", "--name", "x", "--seed", "5")
    folder = tmp_path / "sends" / "x"
    ends = await hub_ends()

    killed = send(tmp_path, hub_settings, *options)
    until_sent(folder, 100)
    (worker, *_) = (p for p in psutil.Process(killed.pid).children() if "cli.sending.worker" in p.cmdline())
    worker.kill()
    assert ended(killed, 2) is None
    stopped = send(tmp_path, hub_settings, *options)
    until_sent(folder, 600)
    stopped.send_signal(signal.SIGINT)
    halfway = ended(stopped, 130)
    finished = ended(send(tmp_path, hub_settings, *options), 0)

    assert halfway is not None
    assert finished is not None
    assert halfway.phase == "stopped"
    assert 600 <= halfway.sent < 2_000
    assert (finished.phase, finished.sent, finished.planned) == ("completed", 2_000, 2_000)
    events = await arrived(ends)
    ids = Counter[str](msgspec.json.decode(event.body_as_str())["id"] for event in events)
    marked = [event for event in events if SENT_AGAIN.encode() in (event.properties or {})]
    assert len(ids) == finished.sent
    assert len(events) - len(ids) <= len(marked) == finished.retried
    assert all(properties(event)[b"run_id"] == b"send-x" for event in events)


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize("hub_options", [("--throughput-units", "1")])
async def test_a_throughput_unit_slows_the_workers_to_a_thousand_events_a_second_and_nothing_is_lost(
    tmp_path: Path, hub_settings: dict[str, str]
):
    ends, began = await hub_ends(), time.monotonic()

    state = ended(send(tmp_path, hub_settings, "--workers", "2", "--count", "5000", "--name", "x", "--seed", "5"), 0)

    # A thousand at once, then a thousand in each second, although all are due within one.
    assert time.monotonic() - began > 4
    assert state is not None
    assert (state.phase, state.sent, state.planned) == ("completed", 5_000, 5_000)
    assert state.throttled > 0
    events = await arrived(ends)
    ids = Counter[str](msgspec.json.decode(event.body_as_str())["id"] for event in events)
    assert len(ids) == 5_000
    marked = Counter[str](
        msgspec.json.decode(event.body_as_str())["id"] for event in events if SENT_AGAIN.encode() in properties(event)
    )
    assert all(count - marked[event_id] <= 1 for event_id, count in ids.items())


def properties(event: EventData) -> dict[Any, Any]:
    return event.properties or {}


def test_the_folder_of_orders_lies_with_what_a_clone_keeps():
    assert command.FOLDER == ROOT / ".local" / "sends"
