"""The flow of events through the pipeline: at each joint how many have passed, and how fast they pass."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from activities.recent import RecentAnswer
from activities.watching.watch_pipeline import Look, recent_look
from fraud.watching.checks import PartitionFacts
from fraud.watching.flow import Joint
from services import event_hub
from services.captured_ends import CapturedEnds
from services.counting import AlertCounts, FlaggedIds, count_alerts
from services.judged_counts import JudgedCases, JudgedCounts
from services.watching import azure_time, read_checkpoints

COUNT_SECONDS = 10.0
"""Counts that cost a query or a listing are renewed after so many seconds, for all viewers together."""
_SAMPLES = 60
_RATE_SECONDS = 20.0
"""Real seconds over which a rate is measured."""


class Counts(msgspec.Struct, frozen=True):
    """Counts of the joints behind the hub since `since`, and Capture's ends by partition."""

    at: datetime
    since: datetime
    captured: dict[str, int]
    flagged: int
    judged: JudgedCases
    alerts: AlertCounts


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """The whole flow at a moment of Azure's time, and how many of its seconds pass in a second, once that is known."""

    look: Look
    """It may be older than the joints: its own time is `look.facts.now`."""
    now: datetime
    since: datetime
    speed: float | None
    joints: dict[str, Joint]
    nobody_to_tell: int = 0

    @property
    def lag(self) -> int:
        """Events in the hub that are not archived yet."""
        return (self.joints["sent"].count or 0) - (self.joints["archived"].count or 0)


class _Sample(msgspec.Struct, frozen=True):
    seconds: float
    at: datetime
    counts: dict[str, int | None]


_captured = CapturedEnds()
_flagged = FlaggedIds()
_judged = JudgedCounts()
_samples: deque[_Sample] = deque(maxlen=_SAMPLES)


async def _count() -> Counts:
    now = (await recent_look()).facts.now
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = (today, today - timedelta(days=1))
    async with asyncio.TaskGroup() as group:
        captured = group.create_task(_captured.read(now))
        flagged = group.create_task(_flagged.count(days))
        judged = group.create_task(_judged.count(days[1]))
        alerts = group.create_task(count_alerts(days))
    return Counts(now, days[1], captured.result(), flagged.result(), judged.result(), alerts.result())


_counts = RecentAnswer(_count, seconds=COUNT_SECONDS)


async def _flow() -> Flow:
    look, counts = await recent_look(), await _counts.get()
    now = await azure_time()
    numbers = _numbers(look, counts, await read_checkpoints(event_hub.namespace()))
    if not _samples or _samples[-1].at < now:
        _samples.append(_Sample(time.monotonic(), now, numbers))
    joints = {name: Joint(count, _rate(name)) for name, count in numbers.items()}
    return Flow(
        look=look,
        now=now,
        since=counts.since,
        speed=_speed(),
        joints=joints,
        nobody_to_tell=counts.alerts.nobody_to_tell,
    )


_recent = RecentAnswer(_flow, seconds=1.5)


async def recent_flow() -> Flow:
    """The flow as it was seen in the last seconds. Raises what a service raised."""
    return await _recent.get()


def _numbers(look: Look, counts: Counts, checkpoints: dict[str, int]) -> dict[str, int | None]:
    partitions = look.facts.partitions
    archived = {each.id: max(each.archived, checkpoints.get(each.id, -1)) for each in partitions}
    return {
        # What is archived by now has reached the hub, whenever that was looked at last.
        "sent": sum(max(each.last, archived[each.id]) + 1 for each in partitions),
        "captured": captured_events(partitions, counts.captured),
        "archived": sum(number + 1 for number in archived.values()),
        "quarantined": look.facts.quarantined,
        "flagged": counts.flagged,
        "windows": counts.judged.cases,
        "judged": counts.judged.verdicts,
        "alerts": counts.alerts.told,
    }


def captured_events(partitions: Sequence[PartitionFacts], ends: Mapping[str, int]) -> int | None:
    """The captured events of all partitions; None if it is unknown of any that has events.

    No more than the hub has had: before its first blob, the archive may end with those of a hub before it.
    """
    unknown = [each for each in partitions if each.last >= 0 and each.id not in ends]
    if unknown or not partitions:
        return None
    return sum(min(each.last, ends.get(each.id, -1)) + 1 for each in partitions)


def _rate(name: str) -> float | None:
    """Events in a second of Azure's time, over the last real seconds; None before there are two looks."""
    newest = _samples[-1]
    count = newest.counts[name]
    for sample in reversed(_samples):
        before = sample.counts[name]
        if count is None or before is None:
            return None
        if newest.seconds - sample.seconds >= _RATE_SECONDS or sample is _samples[0]:
            seconds = (newest.at - sample.at).total_seconds()
            # A count that is smaller than before was begun anew, at midnight or by a purge.
            return max(0.0, (count - before) / seconds) if seconds else None
    return None


def _speed() -> float | None:
    """The number of Azure's seconds that pass in a real one; None until two looks are some seconds apart."""
    first, last = _samples[0], _samples[-1]
    real = last.seconds - first.seconds
    if real < 3:
        return None
    exact = (last.at - first.at).total_seconds() / real
    return round(exact) if exact > 1.5 else 1.0
