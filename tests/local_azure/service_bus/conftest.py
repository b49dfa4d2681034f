"""A Service Bus endpoint for the contract tests: the local part as a process, or `CONTRACT_ServiceBus`."""

import os
from collections.abc import Awaitable, Callable, Iterator
from itertools import count

import pytest
import pytest_asyncio

from tests.local_azure.service_bus.queues import write_entities
from tests.local_azure.service_bus.sdk import Sdk, done
from tests.support.parts import Part

ELSEWHERE = os.environ.get("CONTRACT_ServiceBus")  # noqa: SIM112 - named like the setting of the app
_numbers = count()

Queues = Callable[[str], Awaitable[str]]


def connection_string(address: str) -> str:
    """How the SDKs reach a local broker."""
    return (
        f"Endpoint=sb://{address};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;"
        "UseDevelopmentEmulator=true;"
    )


@pytest.fixture(scope="package")
def service_bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of an endpoint with the queues of `queues.py`."""
    if ELSEWHERE:
        yield ELSEWHERE
        return
    folder = tmp_path_factory.mktemp("service-bus")
    config = write_entities(folder / "entities.json")
    part = Part("amqp", "--service-bus-config", str(config), state=folder / "state")
    yield connection_string(part.address("service-bus"))
    part.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sync", "aio"])
async def sdk(request: pytest.FixtureRequest, service_bus: str) -> Sdk:
    """Either SDK."""
    return Sdk(request.param, service_bus)


@pytest.fixture
def queue(sdk: Sdk) -> Queues:
    """Gives the name of an empty queue of a kind."""

    async def named(kind: str) -> str:
        if not ELSEWHERE:
            return f"{kind}-{next(_numbers)}"
        for sub_queue in (None, "deadletter"):
            receiver = sdk.receiver(f"{kind}-0", receive_mode="receiveanddelete", sub_queue=sub_queue)
            while await sdk.receive(receiver, 100, wait=2):
                pass
            await done(receiver.close())
        return f"{kind}-0"

    return named
