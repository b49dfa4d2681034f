"""Contract: what happens to messages by and by: schedules, time to live, duplicates."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusMessageState
from azure.servicebus.exceptions import MessageNotFoundError

from tests.service_bus.sdk import Sdk, done, with_both_sdks

pytestmark = pytest.mark.slow


@with_both_sdks
async def test_scheduled_messages_arrive_at_their_time_unless_they_are_cancelled(sdk: Sdk) -> None:
    name = await sdk.queue("plain")
    sender = sdk.sender(name)
    moment = datetime.now(UTC) + timedelta(seconds=5)
    numbers = await done(sender.schedule_messages([ServiceBusMessage("first"), ServiceBusMessage("second")], moment))
    await done(sender.send_messages(ServiceBusMessage("third", scheduled_enqueue_time_utc=moment)))
    await done(sender.cancel_scheduled_messages(numbers[1]))
    with pytest.raises(MessageNotFoundError):
        await done(sender.cancel_scheduled_messages(numbers[1]))
    receiver = sdk.receiver(name, receive_mode="receiveanddelete")
    waiting = await done(receiver.peek_messages(max_message_count=10, sequence_number=1))
    assert [(str(message), message.state) for message in waiting] == [
        ("first", ServiceBusMessageState.SCHEDULED),
        ("third", ServiceBusMessageState.SCHEDULED),
    ]
    got = await sdk.receive(receiver, 2)
    assert datetime.now(UTC) >= moment - timedelta(milliseconds=50)
    assert [str(message) for message in got] == ["first", "third"]
    assert all(message.enqueued_time_utc >= moment - timedelta(milliseconds=50) for message in got)
    assert all(message.scheduled_enqueue_time_utc for message in got)
    assert got[0].sequence_number > numbers[1], "an activated message joins the end of the queue"


@with_both_sdks
async def test_an_expired_message_is_dropped_or_dead_lettered(sdk: Sdk) -> None:
    dropping, keeping = await sdk.queue("plain"), await sdk.queue("expiring")
    for name in (dropping, keeping):
        short = ServiceBusMessage("short", time_to_live=timedelta(seconds=1))
        await done(sdk.sender(name).send_messages([short, ServiceBusMessage("long")]))
    await asyncio.sleep(1.2)
    for name in (dropping, keeping):
        receiver = sdk.receiver(name, receive_mode="receiveanddelete")
        assert [str(message) for message in await sdk.receive(receiver)] == ["long"]
        assert await done(receiver.peek_messages(sequence_number=1)) == []
    letters = await done(sdk.receiver(dropping, sub_queue="deadletter").peek_messages(5))
    assert letters == []
    (letter,) = await sdk.receive(sdk.receiver(keeping, sub_queue="deadletter"))
    assert (str(letter), letter.dead_letter_reason) == ("short", "TTLExpiredException")


@with_both_sdks
async def test_a_message_id_seen_before_is_accepted_and_dropped(sdk: Sdk) -> None:
    name = await sdk.queue("unique")
    sender = sdk.sender(name)
    await done(sender.send_messages(ServiceBusMessage("one", message_id="1")))
    await done(sender.send_messages(ServiceBusMessage("one again", message_id="1")))
    batch = [ServiceBusMessage("two", message_id="2"), ServiceBusMessage("two again", message_id="2")]
    await done(sender.send_messages([*batch, ServiceBusMessage("no id"), ServiceBusMessage("no id")]))
    receiver = sdk.receiver(name)
    got = await sdk.receive(receiver, 4)
    assert [str(message) for message in got] == ["one", "two", "no id", "no id"]
    for message in got:
        await done(receiver.complete_message(message))
    await done(sender.send_messages(ServiceBusMessage("one, after it was completed", message_id="1")))
    assert await done(receiver.peek_messages(sequence_number=1)) == []
