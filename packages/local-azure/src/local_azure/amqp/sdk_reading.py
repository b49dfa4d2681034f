"""Has Microsoft's client for Event Hubs read what has arrived at once, in processes that read whole hubs.

`azure.eventhub` begins a task with a time limit for each frame, although mostly several frames have arrived together,
takes five calls to carry one to its link, and decodes of a message what nobody asks for. Connections, tokens, links,
errors and all other frames remain the SDK's: `sdk_receiver` takes the bytes that are there.
"""
# pyright: reportPrivateUsage=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportMissingParameterType=false
# The classes of the SDK's transport are its own.

import asyncio
from functools import partial
from typing import Any

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient
from azure.eventhub.aio._transport._pyamqp_transport_async import PyamqpTransportAsync

from local_azure.amqp.sdk_receiver import PromptReceiver


def read_at_once(client: EventHubConsumerClient) -> EventHubConsumerClient:
    """Have a client that does not receive yet read in this way."""
    anything: Any = client
    if anything._amqp_transport is PyamqpTransportAsync:
        anything._amqp_transport = _Transport
    return client


class _Transport(PyamqpTransportAsync):
    """Gives consumers a receiver of ours, and takes the events that it has read."""

    @staticmethod
    def create_receive_client(**options: Any) -> Any:
        client: Any = PyamqpTransportAsync.create_receive_client(**options)
        client.__class__ = PromptReceiver
        client.turn = asyncio.Lock()
        return client

    @staticmethod
    async def message_received_async(consumer: Any, message: Any) -> None:
        event = message if isinstance(message, EventData) else EventData._from_message(message)
        consumer._message_buffer.append(event)

    @staticmethod
    async def receive_messages_async(consumer: Any, batch: Any, max_batch_size: Any, max_wait_time: Any) -> None:
        consumer._next_message_in_buffer = partial(_next_event, consumer)
        await PyamqpTransportAsync.receive_messages_async(consumer, batch, max_batch_size, max_wait_time)


def _next_event(consumer: Any) -> EventData:
    event = consumer._last_received_event = consumer._message_buffer.popleft()
    return event
