"""Takes events from Microsoft's client for Event Hubs in half of the time, in the parts that read whole hubs.

For each frame that the client receives it begins a task with a time limit, though mostly the whole frame has arrived
already; and it fills each `EventData` with an empty message before it puts in the one that came. Both are private
functions of the SDK: what this adds reads frames that are there at once, and leaves all else to the SDK.
"""

import importlib
from itertools import count
from typing import Any

_HEADER = 8
_PLAIN_OFFSET, _PLAIN_TYPE = 2, 0
"""Of a frame that has no extended header and is of AMQP."""
_IN_A_ROW = 32
"""Frames that are read without a turn for others on the loop."""


def receive_quickly() -> None:
    """Give `azure.eventhub` of this process the shorter ways. Done twice, it does nothing."""
    transport: Any = importlib.import_module("azure.eventhub._pyamqp.aio._transport_async").AsyncTransportMixin
    decode: Any = importlib.import_module("azure.eventhub._pyamqp._decode").decode_frame
    common: Any = importlib.import_module("azure.eventhub._common")
    if hasattr(transport, "receive_frame_slowly"):
        return
    receive = transport.receive_frame_slowly = transport.receive_frame
    turn = count(1)

    async def receive_frame(self: Any, timeout: Any = None, **options: Any) -> Any:  # noqa: ASYNC109 - the SDK's own
        frame = None if options or next(turn) % _IN_A_ROW == 0 else _whole_frame(self)
        if frame is None:
            return await receive(self, timeout=timeout, **options)
        return int.from_bytes(frame[6:_HEADER], "big"), decode(frame[_HEADER:])

    def from_message(cls: Any, message: Any, raw_amqp_message: Any = None) -> Any:
        event = object.__new__(cls)
        event._last_enqueued_event_properties = {}
        event._sys_properties = event._uamqp_message = None
        event._message = message
        event._raw_amqp_message = raw_amqp_message or common.AmqpAnnotatedMessage(message=message)
        return event

    transport.receive_frame = receive_frame
    common.EventData._from_message = classmethod(from_message)


def _whole_frame(transport: Any) -> memoryview | None:
    """The next frame, if nothing of it is still to come and nobody else is reading."""
    reader, left_over = transport.reader, transport._read_buffer
    if reader is None or reader._exception is not None or transport.socket_lock.locked():
        return None
    if left_over.tell() != left_over.getbuffer().nbytes:
        return None  # of a frame that came in part
    buffer: bytearray = reader._buffer
    size = int.from_bytes(buffer[:4], "big")
    if size <= _HEADER or len(buffer) < size or (buffer[4], buffer[5]) != (_PLAIN_OFFSET, _PLAIN_TYPE):
        return None
    frame = memoryview(bytes(buffer[:size]))
    del buffer[:size]
    reader._maybe_resume_transport()
    return frame
