"""The endpoint under test: `CONTRACT_Cosmos` (a connection string) or the local part; and each SDK against it."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.cosmos import PartitionKey

from local_azure.core.connections import COSMOS_KEY
from tests.cosmos.running import Cosmos, Sdk

SETTING = "CONTRACT_Cosmos"


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Endpoint and key."""
    setting = os.environ.get(SETTING)
    if setting:
        parts = dict(part.split("=", 1) for part in setting.strip(";").split(";"))
        yield parts["AccountEndpoint"], parts["AccountKey"]
        return
    part = Cosmos(tmp_path_factory.mktemp("cosmos") / "state")
    yield part.endpoint, COSMOS_KEY
    assert part.stop() == 0


@pytest.fixture
def local_only() -> None:
    """Skip what no other Cosmos DB has."""
    if os.environ.get(SETTING):
        pytest.skip("only the local part has this")


@pytest.fixture(params=["sync", "aio"])
async def sdk(request: pytest.FixtureRequest, account: tuple[str, str]) -> AsyncIterator[Sdk]:
    """Each of the two clients in turn."""
    async with Sdk(request.param, *account) as connected:
        yield connected


@pytest.fixture
async def database(sdk: Sdk) -> AsyncIterator[Any]:
    """A database of the test's own."""
    name = f"test-{uuid.uuid4().hex}"
    yield await sdk.do(sdk.client.create_database(name))
    await sdk.do(sdk.client.delete_database(name))


@pytest.fixture
async def container(sdk: Sdk, database: Any) -> Any:
    """A container of the test's own, with the partition key `/store_id`."""
    return await sdk.do(database.create_container("events", PartitionKey("/store_id")))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder for a part that the test starts itself."""
    return tmp_path / "state"
