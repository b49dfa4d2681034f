"""The settings that the app and every client use: `local.settings.json`, in the shape that Core Tools read."""

from pathlib import Path
from typing import Any

import msgspec

from local_azure.core import connections
from local_azure.core.process import LOOPBACK
from local_azure.stack.config import Config

_FORMS = {
    "blob": connections.blobs,
    "event-hubs": connections.namespace,
    "service-bus": connections.namespace,
    "cosmos": connections.cosmos,
}


def connection_settings(config: Config, ports: dict[str, int]) -> dict[str, str]:
    """The connection settings by name. `ports` has the port of each service."""
    return {name: _FORMS[service](f"{LOOPBACK}:{ports[service]}") for name, service in config.connections()}


def write(file: Path, values: dict[str, str], functions_port: int | None) -> None:
    """Write the file in one step, so that a reader never sees half of it."""
    content: dict[str, Any] = {"IsEncrypted": False, "Values": {"FUNCTIONS_WORKER_RUNTIME": "python", **values}}
    if functions_port is not None:
        content["Host"] = {"LocalHttpPort": functions_port}
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
    draft.replace(file)
