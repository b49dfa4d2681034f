"""Creates the blob containers that an app expects, as its deployment does on Azure.

    python -m local_azure.azurite.containers PORT FILE

FILE names the containers by connection setting: `{"Archive": ["reports", ...], ...}`. Here every connection leads to
Azurite's one account. It is a program of its own so that the SDK does not stay in memory beside Azurite.
"""

# pyright: reportUnknownMemberType=false

import sys
from pathlib import Path

import msgspec
from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobServiceClient

from local_azure.core import connections
from local_azure.core.process import LOOPBACK

_USER_AGENT = "local-azure-bootstrap"


def create(port: int, file: Path) -> None:
    """Create each container that is not there yet."""
    names = msgspec.json.decode(file.read_bytes(), type=dict[str, list[str]])
    with BlobServiceClient.from_connection_string(
        connections.blobs(f"{LOOPBACK}:{port}"), user_agent=_USER_AGENT
    ) as client:
        for name in (name for group in names.values() for name in group):
            try:
                client.create_container(name)
            except ResourceExistsError:
                continue


if __name__ == "__main__":
    create(int(sys.argv[1]), Path(sys.argv[2]))
