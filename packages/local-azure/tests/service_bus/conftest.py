"""A Service Bus endpoint for the contract tests: the local part as a process, or `CONTRACT_ServiceBus`."""

from collections.abc import Iterator

import pytest

from local_azure.core import connections
from local_azure.testing.parts import Part
from tests.service_bus.queues import write_entities
from tests.service_bus.sdk import ELSEWHERE


@pytest.fixture(scope="package")
def service_bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of an endpoint with the queues of `queues.py`."""
    if ELSEWHERE:
        yield ELSEWHERE
        return
    folder = tmp_path_factory.mktemp("service-bus")
    config = write_entities(folder / "entities.json")
    part = Part("amqp", "--service-bus-config", str(config), state=folder / "state")
    yield connections.namespace(part.address("service-bus"))
    part.stop()
