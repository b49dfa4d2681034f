"""Has Microsoft's client for Event Hubs read what has arrived at once, in processes that read whole hubs.

`azure.eventhub` begins a task with a time limit for each frame, although mostly several frames have arrived together,
takes five calls to carry one to its link, and decodes of a message what nobody asks for. Connections, tokens, links,
errors and all other frames remain the SDK's: `sdk_receiver` takes the bytes that are there. Nor does it know when an
event has come: it looks 20 times a second, for each partition.
"""
# pyright: reportPrivateUsage=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportMissingParameterType=false
# The classes of the SDK's transport are its own.

import asyncio
import time
from typing import Any

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient
from azure.eventhub.aio._transport._pyamqp_transport_async import PyamqpTransportAsync

from local_azure.amqp.sdk_receiver import PromptReceiver

_CLOSE_BEHIND_SECONDS = 0.05
"""Events that come so close behind the first are handed over with it: the SDK's own pause between two looks."""
_END_SECONDS = 1.0
"""The SDK's own patience with a task that is to end."""


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
        consumer.news.set()

    @staticmethod
    async def receive_messages_async(consumer: Any, batch: Any, max_batch_size: Any, max_wait_time: Any) -> None:
        consumer.news = asyncio.Event()
        consumer._callback_task_run = True
        consumer._last_callback_called_time = time.time()
        handing = asyncio.create_task(_hand_over(consumer, batch, max_batch_size, max_wait_time))
        receiving = asyncio.create_task(PyamqpTransportAsync._receive_task(consumer, max_batch_size))
        receiving.add_done_callback(lambda _: consumer.news.set())
        try:
            await asyncio.gather(handing, receiving)
        finally:
            consumer._callback_task_run = False
            consumer.news.set()
            for task in (handing, receiving):
                if not task.done():
                    await asyncio.wait([task], timeout=_END_SECONDS)


async def _hand_over(consumer: Any, batch: Any, max_batch_size: int, max_wait_time: float | None) -> None:
    """Call back with what has come, or with nothing after each `max_wait_time` in which nothing came."""
    while consumer._callback_task_run:
        if consumer._message_buffer or await _has_come(consumer, max_wait_time):
            events = [_next_event(consumer) for _ in range(min(max_batch_size, len(consumer._message_buffer)))]
            if not events:
                continue
        else:
            events = list[EventData]()
        consumer._last_callback_called_time = time.time()
        await consumer._on_event_received(events if batch else next(iter(events), None))


async def _has_come(consumer: Any, max_wait_time: float | None) -> bool:
    """False if nothing has come since `max_wait_time` before now. Also True if the consumer is to end."""
    left = None if not max_wait_time else consumer._last_callback_called_time + max_wait_time - time.time()
    consumer.news.clear()
    try:
        async with asyncio.timeout(left):
            await consumer.news.wait()
    except TimeoutError:
        return False
    await asyncio.sleep(_CLOSE_BEHIND_SECONDS)
    return True


def _next_event(consumer: Any) -> EventData:
    event = consumer._last_received_event = consumer._message_buffer.popleft()
    return event
