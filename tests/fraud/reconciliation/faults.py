"""Faults to plant in a world of archives, each with what the report must say of it.

A fault takes events that no other fault has touched and notes the classes, with ids, that it must lead to.
"""

import io
import json
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random
from typing import Any, cast

import fastavro

from fraud.reconciliation.differences import Class
from fraud.reconciliation.ranges import milliseconds
from tests.fraud.reconciliation.world import PARTITIONS, RANGE, Event, World, event, suspicious_row, verdict

MALFORMED = b'{"id": "x", "is_return": }'


@dataclass
class Planted:
    """A world with faults, and what must be found."""

    world: World
    random: Random
    expected: defaultdict[Class, set[str]] = field(default_factory=lambda: defaultdict(set))
    unreadable: int = 0
    reread: int = 0
    damaged: set[str] = field(default_factory=set[str])
    touched: set[int] = field(default_factory=set[int])

    def lost_numbers(self) -> int:
        """How many sequence numbers the archive lacks between events that leave open whether they are of the range."""
        total = 0
        for partition in range(len(PARTITIONS)):
            left = sorted((e for e in self.world.events if e.partition == partition), key=lambda e: e.sequence)
            for before, after in pairwise(left):
                if before.window <= RANGE.last_window and after.window >= RANGE.first_window:
                    total += after.sequence - before.sequence - 1
        return total

    def take(self, *, flagged: bool) -> Event | None:
        """An event in the range that no fault has touched, neither first nor last of its partition."""
        left = [
            e
            for e in self.world.events
            if id(e) not in self.touched and e.id and e.flagged == flagged and in_range(e) and is_inner(self.world, e)
        ]
        if not left:
            return None
        chosen = self.random.choice(left)
        self.touched |= {id(e) for e in self.world.events if e.id == chosen.id}
        return chosen


def in_range(one: Event) -> bool:
    return RANGE.first_window <= one.window <= RANGE.last_window


def is_inner(world: World, one: Event) -> bool:
    numbers = [e.sequence for e in world.events if e.partition == one.partition]
    return min(numbers) < one.sequence < max(numbers)


def build(random: Random, count: int, codec: str) -> World:
    """A world that balances, with resent, malformed and store-less events in it."""
    events: list[Event] = []
    span = milliseconds(RANGE.end) - milliseconds(RANGE.start)
    for _ in range(count):
        moment = milliseconds(RANGE.start) + random.randrange(-600_000, span + 600_000)
        if random.random() < 0.1:
            # Just before, on and just after the end of a window.
            moment = moment // 300_000 * 300_000 + random.choice((-1, 0, 1))
        one = event(
            random,
            moment,
            flagged=random.random() < 0.4,
            partition=random.randrange(len(PARTITIONS)),
            store=random.choice((None, 1, 2, 3)),
        )
        if random.random() < 0.1:
            one = replace(one, id="", body=MALFORMED, flagged=False, store=None)
        if random.random() < 0.1 and one.id:
            one = replace(one, id=(name := f"order {random.randrange(10**9)} ä"), body=renamed(one, name))
        events.append(one)
        if random.random() < 0.1 and one.id:
            events.append(replace(one, enqueued=moment + random.randrange(1, 400_000)))
    # Something on either side of the range in every partition, so that every gap in it shows.
    for partition in range(len(PARTITIONS)):
        for edge in (milliseconds(RANGE.start) - 500_000, milliseconds(RANGE.end) + 500_000):
            events.append(event(random, edge, partition=partition))
    return World.of(events, codec)


def renamed(one: Event, name: str) -> bytes:
    return json.dumps(json.loads(one.body) | {"id": name}).encode()


def lost_by_the_job(planted: Planted) -> None:
    if one := planted.take(flagged=True):
        _drop(planted.world.suspicious, one.id)
        planted.world.verdicts = [v for v in planted.world.verdicts if v["event_id"] != one.id]
        planted.expected["missing_from_suspicious"].add(one.id)
        planted.expected["missing_from_fraud"].add(one.id)


def lost_row(planted: Planted) -> None:
    if one := planted.take(flagged=True):
        _drop(planted.world.suspicious, one.id)
        planted.expected["missing_from_suspicious"].add(one.id)


def lost_verdict(planted: Planted) -> None:
    if one := planted.take(flagged=True):
        planted.world.verdicts = [v for v in planted.world.verdicts if v["event_id"] != one.id]
        planted.expected["missing_from_fraud"].add(one.id)


def doubled_in_a_row(planted: Planted) -> None:
    if one := planted.take(flagged=True):
        end = suspicious_row(one.window, None, [])["WindowEnd"]
        row = next(r for r in planted.world.suspicious if one.id in r["ids"] and r["WindowEnd"] == end)
        row["ids"] += [one.id]
        planted.expected["duplicates"].add(one.id)


def doubled_verdict(planted: Planted) -> None:
    if one := planted.take(flagged=True):
        same = [v for v in planted.world.verdicts if v["event_id"] == one.id]
        # An event that was resent within one window may be judged as often.
        copies = sum(e.id == one.id for e in planted.world.events)
        planted.world.verdicts += [verdict(one.window, same[0]["store_id"], one.id)] * copies
        planted.expected["duplicates"].add(one.id)


