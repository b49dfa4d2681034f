"""A pipeline in which all is well, to be changed by a test."""

from datetime import UTC, datetime, timedelta

import msgspec

from fraud.watching.checks import Check, Facts, Night, PartitionFacts, Thresholds
from fraud.watching.judging import judged_checks
from fraud.watching.memory import Memory, remembered

NOW = datetime(2026, 1, 2, 10, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
WINDOW_END = datetime(2026, 1, 2, 10, 10, tzinfo=UTC)

PARTITION = PartitionFacts(
    id="0", last=100, last_enqueued=NOW - 5 * SECOND, archived=100, captured=datetime(2026, 1, 2, 10, 10, tzinfo=UTC)
)
FACTS = Facts(
    now=NOW,
    partitions=(PARTITION,),
    capture_holes=0,
    flagged=(WINDOW_END,),
    reported=WINDOW_END,
    judged=frozenset({WINDOW_END}),
    open_windows={},
    stuck={},
    asked_for_stuck=None,
    waiting=0,
    oldest_waiting=None,
    dead_letters=0,
    quarantined=0,
    unresolved=0,
    night=Night(ended=NOW - 8 * HOUR, run="reconcile-1", verdict="balanced", faults=0),
)
SINCE = NOW - 30 * HOUR
"""The watch goes on since then."""


def facts(**changes: object) -> Facts:
    """The facts of a look, with some changed."""
    return msgspec.structs.replace(FACTS, **changes)


def partition(**changes: object) -> PartitionFacts:
    """The facts of a partition, with some changed."""
    return msgspec.structs.replace(PARTITION, **changes)


def watched(*looks: Facts, since: datetime = SINCE) -> Memory:
    """The memory of these looks, in order, of a watch that began earlier."""
    memory: Memory | None = None
    for look in looks:
        memory = remembered(memory, look)
    assert memory is not None
    return msgspec.structs.replace(memory, since=since)


def check(name: str, *looks: Facts, since: datetime = SINCE, thresholds: Thresholds | None = None) -> Check:
    """A check at the last of these looks."""
    checks = judged_checks(looks[-1], watched(*looks, since=since), thresholds or Thresholds())
    return next(each for each in checks if each.name == name)
