"""Each part notes what Microsoft's own clients ask it for, by user agent, resource and operation."""
# pyright: reportUnknownMemberType=false
# The SDKs pass their options on as untyped keyword arguments.

import json
from pathlib import Path

import pytest
from azure.cosmos import CosmosClient
from azure.eventhub import EventData, EventHubProducerClient
from azure.storage.blob import BlobServiceClient

from local_azure.testing import OPERATIONS_SETTING, Operation, connections, read_operations, running
from tests.event_hubs.conftest import CONFIG

pytestmark = pytest.mark.slow


def noted(folder: Path) -> set[tuple[str, str]]:
    """Resource and name of each operation whose client gave the user agent of this test."""
    of_this_test = (operation for operation in read_operations(folder) if "of-a-test" in operation.client)
    return {(operation.resource, operation.name) for operation in of_this_test}


def test_the_brokers_note_what_is_sent_to(tmp_path: Path):
    with running(
        "amqp",
        *("--event-hubs-config", CONFIG),
        state=tmp_path / "state",
        settings={OPERATIONS_SETTING: str(tmp_path)},
    ) as amqp:
        emulator = json.loads(Path(CONFIG).read_text())["UserConfig"]
        hub: str = emulator["NamespaceConfig"][0]["Entities"][0]["Name"]
        connection = connections.namespace(amqp.address("event-hubs"))
        with EventHubProducerClient.from_connection_string(
            connection, eventhub_name=hub, user_agent="of-a-test"
        ) as producer:
            producer.send_event(EventData(b"x"))
            producer.get_eventhub_properties()

    assert noted(tmp_path) == {(hub, "send")}
    # The SDK asks for properties on a connection of its own, which does not say whose it is.
    assert {operation.name for operation in read_operations(tmp_path)} == {"send", "manage"}


def test_cosmos_notes_what_is_read_and_written(tmp_path: Path):
    bootstrap = tmp_path / "cosmos.json"
    bootstrap.write_text(
        json.dumps({"databases": [{"id": "shop", "containers": [{"id": "items", "partitionKey": "/kind"}]}]})
    )
    with running(
        "cosmos",
        *("--port", "0", "--bootstrap", str(bootstrap)),
        state=tmp_path / "state",
        settings={OPERATIONS_SETTING: str(tmp_path)},
    ) as cosmos:
        address = connections.cosmos(cosmos.addresses[0].removeprefix("http://").removesuffix("/"))
        client = CosmosClient.from_connection_string(address, user_agent_suffix="of-a-test")
        items = client.get_database_client("shop").get_container_client("items")
        items.upsert_item({"id": "a", "kind": "b"})
        items.read_item("a", "b")
        list(items.query_items("SELECT * FROM c", partition_key="b"))

    of_items = {name for resource, name in noted(tmp_path) if resource == "shop/items"}
    assert {"items/upsert", "items/read", "executeQuery"} <= of_items <= {*of_items, "readMetadata"}


def test_azurite_notes_what_is_written_and_listed(tmp_path: Path):
    with running(
        "azurite", "--port", "0", state=tmp_path / "state", settings={OPERATIONS_SETTING: str(tmp_path)}
    ) as part:
        connection = connections.blobs(part.address("blob"))
        with BlobServiceClient.from_connection_string(connection, user_agent="of-a-test") as client:
            container = client.create_container("reports")
            container.upload_blob("a/b.json", b"{}")
            list(container.list_blobs())

    operations = [operation for operation in read_operations(tmp_path) if "of-a-test" in operation.client]
    assert {operation.name for operation in operations} == {"PUT container", "PUT blob", "GET container comp=list"}
    assert {operation.resource for operation in operations} == {"reports"}
    assert all(isinstance(operation, Operation) for operation in operations)
