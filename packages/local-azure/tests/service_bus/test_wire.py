"""Links to a queue, spoken by hand: credit, drain, settlement that is late or odd, addresses that no client may use."""

from collections.abc import Iterator
from typing import Any

import pytest

from local_azure.amqp.encode import described, ubyte, uint
from local_azure.amqp.performatives import Code
from local_azure.amqp.values import Described, Symbol
from tests.amqp.raw import Raw, condition, event, selector
from tests.service_bus.queues import BY_HAND
from tests.service_bus.sdk import ELSEWHERE

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(ELSEWHERE), reason="speaks without TLS and tokens")]

ACCEPTED, REJECTED, RELEASED, MODIFIED = 0x24, 0x25, 0x26, 0x27
_queues = iter([str(queue["Name"]) for queue in BY_HAND])


@pytest.fixture
def client(service_bus: str) -> Iterator[Raw]:
    with Raw(service_bus.partition("sb://")[2].partition(";")[0]) as raw:
        yield raw.open()


@pytest.fixture
def queue() -> str:
    return next(_queues)


def send(client: Raw, queue: str, messages: int) -> None:
    client.attach_sender(queue, handle=9)
    for number in range(messages):
        client.transfer(event(b"%d" % number), handle=9, number=number)
        assert client.outcome().descriptor == ACCEPTED


def settle(client: Raw, delivery: int, state: Any, *, settled: bool = False) -> None:
    client.frame(Code.DISPOSITION, [True, uint(delivery), uint(delivery), settled, state])


def test_drain_gives_what_is_there_and_returns_the_rest_of_the_credit(client: Raw, queue: str) -> None:
    send(client, queue, 2)
    client.attach_receiver(queue)
    client.credit(10, drain=True)
    assert [client.next()[0] for _ in range(2)] == [Code.TRANSFER, Code.TRANSFER]
    flow = client.until(Code.FLOW)
    assert (flow[5], flow[6], flow[8]) == (10, 0, True), "delivery-count, credit and drain"


def test_a_message_that_is_received_and_deleted_comes_settled_and_without_a_tag(client: Raw, queue: str) -> None:
    send(client, queue, 1)
    client.attach_receiver(queue, sender_settles=ubyte(1))
    client.credit(1)
    delivered = client.until(Code.TRANSFER)
    assert (delivered[2], delivered[4]) == (b"", True)


def test_no_more_messages_go_out_than_there_is_credit_for(client: Raw, queue: str) -> None:
    send(client, queue, 5)
    client.attach_receiver(queue)
    client.credit(2)
    assert [client.until(Code.TRANSFER)[1] for _ in range(2)] == [0, 1]
    client.attach_receiver(queue, handle=1)
    client.credit(9, handle=1, drain=True)
    assert [client.until(Code.TRANSFER)[0] for _ in range(3)] == [1, 1, 1]
    assert client.until(Code.FLOW)[6] == 0


def test_a_settlement_whose_link_is_gone_is_refused_and_not_confirmed(client: Raw, queue: str) -> None:
    send(client, queue, 1)
    client.attach_receiver(queue)
    client.credit(1)
    delivery = client.until(Code.TRANSFER)[1]
    client.frame(Code.DETACH, [uint(0), True, None])
    client.until(Code.DETACH)
    settle(client, delivery, described(ACCEPTED, []))
    answer = client.outcome()
    assert (answer.descriptor, condition(answer.value[0])) == (REJECTED, "com.microsoft:message-lock-lost")


def test_a_message_is_settled_once(client: Raw, queue: str) -> None:
    send(client, queue, 1)
    client.attach_receiver(queue)
    client.credit(1)
    delivery = client.until(Code.TRANSFER)[1]
    settle(client, delivery, described(ACCEPTED, []))
    assert client.outcome().descriptor == ACCEPTED
    settle(client, delivery, described(MODIFIED, [True, False, None]))
    assert condition(client.outcome().value[0]) == "com.microsoft:message-lock-lost"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (described(0x34, [b"txn", described(ACCEPTED, [])]), "amqp:not-implemented"),
        (described(MODIFIED, [True, False, {7: "seven"}]), "com.microsoft:argument-error"),
        (described(MODIFIED, [True, False, {Symbol("a"): Described(1, 2)}]), None),
        (
            described(REJECTED, [described(0x1D, [Symbol("e"), None, {Symbol("DeadLetterReason"): "x" * 5_000}])]),
            "com.microsoft:argument-error",
        ),
    ],
)
def test_odd_outcomes_are_refused_and_the_message_stays_with_its_holder(
    client: Raw, queue: str, state: Any, expected: str | None
) -> None:
    send(client, queue, 1)
    client.attach_receiver(queue)
    client.credit(1)
    delivery = client.until(Code.TRANSFER)[1]
    settle(client, delivery, state)
    answer = client.outcome()
    if expected is None:
        assert answer.descriptor == MODIFIED
        return
    assert (answer.descriptor, condition(answer.value[0])) == (REJECTED, expected)


def test_a_receiver_that_settles_without_a_state_gives_the_message_back(client: Raw, queue: str) -> None:
    send(client, queue, 1)
    client.attach_receiver(queue)
    client.credit(1)
    settle(client, client.until(Code.TRANSFER)[1], None, settled=True)
    client.credit(2)
    assert client.until(Code.TRANSFER)[1] == 1


@pytest.mark.parametrize("address", ["plain-0/$deadletterqueue", "plain-0/$DeadLetterQueue"])
def test_nothing_can_be_sent_to_a_dead_letter_queue(client: Raw, address: str) -> None:
    client.attach_sender(address)
    assert condition(client.until(Code.DETACH)[2]) == "amqp:not-allowed"


def test_transactions_are_refused(client: Raw) -> None:
    coordinator = described(0x30, [None])
    fields = ["tx", uint(0), False, None, None, described(0x28, []), coordinator, None, None, uint(0)]
    client.frame(Code.ATTACH, fields)
    assert condition(client.until(Code.DETACH)[2]) == "amqp:not-implemented"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", "amqp:not-found"),
        ("nowhere", "amqp:not-found"),
        ("plain-0/$deadletterqueue/$deadletterqueue", "amqp:not-found"),
        ("plain-0/$transfer/$deadletterqueue", "amqp:not-implemented"),
        ("news/Subscriptions/all", "amqp:not-implemented"),
        ("x" * 5_000, "amqp:not-found"),
    ],
)
def test_addresses_that_lead_nowhere_are_refused(client: Raw, address: str, expected: str) -> None:
    client.attach_receiver(address)
    assert condition(client.until(Code.DETACH)[2]) == expected


def test_a_filter_on_a_queue_is_refused_by_name(client: Raw, queue: str) -> None:
    answer = client.attach_receiver(queue, selector=selector("colour = 'red'"))
    assert answer[5] is None
    error = client.until(Code.DETACH)[2]
    assert condition(error) == "amqp:not-implemented"
    assert "selector-filter" in error.value[1]
