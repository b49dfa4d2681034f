"""The Service Bus queue `suspicious-windows`, for a look at it; its messages come through the trigger."""

from contextlib import AsyncExitStack

from azure.servicebus import ServiceBusSubQueue
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


async def has_dead_letters() -> bool:
    """True if the dead-letter queue holds messages. Raises ServiceBusError if the service is away.

    A receiver asks for one message as soon as it opens, so looking at the queue itself could lock a window for a while.
    """
    client = await _client.get()
    async with client.get_queue_receiver(names.WINDOW_QUEUE, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver:
        return bool(await receiver.peek_messages(max_message_count=1, timeout=5))
