"""Faults of the archive's blobs: written twice, missing, cut short, damaged in the middle, with an altered body."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import fastavro

from reconciliation.comparing.definitions import Class
from tests.reconciliation.capture_writer import SYNC_MARKER, avro
from tests.reconciliation.planted import Planted, in_range, is_inner
from tests.reconciliation.world import PARTITIONS, Event, World


@dataclass
class _Block:
    start: int
    size: int
    sequences: list[int]


def blob_written_twice(planted: Planted) -> None:
    world = planted.world
    path = planted.random.choice(
        [path for path in world.blobs if path.endswith("00.avro") and not _is_copied(world, path)]
    )
    inside = _events_of(planted, path)
    if inside:
        world.blobs[path.replace("00.avro", "01.avro")] = world.blobs[path]
        planted.reread += sum(in_range(e) for e in inside)


def blob_missing(planted: Planted) -> None:
    _lose_from_a_blob(planted, lambda data, blocks: (None, blocks))


def blob_cut_short(planted: Planted) -> None:
    def cut(data: bytes, blocks: list[_Block]) -> tuple[bytes, list[_Block]]:
        first = planted.random.randrange(len(blocks))
        return data[: blocks[first].start + planted.random.randrange(blocks[first].size)], blocks[first:]

    _lose_from_a_blob(planted, cut)


def block_damaged(planted: Planted) -> None:
    def damage(data: bytes, blocks: list[_Block]) -> tuple[bytes, list[_Block]]:
        block = planted.random.choice(blocks)
        sync = block.start + block.size - 16
        return data[:sync] + bytes(16) + data[sync + 16 :], _until_next_sync(blocks, block)

    _lose_from_a_blob(planted, damage)


def body_altered(planted: Planted) -> None:
    """The archive holds other words than were sent: the amount, and whether the event must be flagged."""
    if sale := _take_single(planted, flagged=planted.random.random() < 0.5):
        content = json.loads(sale.body) | {"discount": 61, "priority_shipping": not sale.flagged}
        _rewrite(planted, sale, json.dumps(content).encode())
        planted.expected["differs_in_cosmos"].add(sale.id)
        if sale.flagged:
            planted.expected["unexpected_not_to_be_flagged"].add(sale.id)
        else:
            planted.expected["missing_from_suspicious"].add(sale.id)
            planted.expected["missing_from_fraud"].add(sale.id)


def body_torn(planted: Planted) -> None:
    """The archive holds a body that is not JSON: it is malformed there, and its id is known from elsewhere only."""
    if sale := _take_single(planted, flagged=planted.random.random() < 0.5):
        _rewrite(planted, sale, sale.body[: planted.random.randrange(len(sale.body))])
        planted.expected["absent_from_quarantine"].add(f"p{sale.partition}-{sale.sequence}")
        planted.expected["only_in_cosmos"].add(sale.id)
        if sale.flagged:
            planted.expected["unexpected_absent_from_archive"].add(sale.id)


def _take_single(planted: Planted, *, flagged: bool) -> Event | None:
    """An event that was captured once, in a blob that is whole."""
    sale = planted.take(flagged=flagged)
    if sale is None or sum(e.id == sale.id for e in planted.world.events) > 1:
        return None
    return sale if _blobs_of(planted, sale) else None


def _blobs_of(planted: Planted, sale: Event) -> list[str]:
    return [path for path in planted.world.blobs if any(e is sale for e in _events_of(planted, path))]


def _rewrite(planted: Planted, sale: Event, body: bytes) -> None:
    """Write its blobs anew with another body."""
    for path in _blobs_of(planted, sale):
        stream = io.BytesIO(planted.world.blobs[path])
        records = [*cast("Any", fastavro).reader(stream)]
        codec = cast("Any", fastavro).reader(io.BytesIO(planted.world.blobs[path])).codec
        changed = [r | {"Body": body} if r["SequenceNumber"] == sale.sequence else r for r in records]
        planted.world.blobs[path] = avro(changed, codec)


def _until_next_sync(blocks: list[_Block], damaged: _Block) -> list[_Block]:
    """Without its sync marker a block takes the next with it: the marker that is found is that one's."""
    index = blocks.index(damaged)
    return blocks[index : index + 2]


def _lose_from_a_blob(
    planted: Planted, change: Callable[[bytes, list[_Block]], tuple[bytes | None, list[_Block]]]
) -> None:
    """Take records out of one blob whose events no fault has touched, and note what their loss leads to."""
    world = planted.world
    choices: list[str] = []
    for path in world.blobs:
        inside = _events_of(planted, path)
        if inside and all(id(e) not in planted.touched and is_inner(world, e) for e in inside):
            choices += [] if _is_copied(world, path) else [path]
    if not choices:
        return
    path = planted.random.choice(choices)
    data = world.blobs[path]
    blocks = [
        _Block(block.offset, block.size, [r["SequenceNumber"] for r in block])
        for block in cast("Any", fastavro).block_reader(io.BytesIO(data))
    ]
    inside = _events_of(planted, path)
    everyone = {id(e) for e in world.events if e.id in {i.id for i in inside if i.id}} | {id(e) for e in inside}
    changed, lost_blocks = change(data, blocks)
    if changed is None:
        del world.blobs[path]
    else:
        world.blobs[path] = changed
        # Behind a whole block the file ends as if there were no more: only the numbers tell.
        planted.unreadable += not (len(changed) < len(data) and changed.endswith(SYNC_MARKER))
        planted.damaged.add(path)
    numbers = {number for block in lost_blocks for number in block.sequences}
    lost = [e for e in inside if e.sequence in numbers]
    planted.touched |= everyone
    left = [e for e in world.events if e not in lost]
    _note_losses(planted, lost, left)
    world.events = left


def _note_losses(planted: Planted, lost: list[Event], left: list[Event]) -> None:
    kept = {e.id for e in left if e.id}
    for sale in lost:
        if not sale.id or not in_range(sale):
            continue
        if sale.id not in kept:
            planted.expected["only_in_cosmos"].add(sale.id)
        if sale.flagged:
            name: Class = "duplicates" if sale.id in kept else "unexpected_absent_from_archive"
            planted.expected[name].add(sale.id)


def _is_copied(world: World, path: str) -> bool:
    return path.endswith("01.avro") or path.replace("00.avro", "01.avro") in world.blobs


def _events_of(planted: Planted, path: str) -> list[Event]:
    """The events of a blob; none if it is damaged."""
    if path in planted.damaged:
        return []
    partition = PARTITIONS.index(path[: len(PARTITIONS[0])])
    records = cast("Any", fastavro).reader(io.BytesIO(planted.world.blobs[path]))
    numbers = {r["SequenceNumber"] for r in records}
    return [e for e in planted.world.events if e.partition == partition and e.sequence in numbers]
