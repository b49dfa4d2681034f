"""Event Hub and Service Bus triggers over the local broker and Azurite, with the SDKs on the other side."""

import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.eventhub import EventData, EventHubProducerClient
from azure.eventhub.amqp import AmqpAnnotatedMessage
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusReceivedMessage, ServiceBusSubQueue
from azure.servicebus.amqp import AmqpAnnotatedMessage as QueueMessage
from azure.storage.blob import BlobServiceClient

from local_azure.core import connections
from local_azure.testing.parts import Part, running
from tests.amqp.lossy import ALWAYS, ONCE, lossy
from tests.functions_host.hosting import APPS, Host, host, journal, until

pytestmark = pytest.mark.slow
QUEUES = ("completed", "bounded", "interrupted", "reconnected", "values", "detached")
HUBS = ("both", "retried", "killed", "stopped", "bodies", "anew", "lossy")


class Brokers:
    """One hub and one queue of the services, and what a client does with them."""

    def __init__(self, services: dict[str, str], folder: Path, hub: str, queue: str) -> None:
        self.hub, self.queue = hub, queue
        self.settings = {**services, "HUB": hub, "QUEUE": queue, "JOURNAL": str(folder / "journal")}
        self._folder = folder
        self._hosts = 0

    def journal(self, function: str | None = None) -> list[dict[str, Any]]:
        return journal(self._folder / "journal", function)

    def send(self, partition: str, *bodies: str | bytes, **properties: Any) -> None:
        with EventHubProducerClient.from_connection_string(
            self.settings["EventHubs"], eventhub_name=self.hub
        ) as producer:
            batch = producer.create_batch(partition_id=partition)
            for body in bodies:
                event = EventData(body)
                event.properties = {**properties}
                batch.add(event)
            producer.send_batch(batch)

    def send_annotated(self, partition: str, *messages: AmqpAnnotatedMessage) -> None:
        with EventHubProducerClient.from_connection_string(
            self.settings["EventHubs"], eventhub_name=self.hub
        ) as producer:
            batch = producer.create_batch(partition_id=partition)
            for message in messages:
                batch.add(message)
            producer.send_batch(batch)

    def enqueue(self, *bodies: str) -> None:
        with (
            ServiceBusClient.from_connection_string(self.settings["ServiceBus"]) as client,
            client.get_queue_sender(self.queue) as sender,
        ):
            messages = [ServiceBusMessage(body, message_id=body, application_properties={"a": 1}) for body in bodies]
            sender.send_messages(messages)

    def dead_letters(self) -> list[ServiceBusReceivedMessage]:
        with (
            ServiceBusClient.from_connection_string(self.settings["ServiceBus"]) as client,
            client.get_queue_receiver(self.queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver,
        ):
            return receiver.peek_messages(max_message_count=10)

    def waiting(self) -> int:
        with (
            ServiceBusClient.from_connection_string(self.settings["ServiceBus"]) as client,
            client.get_queue_receiver(self.queue) as receiver,
        ):
            return len(receiver.peek_messages(max_message_count=100))

    def checkpoints(self) -> dict[str, dict[str, str]]:
        with BlobServiceClient.from_connection_string(self.settings["AzureWebJobsStorage"]) as service:
            container = service.get_container_client("azure-webjobs-eventhub")
            if not container.exists():
                return {}
            return {blob.name: dict(blob.metadata or {}) for blob in container.list_blobs(include=["metadata"])}

    def bodies(self, function: str) -> list[str]:
        return [body for note in self.journal(function) for body in note["bodies"]]

    @contextmanager
    def app(self, *, stop_in_order: bool = False) -> Generator[Host]:
        """A host of the app; it is killed at the end unless the test is about its end."""
        self._hosts += 1
        with host(APPS / "brokers", self._folder / f"functions-{self._hosts}", self.settings) as running:
            yield running
            if not stop_in_order:
                running.part.kill()


class Services:
    """Azurite, and a broker with a hub and a queue for each test that can be killed and started again."""

    def __init__(self, folder: Path, azurite: Part) -> None:
        hubs = [{"Name": hub, "PartitionCount": "4", "ConsumerGroups": [{"Name": "archiver"}]} for hub in HUBS]
        # Locks run out where a test waits for it; elsewhere a machine that stands still must not cost a delivery.
        seconds: dict[str, int] = dict.fromkeys(("interrupted", "detached"), 5)
        queues = [
            {"Name": queue, "Properties": {"MaxDeliveryCount": 3, "LockDuration": f"PT{seconds.get(queue, 60)}S"}}
            for queue in (*QUEUES, "unused")
        ]
        namespace = {"Type": "EventHub", "Name": "local", "Entities": hubs}
        (hubs_file := folder / "hubs.json").write_text(json.dumps({"UserConfig": {"NamespaceConfig": [namespace]}}))
        (queues_file := folder / "queues.json").write_text(
            json.dumps({"UserConfig": {"Namespaces": [{"Name": "local", "Queues": queues, "Topics": []}]}})
        )
        self._entities = ("--event-hubs-config", str(hubs_file), "--service-bus-config", str(queues_file))
        self._state = folder / "amqp"
        self.broker = self._start("0", "0")
        self._hubs, self._queues = self.broker.address("event-hubs"), self.broker.address("service-bus")
        self.settings = {
            "AzureWebJobsStorage": connections.blobs(azurite.address("blob")),
            "EventHubs": connections.namespace(self._hubs),
            "ServiceBus": connections.namespace(self._queues),
        }

    def restart_broker(self) -> None:
        """Kill the broker, leave its clients alone for a while, and start it again on its ports."""
        self.broker.kill()
        time.sleep(1)
        self.broker = self._start(self._hubs.rpartition(":")[2], self._queues.rpartition(":")[2])

    def set_faults(self, **faults: float) -> None:
        """The faults that all messages meet from now on."""
        requests.post(
            f"http://{self.broker.address('faults')}/_local/faults", json=faults, timeout=10
        ).raise_for_status()

    def _start(self, hubs_port: str, queues_port: str) -> Part:
        ports = ("--event-hubs-port", hubs_port, "--service-bus-port", queues_port, "--faults-port", "0")
        return Part("amqp", *self._entities, *ports, state=self._state)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Generator[Services]:
    """The services that all tests share."""
    folder = tmp_path_factory.mktemp("services")
    with running("azurite", "--port", "0", state=folder / "azurite") as azurite:
        services = Services(folder, azurite)
        yield services
        services.broker.stop()


@pytest.fixture
def brokers(services: Services, tmp_path: Path, request: pytest.FixtureRequest) -> Brokers:
    """The hub or the queue that the test is to use."""
    name: str = request.param
    return Brokers(services.settings, tmp_path, name if name in HUBS else HUBS[0], name if name in QUEUES else "unused")


@pytest.mark.parametrize("brokers", ["both"], indirect=True)
def test_events_reach_functions_of_both_cardinalities_and_are_checkpointed(brokers: Brokers):
    brokers.send("1", "a", "b", b"\xff", run_id="r1")
    brokers.send("2", "c")
    with brokers.app(stop_in_order=True):
        until(lambda: len(brokers.bodies("many")) == 4 and len(brokers.journal("one")) == 4)
    many = {note["partition"]: note for note in brokers.journal("many")}
    assert many["1"]["bodies"] == ["a", "b", "\xff"]
    assert many["1"]["sequence_numbers"] == [0, 1, 2]
    assert many["1"]["properties"] == [{"run_id": "r1"}] * 3
    bodies = [note["body"] for note in brokers.journal("one") if note["partition"] == "1"]
    assert bodies == ["a", "b", "\ufffd"]
    checkpoints = {name.partition("/")[2]: metadata for name, metadata in brokers.checkpoints().items()}
    assert checkpoints[f"{brokers.hub}/archiver/checkpoint/1"]["sequencenumber"] == "2"
    assert checkpoints[f"{brokers.hub}/$default/checkpoint/2"]["sequencenumber"] == "0"


@pytest.mark.parametrize("brokers", ["bodies"], indirect=True)
def test_a_body_of_any_kind_reaches_the_function_and_holds_up_nothing(brokers: Brokers):
    """Sequences, maps and numbers once ended in a TypeError that was tried again for ever."""
    messages = [AmqpAnnotatedMessage(value_body=body) for body in ({"till": {"nr": 4}}, ["a", "b"], 1.5, "text")]
    brokers.send_annotated("0", AmqpAnnotatedMessage(sequence_body=[[1, "two"]]), *messages)
    brokers.send("0", "behind")
    with brokers.app():
        until(lambda: "behind" in brokers.bodies("many") and len(brokers.journal("one")) == 6)
    expected = ['[1,"two"]', '{"till":{"nr":4}}', '["a","b"]', "1.5", "text", "behind"]
    assert brokers.bodies("many") == expected
    assert [note["body"] for note in brokers.journal("one")] == expected
    assert not brokers.journal("many failed")


@pytest.mark.parametrize("brokers", ["values"], indirect=True)
def test_a_queue_message_with_a_value_and_with_typed_properties_is_handed_on_as_text(brokers: Brokers):
    with (
        ServiceBusClient.from_connection_string(brokers.settings["ServiceBus"]) as client,
        client.get_queue_sender(brokers.queue) as sender,
    ):
        properties: Any = {"sold": datetime(2026, 1, 1, 12, tzinfo=UTC)}
        sender.send_messages(ServiceBusMessage("plain", application_properties=properties))
        for body in ('{"order": 17}', b"bytes", {"order": 18}):
            sender.send_messages(QueueMessage(value_body=body))
    with brokers.app():
        until(lambda: len(brokers.journal("queue")) == 4)
    notes = {note["body"]: note["properties"] for note in brokers.journal("queue")}
    assert set(notes) == {"plain", '{"order": 17}', "bytes", '{"order":18}'}
    assert notes["plain"] == {"sold": "2026-01-01T12:00:00Z"}


@pytest.mark.parametrize("brokers", ["retried"], indirect=True)
def test_a_failed_batch_is_retried_and_then_passed_over(brokers: Brokers):
    with brokers.app() as running:
        brokers.send("0", "fail")
        until(lambda: len(brokers.journal("many failed")) == 3)
        brokers.send("0", "next")
        until(lambda: brokers.bodies("many") == ["next"])
        assert "the shelf is empty" in running.log
    assert [note["attempt"] for note in brokers.journal("many failed")] == [0, 1, 2]


@pytest.mark.parametrize("brokers", ["killed"], indirect=True)
def test_a_killed_host_loses_no_event_and_keeps_their_order(brokers: Brokers):
    sent = [str(number) for number in range(400)]
    for killed in range(2):
        with brokers.app():
            brokers.send("3", *sent[killed * 200 : (killed + 1) * 200])
            until(lambda seen=killed * 200: len(set(brokers.bodies("many"))) > seen)
    with brokers.app():
        until(lambda: set(brokers.bodies("many")) == set(sent))
    firsts = list(dict.fromkeys(brokers.bodies("many")))
    assert firsts == sent


@pytest.mark.parametrize("brokers", ["stopped"], indirect=True)
def test_a_stopped_host_ends_its_batch_and_checkpoints_it(brokers: Brokers):
    with brokers.app(stop_in_order=True):
        brokers.send("0", "slow")
        until(lambda: brokers.journal("many begins"))
    assert brokers.bodies("many") == ["slow"]
    brokers.send("0", "later")
    with brokers.app():
        until(lambda: "later" in brokers.bodies("many"))
    assert brokers.bodies("many") == ["slow", "later"]


@pytest.mark.parametrize("brokers", ["completed"], indirect=True)
def test_messages_are_completed_or_at_last_dead_lettered(brokers: Brokers):
    brokers.enqueue("fine", "fail")
    with brokers.app():
        until(lambda: len(brokers.journal("queue")) == 4)
        until(brokers.dead_letters)
        assert brokers.waiting() == 0
    counts = {
        body: [note["delivery_count"] for note in brokers.journal("queue") if note["body"] == body]
        for body in ("fine", "fail")
    }
    assert counts == {"fine": [1], "fail": [1, 2, 3]}
    assert brokers.journal("queue")[0]["properties"] == {"a": 1}
    assert brokers.dead_letters()[0].dead_letter_reason == "MaxDeliveryCountExceeded"


@pytest.mark.parametrize("brokers", ["bounded"], indirect=True)
def test_only_so_many_messages_are_worked_on_at_once(brokers: Brokers):
    brokers.enqueue(*(f"slow 0.5 {number}" for number in range(6)))
    with brokers.app():
        until(lambda: len(brokers.journal("queue done")) == 6)
    steps = [1 if note["function"] == "queue" else -1 for note in brokers.journal()]
    assert 2 <= max(accumulate(steps)) <= 4


@pytest.mark.parametrize("brokers", ["interrupted"], indirect=True)
def test_a_killed_host_gives_its_messages_back_and_a_living_one_renews_its_locks(brokers: Brokers):
    """The lock lasts 5 s: the killed host's runs out, the other's is renewed for as long as the function runs."""
    brokers.enqueue("slow 5.5")
    with brokers.app():
        until(lambda: brokers.journal("queue"))
    with brokers.app():
        until(lambda: brokers.journal("queue done"))
        until(lambda: brokers.waiting() == 0)
    assert [note["delivery_count"] for note in brokers.journal("queue")] == [1, 2]


@pytest.mark.parametrize("brokers", ["reconnected"], indirect=True)
def test_a_broker_that_comes_back_is_read_again(brokers: Brokers, services: Services):
    """With one call at a time, a slot that was lost with the connection would be the last."""
    brokers.settings["AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls"] = "1"
    with brokers.app():
        for round_ in ("first", "second"):
            brokers.enqueue(round_)
            brokers.send("0", round_)
            until(lambda name=round_: name in [note["body"] for note in brokers.journal("queue")], 30)
            until(lambda name=round_: name in brokers.bodies("many"), 30)
            if round_ == "first":
                services.restart_broker()


@pytest.mark.parametrize("brokers", ["detached"], indirect=True)
def test_messages_are_settled_although_links_end(brokers: Brokers, services: Services):
    """A link that ends takes along those of all messages that are worked on; three deliveries are all that each has."""
    numbers = [f"slow 0.2 {number}" for number in range(40)]
    brokers.enqueue(*numbers)
    try:
        with brokers.app():
            services.set_faults(detach_rate=0.1)
            until(lambda: brokers.waiting() == 0, 60)
    finally:
        services.set_faults()
    assert brokers.dead_letters() == []
    assert {note["body"] for note in brokers.journal("queue done")} == set(numbers)


@pytest.mark.parametrize("brokers", ["anew"], indirect=True)
def test_a_hub_that_ends_before_its_checkpoint_is_said_to_be_another(brokers: Brokers):
    brokers.send("0", "first")
    with brokers.app(stop_in_order=True):
        until(lambda: brokers.bodies("many") == ["first"])
    with BlobServiceClient.from_connection_string(brokers.settings["AzureWebJobsStorage"]) as service:
        container = service.get_container_client("azure-webjobs-eventhub")
        blob = container.get_blob_client(f"127.0.0.1/{brokers.hub}/archiver/checkpoint/0")
        blob.set_blob_metadata({"offset": "9999999", "sequencenumber": "40"})
    with brokers.app() as running:
        until(lambda: "ends at event 0, but its checkpoint is at 40: the hub was made anew" in running.log)


@pytest.mark.parametrize("brokers", ["lossy"], indirect=True)
def test_an_event_that_is_lost_on_its_way_is_read_again_or_said_to_be_gone(brokers: Brokers):
    brokers.send("0", "first", ONCE, "third", ALWAYS, "fifth")
    address = brokers.settings["EventHubs"].removeprefix("Endpoint=sb://").partition(";")[0]
    with lossy(address) as lossy_address:
        brokers.settings["EventHubs"] = connections.namespace(lossy_address)
        with brokers.app() as running:
            until(lambda: "fifth" in brokers.bodies("many"), 30)
    assert ONCE.decode() in brokers.bodies("many")
    assert "events 1 to 1 did not come, but 2 did" in running.log
    assert "partition 0 of hub lossy: events 3 to 3 are gone: " in running.log
    assert "events 1 to 1 are gone" not in running.log
