"""The settings that the app and every client use: `.local/local.settings.json`, in the shape that Core Tools read."""

from pathlib import Path
from typing import Any

import msgspec

from local_azure.azurite.account import connection_string
from local_azure.process import LOOPBACK

# The emulator's well-known key, published by Microsoft; it opens nothing but this machine's loopback.
_COSMOS_KEY = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="


def connections(ports: dict[str, int]) -> dict[str, str]:
    """The connection setting of each service, by name."""
    blobs = connection_string(ports["blob"])
    return {
        "AzureWebJobsStorage": blobs,
        "Warehouse": blobs,
        "EventHubs": _namespace(ports["event-hubs"]),
        "ServiceBus": _namespace(ports["service-bus"]),
        "Cosmos": f"AccountEndpoint=http://{LOOPBACK}:{ports['cosmos']}/;AccountKey={_COSMOS_KEY};",
    }


def _namespace(port: int) -> str:
    return (
        f"Endpoint=sb://{LOOPBACK}:{port};SharedAccessKeyName=RootManageSharedAccessKey;"
        "SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;"
    )


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
