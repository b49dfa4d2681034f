"""Azurite behind its part: what happens to it when the part is killed."""
# pyright: reportUnknownMemberType=false
# The SDK is typed in part only.

from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

from local_azure import connections
from tests.support.parts import Part

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
