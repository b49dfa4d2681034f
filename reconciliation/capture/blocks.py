"""Blocks of one file, read together: by the shape of their records where that holds, otherwise one after another."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from reconciliation.capture.file import Block, Damage
from reconciliation.capture.reader import Reader
from reconciliation.capture.records import DamagedRecordError, Records
from reconciliation.capture.shape import RecordShape
from reconciliation.capture.walker import walk

MOST_SHAPES = 3
"""Learned for one batch of blocks. Where the shape changes more often, trying costs more than it saves."""


def read_blocks(blocks: Sequence[Block], read: Reader) -> Iterator[Records | Damage]:
    """The records of blocks, some at a time, and what of the blocks cannot be read."""
    walked = Records()
    done = shapes = 0
    while done < len(blocks):
        if read is walk and shapes < MOST_SHAPES:
            shapes += 1
            records, number = _read_alike(blocks[done:])
            done += number
            yield records
        # Whatever ended the shape lies in this block.
        if done < len(blocks):
            block = blocks[done]
            done += 1
            try:
                read(block.data, block.start, block.end, block.count, walked)
            except DamagedRecordError as error:
                yield Damage(block.offset, str(error))
    yield walked


def _read_alike(blocks: Sequence[Block]) -> tuple[Records, int]:
    """The records of the first blocks, as far as all have the shape of the first record; and how many blocks."""
    if not all(block.count for block in blocks):
        return Records(), 0
    data = b"".join([memoryview(block.data)[block.start : block.end] for block in blocks])
    ends = list(accumulate(block.end - block.start for block in blocks))
    try:
        shape = RecordShape(data)
    except (ValueError, IndexError):
        return Records(), 0
    return shape.read(data, ends, [block.count for block in blocks])
