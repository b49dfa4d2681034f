"""Documents expire in Azure's time, by the container's default or their own."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.cosmos import ContainerProxy, CosmosClient, PartitionKey
from azure.cosmos.exceptions import CosmosHttpResponseError, CosmosResourceExistsError

from local_azure.core.clock import Clock
from local_azure.core.connections import COSMOS_KEY
from tests.cosmos.running import Cosmos

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("local_only")]

SPEED = 100


@pytest.fixture
def client(state: Path) -> Iterator[CosmosClient]:
    """A part in whose time a second passes in 10 ms."""
    now = time.time()
    part = Cosmos(state, clock=Clock(now, now, SPEED))
    with CosmosClient(part.endpoint, COSMOS_KEY) as connected:
        yield connected
    part.stop()


def make(client: CosmosClient, default_ttl: int | None) -> ContainerProxy:
    database = client.create_database_if_not_exists("d")
    return database.create_container_if_not_exists("c", PartitionKey("/store_id"), default_ttl=default_ttl)


def put(container: ContainerProxy, name: str, **more: Any) -> None:
    container.upsert_item({"id": name, "store_id": "7"} | more)


def left(container: ContainerProxy) -> list[str]:
    return [str(each) for each in container.query_items("SELECT VALUE c.id FROM c", enable_cross_partition_query=True)]


def pass_azure_seconds(seconds: float) -> None:
    time.sleep(seconds / SPEED)


def test_the_default_and_a_ttl_of_its_own(client: CosmosClient) -> None:
    container = make(client, default_ttl=40)
    put(container, "default")
    put(container, "never", ttl=-1)
    put(container, "longer", ttl=90)
    assert left(container) == ["default", "never", "longer"]
    pass_azure_seconds(45)
    assert left(container) == ["never", "longer"]
    pass_azure_seconds(60)
    assert left(container) == ["never"]


def test_without_a_default_a_ttl_means_nothing(client: CosmosClient) -> None:
    container = make(client, default_ttl=None)
    put(container, "kept", ttl=1)
    pass_azure_seconds(5)
    assert left(container) == ["kept"]


def test_a_write_starts_the_time_anew_and_expiry_frees_the_id(client: CosmosClient) -> None:
    container = make(client, default_ttl=100)
    put(container, "a")
    pass_azure_seconds(60)
    put(container, "a")
    pass_azure_seconds(50)
    assert left(container) == ["a"]
    with pytest.raises(CosmosResourceExistsError):
        container.create_item({"id": "a", "store_id": "7"})
    pass_azure_seconds(60)
    container.create_item({"id": "a", "store_id": "7"})


def test_a_new_default_counts_for_what_is_there(client: CosmosClient) -> None:
    container = make(client, default_ttl=None)
    put(container, "old")
    put(container, "own", ttl=10_000)
    pass_azure_seconds(30)
    client.get_database_client("d").replace_container(container, PartitionKey("/store_id"), default_ttl=20)
    pass_azure_seconds(2)
    assert left(container) == ["own"]


@pytest.mark.parametrize("ttl", [0, -2, "5", 1.5, 2**31])
def test_what_cannot_be_a_ttl_is_refused(client: CosmosClient, ttl: Any) -> None:
    with pytest.raises(CosmosHttpResponseError) as refusal:
        put(make(client, default_ttl=10), "x", ttl=ttl)
    assert refusal.value.status_code == 400
