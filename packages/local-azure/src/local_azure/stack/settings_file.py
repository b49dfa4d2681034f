"""The settings that the app and every client use: `.local/local.settings.json`, in the shape that Core Tools read."""

from pathlib import Path
from typing import Any

import msgspec

from local_azure.core import connections
from local_azure.core.process import LOOPBACK


def connection_settings(ports: dict[str, int]) -> dict[str, str]:
    """The connection setting of each service, by name."""
    address = {service: f"{LOOPBACK}:{port}" for service, port in ports.items()}
    return {
        "AzureWebJobsStorage": connections.blobs(address["blob"]),
        "Warehouse": connections.blobs(address["blob"]),
        "EventHubs": connections.namespace(address["event-hubs"]),
        "ServiceBus": connections.namespace(address["service-bus"]),
        "Cosmos": connections.cosmos(address["cosmos"]),
    }


def write(file: Path, values: dict[str, str], functions_port: int) -> None:
    """Write the file in one step, so that a reader never sees half of it."""
    content: dict[str, Any] = {
        "IsEncrypted": False,
        "Values": {"FUNCTIONS_WORKER_RUNTIME": "python", **values},
        "Host": {"LocalHttpPort": functions_port},
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
    draft.replace(file)
