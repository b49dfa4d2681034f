"""azure-servicebus: a queue for each case that must be alone."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# The SDK is typed in part only.

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusReceiveMode, ServiceBusSubQueue
from azure.servicebus.exceptions import MessageLockLostError, MessageSizeExceededError, ServiceBusAuthenticationError

TAKE = ServiceBusReceiveMode.RECEIVE_AND_DELETE
DEAD = ServiceBusSubQueue.DEAD_LETTER


@pytest.fixture(scope="module")
def client(settings: dict[str, str]) -> Iterator[ServiceBusClient]:
    with ServiceBusClient.from_connection_string(settings["SERVICE_BUS"]) as client:
        yield client


def send(client: ServiceBusClient, queue: str, *messages: ServiceBusMessage) -> None:
    with client.get_queue_sender(queue) as sender:
        sender.send_messages(list(messages))


def take(client: ServiceBusClient, queue: str, count: int = 1, seconds: float = 5, **options: Any) -> list[Any]:
    with client.get_queue_receiver(queue, receive_mode=TAKE, **options) as receiver:
        messages: list[Any] = []
        while len(messages) < count and (
            more := receiver.receive_messages(count - len(messages), max_wait_time=seconds)
        ):
            messages += more
        return messages


def bodies(messages: list[Any]) -> list[bytes]:
    return [b"".join(message.body) for message in messages]


@pytest.mark.parametrize("body", [b"", b"x", "grüße", b"\x00\xff", b"y" * 200_000])
def test_a_body_arrives_as_it_was_sent(client: ServiceBusClient, body: Any):
    send(client, "send", ServiceBusMessage(body))
    expected = body.encode() if isinstance(body, str) else body

    assert bodies(take(client, "send")) == [expected]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("message_id", "m"),
        ("correlation_id", "c"),
        ("content_type", "text/x"),
        ("subject", "s"),
        ("reply_to", "r"),
        ("to", "t"),
        ("time_to_live", timedelta(seconds=60)),
    ],
)
def test_what_a_message_says_of_itself_arrives(client: ServiceBusClient, name: str, value: Any):
    send(client, "send", ServiceBusMessage(b"x", **{name: value}))
    (message,) = take(client, "send")

    assert getattr(message, name) == value


def test_properties_keep_their_types(client: ServiceBusClient):
    send(client, "send", ServiceBusMessage(b"x", application_properties={"text": "a", "number": 7, "truth": True}))
    (message,) = take(client, "send")

    assert message.application_properties == {b"text": b"a", b"number": 7, b"truth": True}


def test_a_batch_arrives_in_order(client: ServiceBusClient):
    with client.get_queue_sender("batch") as sender:
        batch = sender.create_message_batch()
        for number in range(100):
            batch.add_message(ServiceBusMessage(str(number)))
        sender.send_messages(batch)

    assert bodies(take(client, "batch", 100)) == [str(number).encode() for number in range(100)]


def test_a_message_above_256_kb_is_refused(client: ServiceBusClient):
    with pytest.raises(MessageSizeExceededError):
        send(client, "batch", ServiceBusMessage(b"x" * 300_000))


def test_an_abandoned_message_comes_again_and_is_counted(client: ServiceBusClient):
    send(client, "abandon", ServiceBusMessage(b"x"))
    with client.get_queue_receiver("abandon") as receiver:
        (first,) = receiver.receive_messages(1)
        receiver.abandon_message(first)
        (second,) = receiver.receive_messages(1)
        receiver.complete_message(second)

    assert (first.delivery_count, second.delivery_count) == (0, 1)


def test_a_message_that_is_abandoned_too_often_is_dead_lettered(client: ServiceBusClient):
    send(client, "abandon", ServiceBusMessage(b"bad"))
    with client.get_queue_receiver("abandon") as receiver:
        for _ in range(3):
            receiver.abandon_message(receiver.receive_messages(1)[0])

    (message,) = take(client, "abandon", sub_queue=DEAD)
    assert message.dead_letter_reason == "MaxDeliveryCountExceeded"


def test_a_message_is_dead_lettered_with_a_reason(client: ServiceBusClient):
    send(client, "dead", ServiceBusMessage(b"x"))
    with client.get_queue_receiver("dead") as receiver:
        receiver.dead_letter_message(receiver.receive_messages(1)[0], reason="why", error_description="because")

    (message,) = take(client, "dead", sub_queue=DEAD)
    assert (message.dead_letter_reason, message.dead_letter_error_description) == ("why", "because")


def test_a_deferred_message_is_received_by_its_number_only(client: ServiceBusClient):
    send(client, "defer", ServiceBusMessage(b"later"))
    with client.get_queue_receiver("defer") as receiver:
        (message,) = receiver.receive_messages(1)
        receiver.defer_message(message)
        assert receiver.receive_messages(1, max_wait_time=0.5) == []
        assert message.sequence_number is not None
        (again,) = receiver.receive_deferred_messages([message.sequence_number])
        receiver.complete_message(again)

    assert bodies([again]) == [b"later"]


def test_peeking_locks_nothing(client: ServiceBusClient):
    send(client, "peek", *[ServiceBusMessage(str(number)) for number in range(3)])
    with client.get_queue_receiver("peek") as receiver:
        assert bodies(receiver.peek_messages(3)) == [b"0", b"1", b"2"]

    assert len(take(client, "peek", 3)) == 3


def test_a_lock_that_runs_out_gives_the_message_back(client: ServiceBusClient):
    send(client, "lock", ServiceBusMessage(b"x"))
    with client.get_queue_receiver("lock") as slow, client.get_queue_receiver("lock") as quick:
        (held,) = slow.receive_messages(1)
        time.sleep(5.5)
        (again,) = quick.receive_messages(1)
        with pytest.raises(MessageLockLostError):
            slow.complete_message(held)
        quick.complete_message(again)

    assert again.delivery_count == 1


def test_a_lock_that_is_renewed_holds(client: ServiceBusClient):
    send(client, "lock", ServiceBusMessage(b"x"))
    with client.get_queue_receiver("lock") as receiver:
        (message,) = receiver.receive_messages(1)
        time.sleep(3)
        assert receiver.renew_message_lock(message) > datetime.now(UTC) + timedelta(seconds=3)
        time.sleep(3)
        receiver.complete_message(message)


def test_a_scheduled_message_comes_at_its_time_unless_it_is_cancelled(client: ServiceBusClient):
    soon = datetime.now(UTC) + timedelta(seconds=2)
    with client.get_queue_sender("scheduled") as sender:
        numbers = sender.schedule_messages([ServiceBusMessage(b"a"), ServiceBusMessage(b"b")], soon)
        sender.cancel_scheduled_messages(numbers[1:])

    assert bodies(take(client, "scheduled", 2, seconds=4)) == [b"a"]
    assert datetime.now(UTC) >= soon - timedelta(milliseconds=100)


def test_a_message_that_lives_too_long_is_dead_lettered(client: ServiceBusClient):
    send(client, "short", ServiceBusMessage(b"x"))
    time.sleep(3)

    assert take(client, "short", sub_queue=DEAD)[0].dead_letter_reason == "TTLExpiredException"


def test_a_message_id_is_taken_once(client: ServiceBusClient):
    message_id = uuid.uuid4().hex
    for body in (b"1", b"2"):
        send(client, "once", ServiceBusMessage(body, message_id=message_id))

    assert bodies(take(client, "once", 2, seconds=1)) == [b"1"]


def test_a_queue_that_does_not_exist_is_refused_by_name(client: ServiceBusClient):
    with pytest.raises(ServiceBusAuthenticationError):
        send(client, "nobody", ServiceBusMessage(b"x"))


def test_what_was_acknowledged_survives_kills(client: ServiceBusClient, kill: Callable[[str], None]):
    for round_ in range(3):
        send(client, "kill", *[ServiceBusMessage(str(round_ * 20 + number)) for number in range(20)])
        kill("amqp")

    assert set(bodies(take(client, "kill", 60))) == {str(number).encode() for number in range(60)}
