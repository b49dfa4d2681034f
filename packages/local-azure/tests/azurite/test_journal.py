"""Azurite killed at any moment: every write that it has acknowledged is there again, whatever kind it was."""
# pyright: reportUnknownMemberType=false
# The SDK is typed in part only.

import random
import time
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest
from azure.storage.blob import BlobServiceClient

from local_azure.core import connections
from local_azure.testing.parts import Part, running
from tests.azurite.writer import Possible, Writer, observe

pytestmark = pytest.mark.slow

WRITERS = 3


def azurite(folder: Path) -> AbstractContextManager[Part]:
    return running("azurite", "--port", "0", state=folder / "azurite")


def journals(folder: Path) -> set[Path]:
    return set((folder / "azurite").glob("*.journal.*"))


def client(part: Part) -> BlobServiceClient:
    return BlobServiceClient.from_connection_string(connections.blobs(part.address("blob")), retry_total=0)


def kill_azurite(part: Part) -> None:
    """Node itself, not the part that started it, so that nothing tells it to save."""
    (node,) = psutil.Process(part.pid).children()
    node.kill()


def begin(service: BlobServiceClient, possible: Possible, padding: int = 0) -> list[Writer]:
    container = service.get_container_client("kept")
    writers = [Writer(container, number, possible, padding) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    return writers


def end(writers: list[Writer]) -> Possible:
    for writer in writers:
        writer.join()
    assert all(writer.acknowledged for writer in writers)
    return {name: states for writer in writers for name, states in writer.possible.items()}


def check(service: BlobServiceClient, possible: Possible) -> None:
    container = service.get_container_client("kept")
    for name, states in possible.items():
        assert observe(container.get_blob_client(name)) in states, name
    there = {name for name, states in possible.items() if None not in states}
    assert there <= set(container.list_blob_names()) <= set(possible)


@pytest.mark.proof
def test_killed_again_and_again_azurite_has_every_write_that_it_acknowledged(tmp_path: Path):
    possible: Possible = {}
    for kill in range(3):
        with azurite(tmp_path) as part, client(part) as service:
            if kill == 0:
                service.create_container("kept")
            check(service, possible)
            writers = begin(service, possible)
            time.sleep(random.Random(kill).uniform(0.3, 1.0))
            kill_azurite(part)
            possible = end(writers)
    with azurite(tmp_path) as part, client(part) as service:
        check(service, possible)


@pytest.mark.proof
def test_a_kill_while_the_tables_are_saved_loses_nothing_either(tmp_path: Path):
    with azurite(tmp_path) as part, client(part) as service:
        service.create_container("kept")
        # So much metadata that the journal outgrows the tables before Azurite asks, 5 s after its start.
        writers = begin(service, {}, padding=7_000)
        before = journals(tmp_path)
        while not journals(tmp_path) - before:
            time.sleep(0.001)
        kill_azurite(part)
        possible = end(writers)
    with azurite(tmp_path) as part, client(part) as service:
        check(service, possible)
        # The save at its start has made the older ones needless.
        assert len(journals(tmp_path)) == 2
