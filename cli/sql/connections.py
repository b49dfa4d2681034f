"""The connections that lead `detective sql` to the archives."""

import os
from pathlib import Path

from cli.app_client import AppError
from cli.stack_settings import read_settings
from questions.messages import ConnectionSettings


def read_connections(path: Path) -> ConnectionSettings:
    """The connections of a settings file, over which the environment wins. Raises AppError if neither has them."""
    values: ConnectionSettings = read_settings(path).values
    values |= {name: text for name, text in os.environ.items() if name.startswith(("Warehouse", "Cosmos"))}
    if not any(name.startswith("Warehouse") for name in values) or not any(
        name.startswith("Cosmos") for name in values
    ):
        raise AppError(
            "no connection to the archives: start the pipeline with `make up`, or set Warehouse__blobServiceUri and "
            "Cosmos__accountEndpoint to those of a deployment"
        )
    return values
