"""kill -9: what was acknowledged is stored, once and in order, and Capture goes on where it stood."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
import io
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import fastavro
import pytest
from azure.storage.blob import ContainerClient

from local_azure.amqp.message import Message
from local_azure.core import connections
from local_azure.core.clock import SETTING, Clock
from local_azure.core.packing import Dictionaries
from local_azure.event_hubs import store
from local_azure.testing.parts import Part, running
from tests.amqp.raw import Raw, event
from tests.event_hubs.conftest import CONFIG, start

pytestmark = pytest.mark.slow
KILLS = 3


def send_until_killed(part: Part, number: int, seconds: float) -> tuple[list[int], list[int]]:
    """Send numbered events, a few in flight, and kill the part in mid-stream, once it has stored some hundred of them:
    the sent and the acknowledged."""
    sent: list[int] = []
    acknowledged: list[int] = []
    with Raw(part.address("event-hubs")).open() as client:
        client.attach_sender("store-events/Partitions/0")
        until = time.monotonic() + seconds
        while True:
            for _ in range(20):
                # Long enough to be packed in the log.
                client.transfer(event(b"%0200d" % number), number=len(sent))
                sent.append(number)
                number += 1
            if time.monotonic() > until and len(acknowledged) > 400:
                part.kill()
                break
            while len(acknowledged) < len(sent) - 10:
                assert client.outcome().descriptor == 0x24
                acknowledged.append(sent[len(acknowledged)])
        try:
            while client.outcome().descriptor == 0x24:
                acknowledged.append(sent[len(acknowledged)])
        except (EOFError, OSError):
            return sent, acknowledged
    raise AssertionError("the broker refused an event")


def test_what_was_acknowledged_is_stored_after_kill_9(tmp_path: Path):
    state = tmp_path / "state"
    sent: list[int] = []
    acknowledged: list[int] = []
    for _ in range(KILLS):
        more, confirmed = send_until_killed(start(state), len(sent), seconds=0.5)
        sent += more
        acknowledged += confirmed
    database = store.open_store(state / "event-hubs.sqlite")
    (partition,) = database.execute("SELECT id FROM partition WHERE number = 0").fetchone()
    rows = list(store.read(database, Dictionaries(database), partition, 0, 10**9))
    assert [row - store.row_id(partition, 0) for row, _ in rows] == list(range(len(rows)))
    stored = [int(Message(message).body()) for _, message in rows]
    assert stored == sorted(set(stored))
    assert len(acknowledged) > 1_000
    (shortest,) = database.execute("SELECT min(length(message)) FROM event").fetchone()
    assert shortest < 150, "some of them are packed"
    assert set(acknowledged) <= set(stored) <= set(sent)


@pytest.fixture
def blobs(tmp_path: Path) -> Iterator[str]:
    """A storage account of its own."""
    with running("azurite", "--port", "0", state=tmp_path / "blobs") as azurite:
        yield connections.blobs(azurite.address("blob"))


def captured(account: str) -> dict[str, list[dict[str, Any]]]:
    """The records of every blob, by partition, in the order of the blobs' names."""
    container = ContainerClient.from_connection_string(account, "capture")
    records_of: dict[str, list[dict[str, Any]]] = {}
    if container.exists():
        for blob in container.list_blobs():
            rows = fastavro.reader(io.BytesIO(container.download_blob(blob.name).readall()))
            records_of.setdefault(blob.name.split("/")[2], []).extend(cast("list[dict[str, Any]]", list(rows)))
    return records_of


@pytest.mark.proof
def test_capture_loses_and_repeats_nothing_across_kill_9(tmp_path: Path, blobs: str):
    now = time.time()
    clock = {SETTING: Clock(now, now, 60.0).setting()}
    options = ("--capture-connection", blobs, "--capture-interval", "60", "--capture-skip-empty")
    sent = 0
    for _ in range(KILLS):
        part = start(tmp_path / "state", *options, settings=clock)
        more, _ = send_until_killed(part, sent, seconds=0.8)
        sent += len(more)
    database = store.open_store(tmp_path / "state" / "event-hubs.sqlite")
    (partition,) = database.execute("SELECT id FROM partition WHERE number = 0").fetchone()
    count = store.tail(database, partition, Dictionaries(database)).next_sequence
    database.close()
    with running_again(tmp_path / "state", options, clock):
        until = time.monotonic() + 60
        while sum(map(len, captured(blobs).values())) < count and time.monotonic() < until:
            time.sleep(0.5)
    records = captured(blobs)["0"]
    assert [each["SequenceNumber"] for each in records] == list(range(count))
    bodies = [int(each["Body"]) for each in records]
    assert bodies == sorted(set(bodies))


def running_again(state: Path, options: tuple[str, ...], settings: dict[str, str]) -> Any:
    """The part once more, stopped in order at the end."""
    return running("amqp", "--event-hubs-config", CONFIG, *options, state=state, settings=settings)


@pytest.mark.proof
def test_capture_waits_for_a_blob_service_that_is_away(tmp_path: Path):
    now = time.time()
    clock = {SETTING: Clock(now, now, 120.0).setting()}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    account = connections.blobs(f"127.0.0.1:{port}")
    options = ("--capture-connection", account, "--capture-interval", "60", "--capture-codec", "deflate")
    with running_again(tmp_path / "state", options, clock) as part:
        with Raw(part.address("event-hubs")).open() as client:
            client.attach_sender("store-events/Partitions/2")
            client.transfer(event(b"kept"))
            assert client.outcome().descriptor == 0x24
        until = time.monotonic() + 60
        while "is not written, tried again" not in (tmp_path / "state.log").read_text():
            assert time.monotonic() < until
            time.sleep(0.05)
        with running("azurite", "--port", str(port), state=tmp_path / "blobs"):
            until = time.monotonic() + 60
            while not captured(account).get("2") and time.monotonic() < until:
                time.sleep(0.2)
            records_of = captured(account)
    assert [each["Body"] for each in records_of["2"]] == [b"kept"]
