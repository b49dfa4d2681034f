"""Wait until the emulators answer, and create in them what they read from no file: Cosmos' containers and the blobs'.

    python infra/emulators/prepare.py [SETTINGS]

SETTINGS is a file as Core Tools read it (default: local.settings.json in the folder above). On Azure, Bicep does this.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDKs are typed in part only.

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from azure.core.exceptions import AzureError, ResourceExistsError
from azure.cosmos import CosmosClient, PartitionKey
from azure.eventhub import EventHubProducerClient
from azure.eventhub.exceptions import EventHubError
from azure.servicebus import ServiceBusClient
from azure.storage.blob import BlobServiceClient

FOLDER = Path(__file__).parent
PATIENCE = 180
"""Seconds for all emulators together: the first start of SQL Server takes most of a minute."""


def prepare_cosmos(connection: str) -> None:
    """Create the databases and containers of cosmos.json."""
    client = CosmosClient.from_connection_string(connection)
    for wanted in _read("cosmos.json")["databases"]:
        database = client.create_database_if_not_exists(wanted["id"])
        for container in wanted["containers"]:
            made = database.create_container_if_not_exists(
                container["id"],
                PartitionKey(container["partitionKey"]),
                default_ttl=container.get("defaultTtl"),
                indexing_policy=container.get("indexingPolicy"),
            )
            path = made.read()["partitionKey"]["paths"][0]
            if path != container["partitionKey"]:
                sys.exit(
                    f"the container {container['id']} exists with the partition key {path}, and this version needs "
                    f"{container['partitionKey']}: remove the emulator's container, or start with a new one"
                )


def prepare_blobs(connection: str, containers: list[str]) -> None:
    """Create blob containers."""
    with BlobServiceClient.from_connection_string(connection, retry_total=0) as client:
        for name in containers:
            try:
                client.create_container(name)
            except ResourceExistsError:
                continue


def see_hubs(connection: str) -> None:
    """Raise unless every hub of event-hubs.json is there."""
    (namespace,) = _read("event-hubs.json")["UserConfig"]["NamespaceConfig"]
    for hub in namespace["Entities"]:
        with EventHubProducerClient.from_connection_string(
            connection, eventhub_name=hub["Name"], retry_total=0
        ) as client:
            client.get_eventhub_properties()


def see_queues(connection: str) -> None:
    """Raise unless every queue of service-bus.json is there."""
    (namespace,) = _read("service-bus.json")["UserConfig"]["Namespaces"]
    with ServiceBusClient.from_connection_string(connection, retry_total=0) as client:
        for queue in namespace["Queues"]:
            with client.get_queue_receiver(queue["Name"]) as receiver:
                receiver.peek_messages()


def until_it_works(name: str, step: Callable[[], None], deadline: float) -> None:
    """Try again every second. Raises the step's own error at the deadline."""
    while True:
        try:
            step()
        except (AzureError, EventHubError, OSError) as error:
            if time.monotonic() > deadline:
                error.add_note(f"{name} did not become ready in {PATIENCE} s")
                raise
            time.sleep(1)
        else:
            sys.stdout.write(f"{name} is ready\n")
            sys.stdout.flush()
            return


def main(settings: Path) -> None:
    """Prepare all. Ends with the error of the first service that does not become ready."""
    values: dict[str, str] = json.loads(settings.read_text())["Values"]
    steps: dict[str, Callable[[], None]] = {
        account: lambda account=account, names=names: prepare_blobs(values[account], names)
        for account, names in _read("storage.json").items()
    }
    steps["Cosmos"] = lambda: prepare_cosmos(values["Cosmos"])
    steps["EventHubs"] = lambda: see_hubs(values["EventHubs"])
    steps["ServiceBus"] = lambda: see_queues(values["ServiceBus"])
    deadline = time.monotonic() + PATIENCE
    for name, step in steps.items():
        until_it_works(name, step, deadline)


def _read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER.parents[1] / "local.settings.json")
