"""Faults on demand: what clients meet, what is stored all the same, and who may ask for them."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage

from local_azure.amqp.encode import described, uint
from local_azure.amqp.outcomes import ACCEPTED
from local_azure.amqp.performatives import Code
from local_azure.brokers.faults import Faults, FaultyNode
from local_azure.core import connections
from local_azure.core.faults import PATH, Held
from local_azure.testing.parts import Part, running
from tests.amqp.by_hand import ByHand, Recorder
from tests.amqp.raw import condition, event
from tests.event_hubs.conftest import CONFIG
from tests.event_hubs.sdk import Sdk
from tests.service_bus.queues import write_entities


def faulty(node: Recorder, faults: Faults, chance: float = 0.5) -> ByHand:
    """A client of a node behind faults; every die shows `chance`."""
    client = ByHand(FaultyNode(node, Held(faults), lambda: chance)).open()
    client.attach(0, receiver=False)
    client.attach(1, receiver=True)
    client.frame(Code.FLOW, [uint(0), uint(5_000), uint(0), uint(5_000), uint(1), uint(0), uint(10), None, False])
    client.said.bytes()
    return client


def transfer(client: ByHand) -> None:
    client.frame(Code.TRANSFER, [uint(0), uint(0), b"t", uint(0), False, False], event(b"x"))


def decide(client: ByHand) -> None:
    client.frame(Code.DISPOSITION, [True, uint(0), uint(0), False, ACCEPTED])


def test_without_faults_everything_passes():
    node = Recorder()
    client = faulty(node, Faults(), chance=0.0)
    transfer(client)
    node.links[0].send(b"tag", event(b"y"), settled=False)
    decide(client)
    assert (len(node.messages), len(node.settlements)) == (1, 1)


def test_a_throttled_sender_is_told_that_the_broker_is_busy():
    node = Recorder()
    client = faulty(node, Faults(throttle_rate=0.6))
    transfer(client)
    ((code, fields),) = client.said.performatives()
    assert (code, condition(fields[4].value[0])) == (Code.DISPOSITION, "com.microsoft:server-busy")
    assert node.messages == []


def test_a_lost_answer_is_of_a_message_that_is_stored():
    node = Recorder()
    node.keeps_answers = True
    client = faulty(node, Faults(lost_answer_rate=0.6))
    transfer(client)
    node.answer()
    ((code, fields),) = client.said.performatives()
    assert (code, condition(fields[2])) == (Code.DETACH, "amqp:link:detach-forced")
    assert len(node.messages) == 1
    assert node.detached == 1


def test_a_lost_answer_is_of_a_decision_that_takes_effect():
    node = Recorder()
    client = faulty(node, Faults(lost_answer_rate=0.6))
    node.links[0].send(b"tag", event(b"y"), settled=False)
    client.said.bytes()
    decide(client)
    assert [code for code, _ in client.said.performatives()] == [Code.DETACH]
    assert [settlement.tag for settlement in node.settlements] == [b"tag"]


def test_a_link_that_ends_has_stored_nothing():
    node = Recorder()
    client = ByHand(FaultyNode(node, Held(Faults(detach_rate=1)))).open()
    client.attach(0, receiver=False)
    transfer(client)
    assert client.said.performatives()[-1][0] == Code.DETACH
    assert node.messages == []


async def test_a_sender_hears_late():
    client = faulty(Recorder(), Faults(latency_ms=50))
    transfer(client)
    assert client.said.bytes() == b""
    await asyncio.sleep(0.1)
    assert [code for code, _ in client.said.performatives()] == [Code.DISPOSITION]


def test_requests_are_spared():
    node = Recorder()
    client = ByHand(FaultyNode(node, Held(Faults(detach_rate=1)))).open()
    terminus = [described(0x28, []), described(0x29, ["queue/$management"])]
    client.frame(Code.ATTACH, ["requests", uint(0), False, None, None, *terminus])
    transfer(client)
    assert len(node.messages) == 1


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Part]:
    folder = tmp_path_factory.mktemp("faults")
    queues = str(write_entities(folder / "queues.json"))
    options = ("--event-hubs-config", CONFIG, "--service-bus-config", queues, "--faults-port", "0")
    with running("amqp", *options, state=folder / "state") as broker:
        yield broker


def ask(part: Part, body: Any = None, **headers: str) -> tuple[int, str]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{part.address('faults')}{PATH}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


@pytest.mark.slow
def test_the_sdks_bear_faults_and_lose_nothing(part: Part):
    assert ask(part, {"throttle_rate": 0.1, "lost_answer_rate": 0.2, "detach_rate": 0.1, "latency_ms": 5})[0] == 200
    numbers = [str(number) for number in range(20)]
    with (
        ServiceBusClient.from_connection_string(
            connections.namespace(part.address("service-bus")), retry_total=20, retry_backoff_factor=0.05
        ) as client,
        client.get_queue_sender("plain-0") as sender,
    ):
        for number in numbers:
            sender.send_messages(ServiceBusMessage(number))
        assert ask(part, {})[0] == 200
        with client.get_queue_receiver("plain-0", receive_mode="receiveanddelete") as receiver:
            got: list[str] = []
            while more := receiver.receive_messages(max_message_count=50, max_wait_time=2):
                got += [str(message) for message in more]
    assert list(dict.fromkeys(got)) == numbers, "each arrives, some twice"


@pytest.mark.slow
def test_a_lost_answer_makes_the_sdk_send_an_event_twice(part: Part):
    async def scenario() -> None:
        sdk = Sdk("aio", connections.namespace(part.address("event-hubs")), retry_total=0)
        await sdk.send(["before"], partition_id="0")
        before = await sdk.end("0")
        ask(part, {"lost_answer_rate": 1})
        with pytest.raises(Exception, match="detach"):
            await sdk.send(["x"], partition_id="0")
        ask(part, {})
        assert await sdk.end("0") == before + 1, "the event is stored, its sender thinks that it is not"
        await sdk.close()

    asyncio.run(scenario())


@pytest.mark.slow
def test_the_endpoint_tells_what_is_set_and_refuses_what_cannot_be(part: Part):
    assert ask(part, {"latency_ms": 1})[0] == 200
    assert json.loads(ask(part)[1]) == {
        "throttle_rate": 0.0, "latency_ms": 1.0, "detach_rate": 0.0, "lost_answer_rate": 0.0,
    }  # fmt: skip
    refused: list[Any] = [{"throttle_rate": 1.1}, {"latency_ms": -1}, {"detach": 1}, []]
    for body in refused:
        status, text = ask(part, body)
        assert (status, "malformed" in text) == (400, True)
    assert ask(part, {})[0] == 200


@pytest.mark.slow
def test_a_web_page_cannot_set_faults(part: Part):
    assert ask(part, {"detach_rate": 1}, Origin="http://evil.example")[0] == 403
    assert ask(part, {"detach_rate": 1}, Host="evil.example")[0] == 403
    assert ask(part, Host="evil.example")[0] == 403
    assert json.loads(ask(part)[1])["detach_rate"] == 0


@pytest.mark.slow
def test_without_the_option_there_is_no_endpoint(tmp_path: Path):
    with running("amqp", "--event-hubs-config", CONFIG, state=tmp_path / "state") as broker:
        assert [address.partition("=")[0] for address in broker.addresses] == ["event-hubs"]
