"""A receiver of Microsoft's client for Event Hubs that takes all frames which have arrived.

The SDK reads a connection in two tasks, the second of which keeps a connection alive whose reader is busy. Frames that
one had read and not handled yet would be overtaken by those of the other, so here each has its turn.
"""
# pyright: reportPrivateUsage=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportMissingParameterType=false
# The classes of the SDK's transport are its own.

import asyncio
import logging
import time
from io import BytesIO
from typing import Any

from azure.eventhub._pyamqp._decode import decode_empty_frame, decode_frame
from azure.eventhub._pyamqp.aio._client_async import ReceiveClientAsync

from local_azure.amqp.frames import HEADER_BYTES
from local_azure.amqp.sdk_events import read_event
from local_azure.amqp.sdk_frames import end_of_frame, transfer_at

_LOG = logging.getLogger(__name__)
_CHUNK = 65_536
"""Bytes that are handled without a turn for others on the loop."""
_KEEP_ALIVE_TICK = 1.0


class PromptReceiver(ReceiveClientAsync):
    """The SDK's receiver of one partition, which takes several frames at once."""

    turn: asyncio.Lock

    async def do_work_async(self, **options: Any) -> bool:
        """Read for a while, in turn. False if the receiver has been closed."""
        async with self.turn:
            return bool(await super().do_work_async(**options))

    async def _keep_alive_async(self) -> None:
        last = time.monotonic()
        try:
            while self._connection and not self._shutdown:
                if time.monotonic() - last >= self._keep_alive_interval:
                    async with self.turn:
                        await self._connection.listen(wait=self._socket_timeout, batch=self._link.current_link_credit)
                    last = time.monotonic()
                await asyncio.sleep(_KEEP_ALIVE_TICK)
        except Exception as error:  # noqa: BLE001 - as in the SDK: a reader finds out that its connection is broken
            _LOG.info("a connection is not kept alive: %r", error)

    async def _client_run_async(self, batch: int = 1, **options: Any) -> bool:
        connection: Any = self._connection
        transport = connection._transport
        if not isinstance(getattr(transport, "reader", None), asyncio.StreamReader):
            return await super()._client_run_async(batch=batch, **options)
        if self._link.current_link_credit <= 0:
            await self._link.flow(link_credit=self._link_credit)
        left = batch
        while left > 0:
            await connection.listen(batch=0)  # raises what went wrong before, and tells the hub that we are there
            data = await _arrived(transport, self._socket_timeout) if connection._can_read() else None
            if data is None:
                return True
            handled, is_interrupted = await self._handle(data)
            if is_interrupted or not data:
                return True if handled else await super()._client_run_async(batch=1, **options)
            left -= handled
            if len(data) >= _CHUNK:
                await asyncio.sleep(0)
        return True

    async def _handle(self, data: bytes) -> tuple[int, bool]:
        """Handle all whole frames, and put the rest back. The number of frames, and whether the SDK must look first."""
        connection: Any = self._connection
        connection._last_frame_received_time = time.time()
        at = handled = 0
        try:
            while (end := end_of_frame(data, at)) is not None:
                if end == at:
                    return handled, True
                start, at = at, end
                handled += 1
                channel = int.from_bytes(data[start + 6 : start + HEADER_BYTES], "big")
                session = connection._incoming_endpoints.get(channel)
                if not await self._take_transfer(session, data[start:end]) and await connection._process_incoming_frame(
                    channel, _decoded(data[start:end])
                ):
                    return handled, True
        finally:
            connection._transport._read_buffer = BytesIO(data[at:])
        return handled, False

    async def _take_transfer(self, session: Any, frame: bytes) -> bool:
        """Count a message of one frame, as session and link do, and hand it on. False if the SDK must do it."""
        link: Any = self._link
        transfer = transfer_at(frame, 0)
        if transfer is None or session is None or session._input_handles.get(transfer.handle) is not link:
            return False
        if link._received_payload or link.network_trace:
            return False
        session.next_incoming_id += 1
        session.remote_outgoing_window -= 1
        session.incoming_window -= 1
        link.received_delivery_id = transfer.delivery_id
        link.delivery_count += 1
        link.current_link_credit -= 1
        hand_on: Any = self._message_received_callback
        await hand_on(read_event(frame[transfer.start :]))
        if session.incoming_window == 0:
            session.incoming_window = session.target_incoming_window
            await session._outgoing_flow()
        return True


def _decoded(frame: bytes) -> Any:
    if len(frame) == HEADER_BYTES:
        return decode_empty_frame(memoryview(frame))
    return decode_frame(memoryview(frame)[HEADER_BYTES:])


async def _arrived(transport: Any, seconds: float) -> bytes | None:
    """The bytes that came and were not handled; None if none come in this time, nothing if none will come."""
    async with transport.socket_lock:
        rest = transport._read_buffer.read()
        transport._read_buffer = BytesIO(rest)
        if end_of_frame(rest, 0) is not None:
            return rest
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                chunk = await transport.reader.read(_CHUNK)
        except OSError:  # also the end of the time
            return None if limit.expired() else b""
        return rest + chunk if chunk else b""
