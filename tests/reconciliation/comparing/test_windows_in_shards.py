"""For the larger sizes a window of a store comes in several rows and messages; its accounts are those of one."""

import zlib
from random import Random
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.reconciliation.faults import build
from tests.reconciliation.world import RANGE, World

SEEDS = st.integers(0, 2**32)
SHARDS = 4


def shard_of(event_id: str) -> int:
    """Any division of ids that puts equal ids together, as equal events come to the same shard."""
    return zlib.crc32(event_id.encode()) % SHARDS


def in_shards(rows: list[dict[str, Any]], random: Random) -> list[dict[str, Any]]:
    """The same rows, each divided by shard, in any order."""
    divided = [
        row | {"ids": ids}
        for row in rows
        for shard in range(SHARDS)
        if (ids := [event_id for event_id in row["ids"] if shard_of(event_id) == shard])
    ]
    random.shuffle(divided)
    return divided


def built(seed: int) -> tuple[World, Random]:
    random = Random(seed)
    return build(random, 60, "null"), random


@given(SEEDS)
@settings(max_examples=25)
def test_the_accounts_of_a_window_in_shards_are_those_of_one_row(seed: int):
    world, random = built(seed)
    whole = world.reconcile()

    world.suspicious = in_shards(world.suspicious, random)
    sharded = world.reconcile()

    assert sharded.balanced, sharded.sentence
    # But for `windows`, which counts rows.
    assert replace(sharded.accounts, windows=whole.accounts.windows) == whole.accounts
    assert sharded.windows == whole.windows


@given(SEEDS)
@settings(max_examples=25)
def test_a_shard_whose_analysis_is_lost_is_named_id_by_id(seed: int):
    world, random = built(seed)
    world.suspicious = in_shards(world.suspicious, random)
    span = RANGE.start.isoformat()[:19], RANGE.end.isoformat()[:19]
    inside = [row for row in world.suspicious if span[0] < row["WindowEnd"][:19] <= span[1]]
    assume(inside)
    lost = random.choice(inside)

    def is_lost(verdict: dict[str, Any]) -> bool:
        same_window = verdict["store_id"] == lost["store_id"] and verdict["window_end"][:19] == lost["WindowEnd"][:19]
        return same_window and verdict["event_id"] in lost["ids"]

    world.verdicts = [verdict for verdict in world.verdicts if not is_lost(verdict)]
    (difference,) = world.reconcile().differences

    assert difference.name == "missing_from_fraud"
    assert {example.event_id for example in difference.examples} == set(lost["ids"])
