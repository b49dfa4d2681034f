"""Bytes that a connection has not sent yet: gathered within a turn of the event loop, bounded by what the client reads.

Above `SEND_BUFFER_BYTES` no more messages go out, above `REPLY_BUFFER_BYTES` the client is not read from either.
"""

import asyncio
import time

from local_azure.amqp.limits import REPLY_BUFFER_BYTES, SEND_BUFFER_BYTES

_FLUSH_BYTES = 65_536


class Outbox:
    """The sending side of one transport."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.last_sent = time.monotonic()
        self.congested_since: float | None = None
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._parts: list[bytes] = []
        self._size = 0
        transport.set_write_buffer_limits(high=SEND_BUFFER_BYTES, low=SEND_BUFFER_BYTES // 4)

    def put(self, data: bytes) -> None:
        """Send bytes, at the latest when this turn of the event loop ends."""
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(data)
        self._size += len(data)
        if self._size >= _FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand everything to the socket."""
        if not self._parts:
            return
        data = b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        if self._transport.is_closing():
            return
        self.last_sent = time.monotonic()
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > REPLY_BUFFER_BYTES:
            self._transport.pause_reading()

    def close(self) -> None:
        """Hang up once everything is sent."""
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        """Hang up at once."""
        self._transport.abort()

    def pause(self) -> None:
        """The client reads more slowly than we send."""
        self.congested_since = time.monotonic()

    def resume(self) -> None:
        """The client has caught up."""
        self.congested_since = None
        self._transport.resume_reading()
