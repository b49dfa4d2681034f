"""The settings that the app and every client use: `local.settings.json`, in the shape that Core Tools read."""

from pathlib import Path
from typing import Any

import msgspec

from local_azure.core import connections
from local_azure.core.process import LOOPBACK
from local_azure.stack.config import Config
from local_azure.stack.kept_files import write_private

_FORMS = {
    "blob": connections.blobs,
    "event-hubs": connections.namespace,
    "service-bus": connections.namespace,
    "cosmos": connections.cosmos,
}


def connection_settings(config: Config, ports: dict[str, int]) -> dict[str, str]:
    """The connection settings by name. `ports` has the port of each service."""
    return {name: _FORMS[service](f"{LOOPBACK}:{ports[service]}") for name, service in config.connections()}


def write(file: Path, values: dict[str, str], functions_port: int | None, keys: dict[str, str] | None = None) -> None:
    """Write the file in one step, readable by its owner only. `keys` are those that the Functions host asks for."""
    content: dict[str, Any] = {"IsEncrypted": False, "Values": {"FUNCTIONS_WORKER_RUNTIME": "python", **values}}
    if functions_port is not None:
        content["Host"] = {"LocalHttpPort": functions_port}
    if keys is not None:
        content["Keys"] = keys
    file.parent.mkdir(parents=True, exist_ok=True)
    write_private(file, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
