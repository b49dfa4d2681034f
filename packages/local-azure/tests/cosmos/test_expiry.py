"""Documents expire in Azure's time, by the container's default or their own."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.cosmos import ContainerProxy, CosmosClient, PartitionKey
from azure.cosmos.exceptions import CosmosHttpResponseError, CosmosResourceExistsError

from local_azure.core.clock import Clock
from local_azure.core.connections import COSMOS_KEY
from tests.cosmos.running import Cosmos

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("local_only")]

STANDING = 0.001
Later = Callable[[float], CosmosClient]
"""Gives a client of the part so many seconds of Azure's time after the last one."""


@pytest.fixture
def later(state: Path) -> Iterator[Later]:
    """The part in a time that stands, however long a busy machine takes, and that each restart puts forward."""
    now = [time.time()]
    parts: list[Cosmos] = []

    def restart(seconds: float) -> CosmosClient:
        for part in parts:
            part.stop()
        now.append(now[-1] + seconds)
        parts[:] = [Cosmos(state, clock=Clock(time.time(), now[-1], STANDING))]
        return CosmosClient(parts[0].endpoint, COSMOS_KEY)

    yield restart
    for part in parts:
        part.stop()


def make(client: CosmosClient, default_ttl: int | None) -> ContainerProxy:
    database = client.create_database_if_not_exists("d")
    return database.create_container_if_not_exists("c", PartitionKey("/store_id"), default_ttl=default_ttl)


def opened(client: CosmosClient) -> ContainerProxy:
    return client.get_database_client("d").get_container_client("c")


def put(container: ContainerProxy, name: str, **more: Any) -> None:
    container.upsert_item({"id": name, "store_id": "7"} | more)


def left(container: ContainerProxy) -> list[str]:
    return [str(each) for each in container.query_items("SELECT VALUE c.id FROM c", enable_cross_partition_query=True)]


def test_what_expires_while_the_part_runs_is_gone_at_once(state: Path) -> None:
    now = time.time()
    part = Cosmos(state, clock=Clock(now, now, 100))
    with CosmosClient(part.endpoint, COSMOS_KEY) as client:
        container = make(client, default_ttl=40)
        put(container, "default")
        put(container, "never", ttl=-1)
        put(container, "long", ttl=10**8)
        time.sleep(0.45)  # 45 s
        assert left(container) == ["never", "long"]
    part.stop()


def test_the_default_and_a_ttl_of_its_own(later: Later) -> None:
    container = make(later(0), default_ttl=40)
    put(container, "default")
    put(container, "never", ttl=-1)
    put(container, "longer", ttl=90)
    assert left(container) == ["default", "never", "longer"]
    assert left(opened(later(45))) == ["never", "longer"]
    assert left(opened(later(60))) == ["never"]


def test_without_a_default_a_ttl_means_nothing(later: Later) -> None:
    put(make(later(0), default_ttl=None), "kept", ttl=1)
    assert left(opened(later(5))) == ["kept"]


def test_a_write_starts_the_time_anew_and_expiry_frees_the_id(later: Later) -> None:
    put(make(later(0), default_ttl=100), "a")
    put(opened(later(60)), "a")
    container = opened(later(50))
    assert left(container) == ["a"]
    with pytest.raises(CosmosResourceExistsError):
        container.create_item({"id": "a", "store_id": "7"})
    opened(later(60)).create_item({"id": "a", "store_id": "7"})


def test_a_new_default_counts_for_what_is_there(later: Later) -> None:
    container = make(later(0), default_ttl=None)
    put(container, "old")
    put(container, "own", ttl=10_000)
    client = later(30)
    client.get_database_client("d").replace_container(opened(client), PartitionKey("/store_id"), default_ttl=20)
    assert left(opened(later(2))) == ["own"]


@pytest.mark.parametrize("ttl", [0, -2, "5", 1.5, 2**31])
def test_what_cannot_be_a_ttl_is_refused(later: Later, ttl: Any) -> None:
    with pytest.raises(CosmosHttpResponseError) as refusal:
        put(make(later(0), default_ttl=10), "x", ttl=ttl)
    assert refusal.value.status_code == 400
