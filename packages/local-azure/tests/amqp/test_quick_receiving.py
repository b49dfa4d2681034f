"""Contract: the shorter ways of receiving give what the SDK's own give, however the bytes arrive."""
# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false

import asyncio
from collections.abc import Iterator
from io import BytesIO
from random import Random
from typing import Any

import pytest
from azure.eventhub import EventData
from azure.eventhub._pyamqp._encode import encode_frame
from azure.eventhub._pyamqp.aio._transport_async import AsyncTransport
from azure.eventhub._pyamqp.message import Message
from azure.eventhub._pyamqp.performatives import FlowFrame, TransferFrame
from azure.eventhub.amqp import AmqpAnnotatedMessage

from local_azure.amqp.quick_receiving import receive_quickly

EMPTY = bytes.fromhex("0000000802000000")


@pytest.fixture(autouse=True)
def quick() -> None:
    receive_quickly()
    receive_quickly()


def frames() -> Iterator[bytes]:
    for size in (1, 200, 70_000):
        transfer = TransferFrame(0, size, b"%d" % size, 0, True, False, None, None, None, None, True, b"p" * size)
        for frame in (transfer, FlowFrame(1, 2, 3, 4, 0, 5, 6)):
            header, performative = encode_frame(frame)
            yield header + (7).to_bytes(2, "big") + (performative or b"")
        yield EMPTY


class Connected(AsyncTransport):
    """A transport whose bytes come from a reader that the test feeds."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self.reader = reader
        self.connected = True
        self.socket_lock = asyncio.Lock()
        self.network_trace_params = {}
        self._read_buffer = BytesIO()


async def received(parts: list[bytes], *, quickly: bool) -> list[Any]:
    """What a transport gives for bytes that arrive in parts, each after an answer or a time limit."""
    reader = asyncio.StreamReader()
    transport = Connected(reader)
    receive: Any = transport.receive_frame if quickly else transport.receive_frame_slowly  # pyright: ignore
    answers: list[Any] = []
    for part in parts:
        reader.feed_data(part)
        while (answer := await receive(timeout=0.001)) != (None, None):
            answers.append(_plain(answer))
    return answers


def _plain(answer: Any) -> Any:
    """An answer with its views as bytes, so that it can be compared."""
    channel, (kind, fields) = answer
    return channel, kind, [_bytes(each) for each in fields or ()]


def _bytes(value: Any) -> Any:
    return value.tobytes() if hasattr(value, "tobytes") else value


@pytest.mark.parametrize("seed", range(12))
async def test_frames_are_the_same_wherever_their_bytes_are_cut(seed: int):
    random, stream = Random(seed), b"".join([*frames()] * 12)
    cuts = sorted(random.sample(range(1, len(stream)), 12))
    parts = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    quick, slow = await received(parts, quickly=True), await received(parts, quickly=False)

    assert quick == slow
    assert len(quick) == 12 * 9


async def test_others_have_their_turn_while_many_frames_are_there():
    reader = asyncio.StreamReader()
    transport = Connected(reader)
    reader.feed_data(next(frames()) * 200)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    for _ in range(200):
        await transport.receive_frame(timeout=1)
    beside.cancel()

    assert turns >= 200 // 32


def test_an_event_is_the_same():
    properties: Any = {b"run_id": b"r-1"}
    message: Any = Message(
        data=[b"{}"], message_annotations={b"x-opt-sequence-number": 3}, application_properties=properties
    )
    quick = EventData._from_message(message)
    slow = EventData(body="")
    slow._message, slow._raw_amqp_message = message, AmqpAnnotatedMessage(message=message)

    assert vars(quick).keys() == vars(slow).keys()
    assert quick.sequence_number == slow.sequence_number
    assert (quick.message_id, quick.content_type, quick.correlation_id) == (None, None, None)
    assert quick.system_properties == slow.system_properties
    assert (quick.properties, quick.body_as_str()) == (properties, "{}")
