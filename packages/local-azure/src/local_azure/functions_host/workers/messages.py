"""What the host and a worker process tell each other over a socket: frames of msgpack behind their length."""

import asyncio

import msgspec

from local_azure.durable.worker import FunctionKind

_LENGTH_BYTES = 4


class Call(msgspec.Struct, frozen=True, array_like=True):
    """A function to run. `payload` is the trigger's JSON; only an activity has an instance beside it, and may have no
    payload.
    """

    number: int
    kind: FunctionKind
    name: str
    instance_id: str
    payload: str | None


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """The result of the call of that number as JSON, or with `error` what user code raised, and its traceback."""

    number: int
    result: str | None = None
    error: str | None = None
    details: str = ""


READY = Answer(-1)
"""The first of a process: its functions are loaded."""


async def receive(reader: asyncio.StreamReader) -> bytes:
    """The next frame. Raises asyncio.IncompleteReadError or ConnectionError when the other side has ended."""
    return await reader.readexactly(int.from_bytes(await reader.readexactly(_LENGTH_BYTES), "big"))


def send(writer: asyncio.StreamWriter, message: Call | Answer) -> None:
    """Send a frame behind those that were sent before."""
    frame = msgspec.msgpack.encode(message)
    writer.write(len(frame).to_bytes(_LENGTH_BYTES, "big") + frame)
