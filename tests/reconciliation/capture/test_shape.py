"""Reading many records by one shape gives what walking gives, whatever the bytes."""

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciliation.capture.blocks import read_blocks
from reconciliation.capture.file import Block, CaptureFile, Damage
from reconciliation.capture.records import DamagedRecordError, Records
from reconciliation.capture.shape import RecordShape
from reconciliation.capture.walker import walk
from tests.reconciliation.capture_writer import avro, record


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Records that are nearly alike: the same properties with values of about the same lengths."""
    count = draw(st.integers(1, 40))
    first = draw(st.sampled_from((0, 60, 8_000, 2**31)))
    keys = draw(st.lists(st.sampled_from(("run_id", "traceparent", "n", "é" * 70)), unique=True))
    exact = draw(st.booleans())
    slope = draw(st.sampled_from((0, 1, 700)))
    values = st.sampled_from(("a" * 20, "b" * 20, "c", 7, -300, 1.5, b"x" * 90))
    chosen = {key: draw(values) for key in keys}
    records: list[dict[str, Any]] = []
    for number in range(count):
        body = draw(st.sampled_from((b"x" * 64, b"y" * 300, b"z" * 8_191, b"short", None) if slope else (b"q" * 99,)))
        made = record(first + number, 1_767_225_599_000 + slope * number, body, exact=exact, **chosen)
        records.append(made)
    return avro(records, draw(st.sampled_from(("null", "deflate"))), draw(st.sampled_from((200, 1_000, 5_000))))


def blocks_of(data: bytes) -> list[Block]:
    file = CaptureFile()
    return [part for part in [*file.feed(data), *file.finish()] if isinstance(part, Block)]


def walked(blocks: list[Block]) -> tuple[list[tuple[int, int, bytes]], list[Damage]]:
    records, damages = Records(), list[Damage]()
    for block in blocks:
        try:
            walk(block.data, block.start, block.end, block.count, records)
        except DamagedRecordError as error:
            damages.append(Damage(block.offset, str(error)))
    return sorted(zip(*records.lists(), strict=True)), damages


def together(blocks: list[Block]) -> tuple[list[tuple[int, int, bytes]], list[Damage]]:
    parts = list(read_blocks(blocks, walk))
    records = [
        record_of_part
        for part in parts
        if isinstance(part, Records)
        for record_of_part in zip(*part.lists(), strict=True)
    ]
    return sorted(records), [part for part in parts if isinstance(part, Damage)]


@given(files())
@settings(max_examples=80)
def test_blocks_read_together_give_what_walking_gives(data: bytes):
    blocks = blocks_of(data)

    assert together(blocks) == walked(blocks)


@given(files(), st.data())
@settings(max_examples=150)
def test_altered_bytes_are_read_or_refused_alike(data: bytes, draw: st.DataObject):
    blocks = blocks_of(data)
    number = draw.draw(st.integers(0, len(blocks) - 1))
    block = blocks[number]
    content = bytearray(block.data[block.start : block.end])
    for _ in range(draw.draw(st.integers(1, 3))):
        # The bytes in front of a body are few beside it, and these are what counts.
        place = draw.draw(st.integers(0, min(len(content), 120) - 1) | st.integers(0, len(content) - 1))
        content[place] = draw.draw(st.integers(0, 255))
    count = max(0, block.count + draw.draw(st.sampled_from((0, 0, 0, -1, 1))))
    blocks[number] = Block(block.offset, count, bytes(content), 0, len(content))

    assert together(blocks) == walked(blocks)


@given(st.binary(max_size=400))
@example(b"")
@example(b"\x80" * 200)
def test_any_bytes_are_read_or_refused_alike(content: bytes):
    blocks = [Block(0, count, content, 0, len(content)) for count in (1, 3)]

    assert together(blocks) == walked(blocks)


def test_records_of_one_shape_are_read_by_it():
    blocks = blocks_of(avro([record(10_000 + n, 5_000 + n, b"b" * (100 + n), run_id="r") for n in range(50)]))

    data = b"".join(block.data[block.start : block.end] for block in blocks)
    assert RecordShape(data).size == data.index(b"bbb")
    [alike, rest] = [part for part in read_blocks(blocks, walk) if isinstance(part, Records)]
    assert len(alike.bodies) == 50
    assert rest.bodies == []
