"""kill -9 at any moment: what was acknowledged holds."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage
from azure.servicebus.exceptions import ServiceBusError

from local_azure.core import connections
from local_azure.testing.parts import Part
from tests.service_bus.queues import write_entities

pytestmark = pytest.mark.slow


class Broker:
    """The local part on one port, killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._config = write_entities(folder / "entities.json")
        self._port = "0"
        self.start()

    def start(self) -> None:
        options = ["--service-bus-config", str(self._config), "--service-bus-port", self._port]
        self._part = Part("amqp", *options, state=self._folder / "state")
        self.address = self._part.address("service-bus")
        self._port = self.address.rpartition(":")[2]

    def kill(self) -> None:
        self._part.kill()

    def stop(self) -> None:
        self._part.stop()

    def client(self) -> Any:
        return ServiceBusClient.from_connection_string(connections.namespace(self.address), retry_total=0)


def send_until_it_fails(broker: Broker, prefix: str, acknowledged: list[str]) -> None:
    sender = broker.client().get_queue_sender("plain-0")
    try:
        for number in range(1_000_000):
            names = [f"{prefix}-{number}-{each}" for each in range(5)]
            sender.send_messages([ServiceBusMessage(name) for name in names])
            acknowledged.extend(names)
    except (ServiceBusError, OSError):
        return


def complete_until_it_fails(broker: Broker, tried: list[str], completed: list[str]) -> None:
    receiver = broker.client().get_queue_receiver("plain-0", prefetch_count=20)
    try:
        while True:
            for message in receiver.receive_messages(max_message_count=20, max_wait_time=10):
                tried.append(str(message))
                receiver.complete_message(message)
                completed.append(str(message))
    except (ServiceBusError, OSError):
        return


def until_more(names: list[str], number: int) -> None:
    """Wait until so many names have been added: a kill comes in mid-work."""
    enough, end = len(names) + number, time.monotonic() + 30
    while len(names) < enough:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_was_acknowledged_survives_three_kills(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    acknowledged: list[str] = []
    tried: list[str] = []
    completed: list[str] = []
    for life in range(3):
        workers = [
            threading.Thread(target=send_until_it_fails, args=(broker, str(life), acknowledged), daemon=True),
            threading.Thread(target=complete_until_it_fails, args=(broker, tried, completed), daemon=True),
        ]
        for worker in workers:
            worker.start()
        until_more(acknowledged, 40)
        until_more(completed, 20)
        broker.kill()
        for worker in workers:
            worker.join(20)
            assert not worker.is_alive()
        broker.start()

    receiver = broker.client().get_queue_receiver("plain-0")
    left: list[str] = []
    number = 1
    while page := receiver.peek_messages(max_message_count=500, sequence_number=number):
        left += [str(message) for message in page]
        number = page[-1].sequence_number + 1
    broker.stop()
    assert len(acknowledged) > 100
    assert len(completed) > 50
    assert len(set(left)) == len(left), "a message is stored twice"
    assert len(set(completed)) == len(completed), "a completed message came again"
    assert not set(completed) & set(left), "a completed message is still there"
    # A completion that was under way in a kill may have been stored or not.
    assert len(tried) - len(completed) <= 3
    assert set(acknowledged) <= set(tried) | set(left), "an acknowledged message is lost"
