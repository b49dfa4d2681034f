"""Receives a queue's messages in peek-lock mode and calls the function with each.

A message is completed when the function succeeded and abandoned when it failed, so that the queue delivers it again and
at last dead-letters it. Its lock is renewed while the function runs. A link that ends takes no message with it: the
broker knows each by its lock, so another link settles it. A host that dies leaves its messages to their locks.
Source: the Service Bus trigger's documentation; `AmqpReceiver.DisposeMessagesAsync` of the .NET SDK.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import MessageAlreadySettled, MessageLockLostError, ServiceBusError

from local_azure.functions_host.host_json import ServiceBusExtension
from local_azure.functions_host.invocation.caller import Caller
from local_azure.functions_host.invocation.context import Invocation
from local_azure.functions_host.invocation.invoker import InvocationError
from local_azure.functions_host.service_bus.message import to_argument, trace_of

_LOG = logging.getLogger(__name__)
_POLL_SECONDS = 5.0
_SOONEST_RENEWAL_SECONDS = 0.2


class ServiceBusTrigger:
    """The receiver of one function."""

    def __init__(self, caller: Caller, options: ServiceBusExtension, client: ServiceBusClient, queue: str) -> None:
        self._function = caller.function
        self._caller = caller
        self._options = options
        self._client = client
        self._queue = queue
        self._slots = asyncio.Semaphore(options.max_concurrent_calls)
        self._settling = asyncio.Lock()  # settlements one after another are several times faster than at once
        self._working: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Receive until stopped. Raises ServiceBusError if the connection is lost for good: run it again."""
        receiver = self._client.get_queue_receiver(self._queue, prefetch_count=self._options.prefetch_count)
        async with receiver:
            while not self._stopping.is_set():
                async with self._slots:
                    message = await self._next_message(receiver)
                if message:
                    await self._slots.acquire()  # at once: nobody else takes slots
                    task = asyncio.create_task(self._process(receiver, message))
                    self._working.add(task)
                    task.add_done_callback(self._working.discard)
            await self._drained()

    async def stop(self) -> None:
        """Take no more messages, let those that run end (the caller bounds the wait), disconnect."""
        self._stopping.set()
        try:
            await self._drained()
        finally:
            await self._client.close()

    async def _drained(self) -> None:
        if self._working:
            await asyncio.wait(self._working)

    async def _next_message(self, receiver: ServiceBusReceiver) -> ServiceBusReceivedMessage | None:
        """One message, None if none came for a while or the host stops. One at a time, because the SDK waits for
        more after the first when it may return several."""
        receiving = asyncio.create_task(receiver.receive_messages(max_message_count=1, max_wait_time=_POLL_SECONDS))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({receiving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if receiving.done():
                return next(iter(receiving.result()), None)
            return None
        finally:
            receiving.cancel()
            stopping.cancel()

    async def _process(self, receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage) -> None:
        trigger, annotation = self._function.trigger, self._function.trigger_annotation
        ended = asyncio.Event()
        renewing = asyncio.create_task(self._keep_locked(receiver, message, ended))
        try:
            await self._caller.call(lambda: to_argument(message, trigger, annotation), Invocation(trace_of(message)))
            succeeded = True
        except InvocationError as error:
            self._caller.log_failure(error)
            succeeded = False
        finally:
            self._slots.release()
            ended.set()
        await renewing
        await self._settle(receiver, message, succeeded=succeeded)

    async def _keep_locked(
        self, receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage, ended: asyncio.Event
    ) -> None:
        """Renew a lock at half of its life until the function has ended.

        The SDK's own renewer looks once a second, which is too seldom for the locks of a clock that runs fast.
        """
        now = asyncio.get_running_loop().time
        last = now() + self._options.max_auto_lock_renewal_duration
        while not ended.is_set() and (left := _left(message)) > 0 and now() < last:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), max(left / 2, _SOONEST_RENEWAL_SECONDS))
                return
            with contextlib.suppress(ServiceBusError, ValueError):  # what is lost is told when it is settled
                await self._act(receiver, lambda link: link.renew_message_lock(message))

    async def _settle(
        self, receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage, *, succeeded: bool
    ) -> None:
        if succeeded and not self._options.auto_complete_messages:
            return
        try:
            await self._act(
                receiver,
                lambda link: link.complete_message(message) if succeeded else link.abandon_message(message),
            )
        except (ServiceBusError, ValueError) as error:
            _LOG.warning("%s: message %s comes again: %s", self._function.name, message.message_id, error)

    async def _act(self, receiver: ServiceBusReceiver, act: Callable[[ServiceBusReceiver], Awaitable[object]]) -> None:
        """Do something with a message through the link that it came by, or through a new one if that link has ended.

        Raises ServiceBusError, ValueError.
        """
        try:
            async with self._settling:
                await act(receiver)
        except (MessageLockLostError, MessageAlreadySettled):
            raise
        except (ServiceBusError, ValueError):
            async with self._client.get_queue_receiver(self._queue) as another:
                await act(another)


def _left(message: ServiceBusReceivedMessage) -> float:
    """Seconds until its lock is over."""
    until = message.locked_until_utc
    return (until - datetime.now(UTC)).total_seconds() if until else 0.0
