"""The endpoint under test: `CONTRACT_EventHubs` (a connection string) or the local part; and either SDK against it."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from local_azure.core import connections
from local_azure.testing.parts import Part, running
from tests.data import ENTITIES
from tests.event_hubs.sdk import Sdk

SETTING = "CONTRACT_EventHubs"
Scenario = Callable[[Sdk], Awaitable[None]]
Both = Callable[[Scenario], Awaitable[None]]
CONFIG = str(ENTITIES / "event-hubs.json")


def start(state: Path, *options: str, settings: dict[str, str] | None = None) -> Part:
    """The local part; `part.address("event-hubs")` tells where."""
    return Part("amqp", "--event-hubs-config", CONFIG, *options, state=state, settings=settings)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Part]:
    """One local part for all tests that do not care for its state."""
    with running("amqp", "--event-hubs-config", CONFIG, state=tmp_path_factory.mktemp("amqp") / "state") as part:
        yield part


@pytest.fixture(scope="session")
def connection(request: pytest.FixtureRequest) -> str:
    """A connection string: the environment's, or the local part's."""
    setting = os.environ.get(SETTING)
    return setting or connections.namespace(request.getfixturevalue("broker").address("event-hubs"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(connection: str) -> AsyncIterator[Both]:
    """Runs a scenario with either SDK, at the same time."""
    sdks = [Sdk("sync", connection), Sdk("aio", connection)]

    async def run(scenario: Scenario) -> None:
        await asyncio.gather(*(scenario(sdk) for sdk in sdks))

    yield run
    for sdk in sdks:
        await sdk.close()
