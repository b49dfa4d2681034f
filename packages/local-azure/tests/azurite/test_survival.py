"""Azurite and its part: what becomes of one when the other is killed, or cannot start."""
# pyright: reportUnknownMemberType=false
# The SDK is typed in part only.

import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from azure.storage.blob import BlobServiceClient

from local_azure.core import connections
from local_azure.core.process import LOOPBACK
from local_azure.testing.parts import Part, running
from tests.data import ENTITIES

pytestmark = pytest.mark.slow


def test_azurite_ends_with_its_part_and_the_next_one_has_what_was_stored(tmp_path: Path):
    state = tmp_path / "azurite"
    part = Part("azurite", "--port", "0", state=state)
    address = part.address("blob")
    with BlobServiceClient.from_connection_string(connections.blobs(address)) as client:
        container = client.create_container("kept")
        container.upload_blob("one", b"1")

        part.kill()
        # The same port and folder: Azurite itself, which nobody sent a signal, must have let go of both.
        part = Part("azurite", "--port", address.rpartition(":")[2], state=state)
        try:
            assert container.download_blob("one").readall() == b"1"
        finally:
            assert part.stop() == 0


@pytest.mark.proof
def test_the_containers_of_a_file_are_created_and_kept_the_next_time(tmp_path: Path):
    bootstrap = ("--port", "0", "--bootstrap", str(ENTITIES / "storage.json"))
    with running("azurite", *bootstrap, state=tmp_path) as part, client(part) as service:
        made = {container.name for container in service.list_containers()}
        service.get_container_client("reports").upload_blob("one", b"1")
    assert made == {"captured", "suspicious-events", "reports", "work"}

    with running("azurite", *bootstrap, state=tmp_path) as part, client(part) as service:
        assert service.get_container_client("reports").download_blob("one").readall() == b"1"


def test_connections_that_ask_for_nothing_do_not_keep_azurite_from_ending(tmp_path: Path):
    part = Part("azurite", "--port", "0", state=tmp_path / "azurite")
    host, port = part.address("blob").split(":")
    with socket.create_connection((host, int(port))), socket.create_connection((host, int(port))) as half_asked:
        half_asked.sendall(b"GET /devstoreaccount1?comp=li")
        azurites = psutil.Process(part.pid).children()

        began = time.monotonic()
        assert part.stop() == 0

    assert time.monotonic() - began < 10
    assert [azurite for azurite in azurites if azurite.is_running()] == []


@pytest.mark.proof
def test_an_azurite_that_does_not_end_is_killed_and_the_next_one_has_what_was_stored(tmp_path: Path):
    part = Part("azurite", "--port", "0", state=tmp_path)
    with client(part) as service:
        service.create_container("kept").upload_blob("one", b"1")
    (azurite,) = psutil.Process(part.pid).children()
    azurite.suspend()

    assert part.stop() == 0

    assert not azurite.is_running()
    with running("azurite", "--port", "0", state=tmp_path) as part, client(part) as service:
        assert service.get_container_client("kept").download_blob("one").readall() == b"1"


def client(part: Part) -> BlobServiceClient:
    return BlobServiceClient.from_connection_string(connections.blobs(part.address("blob")), retry_total=0)


def command(state: Path, port: int) -> list[str]:
    options = ["--state", str(state), "--port", str(port), "--bootstrap", str(ENTITIES / "storage.json")]
    return [sys.executable, "-m", "local_azure.azurite", *options]


def test_the_part_ends_with_its_azurite_also_before_it_is_ready(tmp_path: Path):
    with subprocess.Popen(command(tmp_path, 0), stderr=subprocess.PIPE, text=True) as part:
        assert part.stderr is not None
        assert any("successfully listens" in line for line in part.stderr)
        # Its containers are being created now.
        (azurite,) = (child for child in psutil.Process(part.pid).children() if "--blobPort" in child.cmdline())
        azurite.kill()
        # Not as a part that cannot start: the stack is to start it again.
        assert part.wait(timeout=60) == 1


def test_a_port_of_another_process_is_named_and_that_process_left_alone(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        part = subprocess.run(command(tmp_path, port), capture_output=True, text=True, check=False, timeout=90)

        assert part.returncode == 2
        assert f"azurite cannot go on: Azurite cannot start; is port {port} taken?" in part.stderr
        taken.settimeout(0)
        with pytest.raises(BlockingIOError):
            taken.accept()


_LOSES_A_PORT = """
import sys
from local_azure.azurite import __main__ as part

free = part._free_port
lost = [int(sys.argv.pop(1))]
part._free_port = lambda: lost.pop() if lost else free()
part.main()
"""


def test_a_free_port_that_another_process_takes_first_is_given_up_for_the_next_one(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        options = ["--state", str(tmp_path), "--port", "0"]
        with subprocess.Popen(
            [sys.executable, "-c", _LOSES_A_PORT, port, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as part:
            assert part.stdout is not None
            ready = part.stdout.readline()
            part.terminate()
            assert part.wait(timeout=60) == 0

    assert "blob=" in ready
    assert port not in ready
