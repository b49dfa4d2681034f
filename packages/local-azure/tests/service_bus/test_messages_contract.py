"""Contract: what is sent arrives as it was sent, in order."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusMessageState
from azure.servicebus.amqp import AmqpAnnotatedMessage, AmqpMessageHeader, AmqpMessageProperties
from azure.servicebus.exceptions import MessageSizeExceededError, ServiceBusError

from tests.service_bus.sdk import Sdk, done, with_both_sdks

pytestmark = pytest.mark.slow


@with_both_sdks
async def test_a_message_arrives_with_everything_it_was_sent_with(sdk: Sdk) -> None:
    name = await sdk.queue("plain")
    properties: dict[str | bytes, Any] = {
        "text": "ü",
        "number": 7,
        "ratio": 0.5,
        "flag": True,
        "id": UUID(int=7),
        "none": None,
    }
    sent = ServiceBusMessage(
        b"\x00body\xff",
        application_properties=properties,
        content_type="application/json",
        correlation_id="correlation",
        message_id="message",
        partition_key="key",
        reply_to="reply",
        reply_to_session_id="reply-session",
        session_id="key",
        subject="subject",
        time_to_live=timedelta(minutes=5),
        to="to",
    )
    before = datetime.now(UTC) - timedelta(seconds=5)
    await done(sdk.sender(name).send_messages(sent))
    (got,) = await sdk.receive(sdk.receiver(name))
    assert b"".join(got.body) == b"\x00body\xff"
    assert got.application_properties == {
        b"text": b"\xc3\xbc",
        b"number": 7,
        b"ratio": 0.5,
        b"flag": True,
        b"id": UUID(int=7),
        b"none": None,
    }
    for field in ("content_type", "correlation_id", "message_id", "partition_key", "reply_to", "subject", "to"):
        assert getattr(got, field) == getattr(sent, field), field
    assert (got.session_id, got.reply_to_session_id) == ("key", "reply-session")
    assert got.time_to_live == timedelta(minutes=5)
    assert got.expires_at_utc - got.enqueued_time_utc == timedelta(minutes=5)
    assert before < got.enqueued_time_utc < datetime.now(UTC) + timedelta(seconds=5)
    assert got.locked_until_utc > datetime.now(UTC)
    assert (got.delivery_count, got.state) == (0, ServiceBusMessageState.ACTIVE)
    assert set(got.raw_amqp_message.annotations) == {
        b"x-opt-enqueued-time", b"x-opt-sequence-number", b"x-opt-partition-key", b"x-opt-locked-until"
    }  # fmt: skip
    assert isinstance(got.lock_token, UUID)


@with_both_sdks
async def test_what_amqp_can_carry_is_kept_and_what_is_the_brokers_cannot_be_forged(sdk: Sdk) -> None:
    name = await sdk.queue("plain")
    sent = AmqpAnnotatedMessage(
        value_body={b"a": [1, b"two", None]},
        header=AmqpMessageHeader(durable=True, priority=7),
        properties=AmqpMessageProperties(message_id=b"m", user_id=b"user", content_encoding=b"gzip", group_sequence=3),
        annotations={"mine": b"kept", "x-opt-sequence-number": 999_999, "x-opt-deadletter-source": b"forged"},
        delivery_annotations={"hop": b"kept"},
        footer={"end": b"kept"},
    )
    await done(sdk.sender(name).send_messages(sent))
    (got,) = await sdk.receive(sdk.receiver(name))
    raw = got.raw_amqp_message
    assert raw.body == {b"a": [1, b"two", None]}
    assert (raw.header.durable, raw.header.priority) == (True, 7)
    assert (raw.properties.user_id, raw.properties.content_encoding, raw.properties.group_sequence) == (
        b"user",
        b"gzip",
        3,
    )
    assert raw.annotations[b"mine"] == b"kept"
    assert raw.delivery_annotations[b"hop"] == b"kept"
    assert raw.footer == {b"end": b"kept"}
    assert got.sequence_number < 999_999
    assert got.dead_letter_source is None


@with_both_sdks
async def test_lists_and_batches_arrive_in_order_and_peeking_leaves_them_there(sdk: Sdk) -> None:
    name = await sdk.queue("plain")
    sender = sdk.sender(name)
    await done(sender.send_messages([ServiceBusMessage(str(number)) for number in range(40)]))
    batch = await done(sender.create_message_batch())
    for number in range(40, 80):
        batch.add_message(ServiceBusMessage(str(number)))
    await done(sender.send_messages(batch))
    receiver = sdk.receiver(name, receive_mode="receiveanddelete", prefetch_count=50)
    peeked = await done(receiver.peek_messages(max_message_count=100))
    assert [str(message) for message in peeked] == [str(number) for number in range(80)]
    later = await done(receiver.peek_messages(max_message_count=5, sequence_number=peeked[70].sequence_number))
    assert [str(message) for message in later] == ["70", "71", "72", "73", "74"]
    got = await sdk.receive(receiver, 80)
    assert [str(message) for message in got] == [str(number) for number in range(80)]
    assert await done(receiver.peek_messages(max_message_count=5, sequence_number=1)) == []


@with_both_sdks
async def test_properties_have_a_limit_each_and_together(sdk: Sdk) -> None:
    name = await sdk.queue("plain")
    sender = sdk.sender(name)

    async def send(properties: dict[str | bytes, Any]) -> None:
        await done(sender.send_messages(ServiceBusMessage("x", application_properties=properties)))

    await send({"a": "x" * 32_000, "b": "x" * 32_000})
    with pytest.raises(ServiceBusError, match="property 'large' of 32791 bytes exceeds the limit of 32768"):
        await send({"large": "x" * 32_786})
    with pytest.raises(ServiceBusError, match="exceed the limit of 65536 together"):
        await send({"a": "x" * 30_000, "b": "x" * 30_000, "c": "x" * 10_000})
    (got,) = await sdk.receive(sdk.receiver(name, receive_mode="receiveanddelete"))
    assert {key: len(value) for key, value in (got.application_properties or {}).items()} == {
        b"a": 32_000,
        b"b": 32_000,
    }


@with_both_sdks
async def test_a_message_of_200_kilobytes_passes_and_one_above_256_is_refused(sdk: Sdk) -> None:
    name = await sdk.queue("plain")
    sender = sdk.sender(name)
    await done(sender.send_messages(ServiceBusMessage(b"x" * 200_000)))
    (got,) = await sdk.receive(sdk.receiver(name, receive_mode="receiveanddelete"))
    assert b"".join(got.body) == b"x" * 200_000
    with pytest.raises(MessageSizeExceededError):
        await done(sender.send_messages(ServiceBusMessage(b"x" * 300_000)))
