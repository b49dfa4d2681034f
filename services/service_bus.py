"""The Service Bus queue `suspicious-windows`, for a look at it; its messages come through the trigger."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime

import msgspec
from azure.servicebus import ServiceBusReceivedMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient

from services import names
from services.clients import CachedClient
from services.credentials import open_credential
from services.settings import settings


async def _open(resources: AsyncExitStack) -> ServiceBusClient:
    connection = settings().service_bus
    if connection.connection_string:
        client = ServiceBusClient.from_connection_string(connection.connection_string, retry_total=1)
    else:
        credential = await open_credential(connection, resources)
        client = ServiceBusClient(connection.address or "", credential, retry_total=1)
    return await resources.enter_async_context(client)


_client = CachedClient(_open)


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
    client = await _client.get()
    sub_queue = ServiceBusSubQueue.DEAD_LETTER if dead_letters else None
    async with client.get_queue_receiver(names.WINDOW_QUEUE, sub_queue=sub_queue) as receiver:
        messages = await receiver.peek_messages(max_message_count=MOST_SEEN, timeout=5)
    enqueued = [moment.astimezone(UTC) for message in messages if (moment := message.enqueued_time_utc)]
    return QueueLook(len(messages), min(enqueued, default=None))


async def peek_dead_letters(first: int, most: int) -> list[ServiceBusReceivedMessage]:
    """At most so many messages of the dead-letter queue, from a sequence number on; it changes nothing.

    Raises ServiceBusError if the service is away.
    """
    client = await _client.get()
    async with client.get_queue_receiver(names.WINDOW_QUEUE, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver:
        return await receiver.peek_messages(max_message_count=most, sequence_number=first, timeout=5)
