"""Contract: what a receiver decides about a message, and what becomes of those it does not decide about."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.exceptions import MessageLockLostError, MessageNotFoundError

from tests.service_bus.sdk import Sdk, done, with_both_sdks

pytestmark = pytest.mark.slow


async def until_the_lock_is_over(message: Any, receiver: Any, kept: Any) -> None:
    """Wait for it, and renew that of another message meanwhile."""
    while datetime.now(UTC) < message.locked_until_utc + timedelta(milliseconds=100):
        await done(receiver.renew_message_lock(kept))
        await asyncio.sleep(0.1)


@with_both_sdks
async def test_messages_are_completed_abandoned_deferred_and_dead_lettered(sdk: Sdk) -> None:
    name = await sdk.queue("plain")
    await done(sdk.sender(name).send_messages([ServiceBusMessage(text) for text in ("done", "again", "later", "bad")]))
    receiver = sdk.receiver(name)
    completed, abandoned, deferred, bad = await sdk.receive(receiver, 4)
    await done(receiver.complete_message(completed))
    await done(receiver.abandon_message(abandoned))
    await done(receiver.defer_message(deferred))
    await done(receiver.dead_letter_message(bad, reason="NoWindow", error_description="it has no ids"))

    (again,) = await sdk.receive(receiver)
    assert (str(again), again.delivery_count) == ("again", 1)
    await done(receiver.complete_message(again))

    (later,) = await done(receiver.receive_deferred_messages([deferred.sequence_number]))
    assert (str(later), later.delivery_count, later.sequence_number) == ("later", 1, deferred.sequence_number)
    await done(receiver.complete_message(later))
    with pytest.raises(MessageNotFoundError):
        await done(receiver.receive_deferred_messages([deferred.sequence_number]))

    letters = sdk.receiver(name, sub_queue="deadletter")
    (letter,) = await sdk.receive(letters)
    assert (letter.dead_letter_reason, letter.dead_letter_error_description) == ("NoWindow", "it has no ids")
    assert (str(letter), letter.dead_letter_source, letter.message_id) == ("bad", name, bad.message_id)
    await done(letters.complete_message(letter))
    assert await done(receiver.peek_messages(max_message_count=10, sequence_number=1)) == []
    assert await done(letters.peek_messages(max_message_count=10, sequence_number=1)) == []


@with_both_sdks
async def test_a_renewed_lock_lasts_longer_and_a_lost_one_is_lost(sdk: Sdk) -> None:
    name = await sdk.queue("brief")
    await done(sdk.sender(name).send_messages([ServiceBusMessage("kept"), ServiceBusMessage("lost")]))
    receiver = sdk.receiver(name)
    kept, lost = await sdk.receive(receiver, 2)
    await asyncio.sleep(0.3)
    until = kept.locked_until_utc
    assert await done(receiver.renew_message_lock(kept)) > until
    await until_the_lock_is_over(lost, receiver, kept)
    assert await done(receiver.renew_message_lock(kept)) == kept.locked_until_utc
    with pytest.raises(MessageLockLostError):
        await done(receiver.renew_message_lock(lost))
    # The client believes that it still has the lock: the broker must know better.
    lost._expiry = datetime(2099, 1, 1, tzinfo=UTC)
    with pytest.raises(MessageLockLostError):
        await done(receiver.complete_message(lost))
    await done(receiver.complete_message(kept))

    (again,) = await sdk.receive(receiver)
    assert (str(again), again.delivery_count) == ("lost", 1)
    await done(receiver.abandon_message(again))
    (letter,) = await sdk.receive(sdk.receiver(name, sub_queue="deadletter"))
    assert (letter.dead_letter_reason, letter.delivery_count) == ("MaxDeliveryCountExceeded", 2)


@with_both_sdks
async def test_a_renewer_renews_a_lock_before_it_is_over(sdk: Sdk) -> None:
    name = await sdk.queue("renewed")
    await done(sdk.sender(name).send_messages(ServiceBusMessage("slow work")))
    async with sdk.renewing() as renewer:
        receiver = sdk.receiver(name, auto_lock_renewer=renewer)
        (message,) = await sdk.receive(receiver)
        first = message.locked_until_utc
        while message.locked_until_utc == first and datetime.now(UTC) < first:
            await asyncio.sleep(0.1)
        assert message.locked_until_utc > first
        await done(receiver.complete_message(message))
    assert await done(receiver.peek_messages(sequence_number=1)) == []


@with_both_sdks
async def test_closing_a_receiver_gives_back_what_it_never_got_and_keeps_its_locks(sdk: Sdk) -> None:
    name = await sdk.queue("plain")
    await done(sdk.sender(name).send_messages([ServiceBusMessage(str(number)) for number in range(6)]))
    closing = sdk.receiver(name, prefetch_count=3)
    (held,) = await sdk.receive(closing)
    await done(closing.close())
    receiver = sdk.receiver(name)
    others = await sdk.receive(receiver, 5)
    assert [(str(message), message.delivery_count) for message in others] == [(str(n), 0) for n in range(1, 6)]
    # The link is gone, but the lock is not: it can be settled by its token.
    held._receiver = receiver
    held._is_deferred_message = True
    await done(receiver.complete_message(held))
    peeked = await done(receiver.peek_messages(max_message_count=10, sequence_number=1))
    assert [str(message) for message in peeked] == ["1", "2", "3", "4", "5"]
