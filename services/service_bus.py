"""The Service Bus queue `suspicious-windows`, for a look at it; its messages come through the trigger."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import msgspec
from azure.servicebus import ServiceBusReceivedMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver

from services import names
from services.clients import CachedClient
from services.credentials import open_credential
from services.settings import settings
from services.transport import trusted


async def _open(resources: AsyncExitStack) -> ServiceBusClient:
    connection = settings().service_bus
    if connection.connection_string:
        client = ServiceBusClient.from_connection_string(
            connection.connection_string, retry_total=1, ssl_context=trusted()
        )
    else:
        credential = await open_credential(connection, resources)
        client = ServiceBusClient(connection.address or "", credential, retry_total=1, ssl_context=trusted())
    return await resources.enter_async_context(client)


_client = CachedClient(_open)


class _Peeker:
    """A link that is only peeked through, kept open: to open one takes a second. The SDK opens a lost one anew."""

    def __init__(self, receiver: ServiceBusReceiver) -> None:
        self._receiver = receiver
        self._turn = asyncio.Lock()  # a link answers one question at a time

    async def peek(self, first: int, most: int) -> list[ServiceBusReceivedMessage]:
        async with self._turn:
            return await self._receiver.peek_messages(max_message_count=most, sequence_number=first, timeout=5)


def _peeker(sub_queue: ServiceBusSubQueue | None) -> CachedClient[_Peeker]:
    async def open_link(resources: AsyncExitStack) -> _Peeker:
        receiver = (await _client.get()).get_queue_receiver(names.WINDOW_QUEUE, sub_queue=sub_queue)
        return _Peeker(await resources.enter_async_context(receiver))

    return CachedClient(open_link)


_queue = _peeker(None)
_dead_letters = _peeker(ServiceBusSubQueue.DEAD_LETTER)


class QueueLook(msgspec.Struct, frozen=True):
    """The messages that a look has seen, at most MOST_SEEN, and when the oldest of them was enqueued."""

    count: int
    oldest: datetime | None


MOST_SEEN = 100


async def look_at_queue(*, dead_letters: bool = False) -> QueueLook:
    """The messages of the queue, or of its dead-letter queue. Raises ServiceBusError if the service is away.

    A peek takes and locks nothing: the link gives no credit until somebody receives. It needs the right to receive
    only, where the queue's length would need one to manage.
    """
    messages = await (await (_dead_letters if dead_letters else _queue).get()).peek(1, MOST_SEEN)
    enqueued = [moment.astimezone(UTC) for message in messages if (moment := message.enqueued_time_utc)]
    return QueueLook(len(messages), min(enqueued, default=None))


async def peek_dead_letters(first: int, most: int) -> list[ServiceBusReceivedMessage]:
    """At most so many messages of the dead-letter queue, from a sequence number on; it changes nothing.

    Raises ServiceBusError if the service is away.
    """
    return await (await _dead_letters.get()).peek(first, most)


MOST_HELD = 1_000
"""Dead letters that are locked at once while the selected ones are looked for, and that are counted."""
_AT_ONCE = 100
_WAIT_SECONDS = 2.0


async def count_dead_letters(up_to: int) -> int:
    """The number of dead letters up to a sequence number, at most MOST_HELD. Raises ServiceBusError."""
    return sum(number <= up_to for number in await _numbers(up_to))


async def last_dead_letter() -> int:
    """The highest sequence number of the first MOST_HELD dead letters; 0 without one. Raises ServiceBusError."""
    return max(await _numbers(2**63 - 1), default=0)


async def _numbers(up_to: int) -> list[int]:
    """The sequence numbers of the first MOST_HELD dead letters, read until there is one beyond `up_to`."""
    numbers: list[int] = []
    while len(numbers) < MOST_HELD and (not numbers or numbers[-1] < up_to):
        first = numbers[-1] + 1 if numbers else 1
        further = [message.sequence_number or 0 for message in await peek_dead_letters(first, _AT_ONCE)]
        if not further:
            break
        numbers += further
    return numbers[:MOST_HELD]


async def settle_dead_letters(
    means: Callable[[int], bool], most: int, take: Callable[[ServiceBusReceivedMessage], Awaitable[bool]]
) -> None:
    """Hand the selected dead letters, at most so many, to `take`; those for which it gives true leave the queue.

    It looks at MOST_HELD letters; all others stay. Raises ServiceBusError if the service is away.
    """
    client = await _client.get()
    async with client.get_queue_receiver(names.WINDOW_QUEUE, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver:
        held: list[ServiceBusReceivedMessage] = []
        taken = 0
        try:
            while taken < most and len(held) < MOST_HELD:
                messages = await receiver.receive_messages(_AT_ONCE, max_wait_time=_WAIT_SECONDS)
                if not messages:
                    break
                held += messages
                for message in messages:
                    if taken == most or not means(message.sequence_number or 0):
                        continue
                    taken += 1
                    if await take(message):
                        await receiver.complete_message(message)
                        held.remove(message)
        finally:
            # A lock would keep them from whoever looks next, for a minute.
            for message in held:
                await receiver.abandon_message(message)