def moved(planted: Planted) -> None:
    if (one := planted.take(flagged=True)) and sum(e.id == one.id for e in planted.world.events) == 1:
        window = one.window + planted.random.choice((-2, -1, 1, 2))
        _drop(planted.world.suspicious, one.id)
        planted.world.suspicious.append(suspicious_row(window, one.store, [one.id]))
        planted.world.verdicts = [v for v in planted.world.verdicts if v["event_id"] != one.id]
        planted.world.verdicts.append(verdict(window, one.store, one.id))
        planted.expected["wrong_window"].add(one.id)


def foreign(planted: Planted) -> None:
    name = planted.random.choice((str(uuid.UUID(int=planted.random.getrandbits(128))), "not/ours ?"))
    window = planted.random.randint(RANGE.first_window, RANGE.last_window)
    if planted.random.random() < 0.5:
        planted.world.suspicious.append(suspicious_row(window, 1, [name]))
    else:
        planted.world.verdicts.append(verdict(window, 1, name))
    planted.expected["unexpected_absent_from_archive"].add(name)


def harmless_but_reported(planted: Planted) -> None:
    if one := planted.take(flagged=False):
        planted.world.suspicious.append(suspicious_row(one.window, one.store, [one.id]))
        planted.expected["unexpected_not_to_be_flagged"].add(one.id)


def altered_store(planted: Planted) -> None:
    if one := planted.take(flagged=True):
        for v in planted.world.verdicts:
            if v["event_id"] == one.id:
                v["store_id"] = 99
        planted.expected["wrong_store"].add(one.id)


def absent_from_cosmos(planted: Planted) -> None:
    if one := planted.take(flagged=planted.random.random() < 0.5):
        planted.world.documents = [d for d in planted.world.documents if d[0] != one.id]
        planted.expected["absent_from_cosmos"].add(one.id)


def only_in_cosmos(planted: Planted) -> None:
    name = str(uuid.UUID(int=planted.random.getrandbits(128)))
    planted.world.documents.append((name, 1, planted.random.randint(RANGE.first_window, RANGE.last_window)))
    planted.expected["only_in_cosmos"].add(name)


def unresolved(planted: Planted) -> None:
    if one := planted.take(flagged=True):
        for v in planted.world.verdicts:
            if v["event_id"] == one.id:
                v["band"] = "unresolved"
        planted.expected["unresolved"].add(one.id)


def absent_from_quarantine(planted: Planted) -> None:
    left = [e for e in planted.world.events if not e.id and in_range(e) and id(e) not in planted.touched]
    if left:
        one = planted.random.choice(left)
        planted.touched.add(id(one))
        planted.world.quarantine.remove((one.partition, one.sequence))
        planted.expected["absent_from_quarantine"].add(f"p{one.partition}-{one.sequence}")


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
    def cut(data: bytes, blocks: list["_Block"]) -> tuple[bytes, list[_Block]]:
        first = planted.random.randrange(len(blocks))
        return data[: blocks[first].start + planted.random.randrange(1, blocks[first].size)], blocks[first:]

    _lose_from_a_blob(planted, cut)


def block_damaged(planted: Planted) -> None:
    def damage(data: bytes, blocks: list["_Block"]) -> tuple[bytes, list[_Block]]:
        block = planted.random.choice(blocks)
        sync = block.start + block.size - 16
        return data[:sync] + bytes(16) + data[sync + 16 :], _until_next_sync(blocks, block)

    _lose_from_a_blob(planted, damage)


@dataclass
class _Block:
    start: int
    size: int
    sequences: list[int]


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
        planted.unreadable += 1
        planted.damaged.add(path)
    numbers = {number for block in lost_blocks for number in block.sequences}
    lost = [e for e in inside if e.sequence in numbers]
    planted.touched |= everyone
    left = [e for e in world.events if e not in lost]
    _note_losses(planted, lost, left)
    world.events = left


def _note_losses(planted: Planted, lost: list[Event], left: list[Event]) -> None:
    kept = {e.id for e in left if e.id}
    for one in lost:
        if not one.id or not in_range(one):
            continue
        if one.id not in kept:
            planted.expected["only_in_cosmos"].add(one.id)
        if one.flagged:
            name: Class = "duplicates" if one.id in kept else "unexpected_absent_from_archive"
            planted.expected[name].add(one.id)


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


def _drop(rows: list[dict[str, Any]], identifier: str) -> None:
    for row in rows:
        row["ids"] = [one for one in row["ids"] if one != identifier]


FAULTS: list[Callable[[Planted], None]] = [
    lost_by_the_job,
    lost_row,
    lost_verdict,
    doubled_in_a_row,
    doubled_verdict,
    moved,
    foreign,
    harmless_but_reported,
    altered_store,
    absent_from_cosmos,
    only_in_cosmos,
    unresolved,
    absent_from_quarantine,
    blob_written_twice,
    blob_missing,
    blob_cut_short,
    block_damaged,
]
