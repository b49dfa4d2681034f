"""Contract: frames end, and transfers say, what Microsoft's client takes them to."""
# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false

import importlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.amqp.encode import uint
from local_azure.amqp.frames import AMQP_HEADER, HEADER_BYTES, HEARTBEAT, FrameType, build
from local_azure.amqp.performatives import Code, performative
from local_azure.amqp.sdk_frames import WholeTransfer, end_of_frame, transfer_at
from local_azure.amqp.transfers import continued_transfer, transfer

DECODER: Any = importlib.import_module("azure.eventhub._pyamqp._decode")
PAYLOAD = b"\x00Su\xa0\x01a"


def by_the_sdk(frame: bytes) -> tuple[int, list[Any]]:
    kind, fields = DECODER.decode_frame(memoryview(frame)[HEADER_BYTES:])
    return kind, fields


def short(*fields: bytes) -> bytes:
    """A transfer as Azure writes it, in the shortest form of each field."""
    body = b"".join(fields)
    return b"\x00\x53\x14\xc0" + bytes((len(body) + 1, len(fields))) + body


numbers = st.integers(0, 2**32 - 1).map(
    lambda number: (
        b"\x43" if number == 0 else b"\x52" + bytes((number,)) if number < 256 else b"\x70" + number.to_bytes(4, "big")
    )
)
flags = st.sampled_from([b"\x40", b"\x41", b"\x42"])
tags = st.one_of(st.just(b"\x40"), st.binary(max_size=32).map(lambda tag: bytes((0xA0, len(tag))) + tag))
transfers = st.tuples(
    numbers, st.one_of(st.just(b"\x40"), numbers), tags, st.one_of(st.just(b"\x40"), numbers), flags, flags,
    st.one_of(st.just(b"\x40"), st.just(b"\x50\x00")), st.just(b"\x40"), flags, flags, flags,
)  # fmt: skip


@given(transfers)
def test_a_transfer_is_read_as_the_sdk_reads_it_or_left_to_it(fields: tuple[bytes, ...]):
    frame = build(3, short(*fields) + PAYLOAD)
    _, read = by_the_sdk(frame)
    is_plain = read[1] is not None and not read[5] and not any(read[6:10]) and fields[6] == b"\x40"
    assert transfer_at(frame, 0) == ((read[0], read[1], len(frame) - len(PAYLOAD)) if is_plain else None)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=32), st.booleans())
def test_a_transfer_of_the_local_broker_is_taken_at_once(handle: int, number: int, tag: bytes, settled: bool):
    frame = build(0, transfer(handle, number, tag, settled=settled, more=False) + PAYLOAD)
    assert transfer_at(frame, 0) == WholeTransfer(handle, number, len(frame) - len(PAYLOAD))
    assert transfer_at(b"front" + frame, 5) == WholeTransfer(handle, number, 5 + len(frame) - len(PAYLOAD))


@pytest.mark.parametrize(
    "body",
    [
        transfer(1, 2, b"tag", settled=False, more=True),
        continued_transfer(1, settled=False, more=False),
        performative(Code.TRANSFER, [uint(1), uint(2), b"tag"]),
        performative(Code.FLOW, [uint(0)] * 11),
        b"\x00\x53\x14\x45",
    ],
)
def test_what_is_not_a_whole_message_is_left_to_the_sdk(body: bytes):
    assert transfer_at(build(0, body + PAYLOAD), 0) is None


@given(st.lists(st.binary(max_size=300), max_size=4), st.integers(0, 1_200))
def test_a_frame_ends_where_the_next_begins_once_all_of_it_is_there(bodies: list[bytes], there: int):
    frames = [HEARTBEAT, *(build(7, body) for body in bodies)]
    data, at, ends = b"".join(frames)[:there], 0, list[int]()
    while (end := end_of_frame(data, at)) is not None:
        ends.append(end)
        at = end
    lengths = [sum(map(len, frames[: count + 1])) for count in range(len(frames))]
    assert ends == [length for length in lengths if length <= there]


@pytest.mark.parametrize(
    "data", [AMQP_HEADER, build(0, b"a", frame_type=FrameType.SASL), b"\0\0\0\x07\2\0\0\0", b"\0\0\0\x0c\3\0\0\0extd"]
)
def test_what_is_not_a_plain_frame_is_left_to_the_sdk(data: bytes):
    assert end_of_frame(data, 0) == 0
