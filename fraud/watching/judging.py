"""Judge the facts of one look: each check with its number, its threshold and its state.

An idle pipeline is well: a hub without new events, windows without flagged events and an empty queue are not faults.
Waiting counts from the beginning of the watch: nothing has waited over a night in which all of it was off.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from fraud.watching.checks import (
    ALTERED,
    CHECKS,
    Check,
    CheckState,
    Facts,
    PartitionFacts,
    Thresholds,
    quarantined_since,
)
from fraud.watching.memory import Memory
from fraud.windows import WINDOW

_MOST_NAMED = 3


def judged_checks(facts: Facts, memory: Memory, thresholds: Thresholds) -> list[Check]:
    """Every check, in the order of `CHECKS`. `memory` holds this look already."""
    watch = _Watch(facts, memory, thresholds)
    checks = {check.name: check for check in watch.checks()}
    return [checks[name] for name in CHECKS]


class _Watch:
    def __init__(self, facts: Facts, memory: Memory, thresholds: Thresholds) -> None:
        self._facts = facts
        self._memory = memory
        self._thresholds = thresholds

    def checks(self) -> Iterator[Check]:
        yield self._archiver()
        yield self._capture()
        yield self._stream_job()
        yield self._queue()
        yield self._analysis()
        yield from self._counts()
        yield from self._nights()

    def _archiver(self) -> Check:
        limit = self._thresholds.archiver_seconds
        behind = [
            partition
            for partition in self._facts.partitions
            if partition.last - partition.archived > self._thresholds.archiver_events
        ]
        waits = {partition.id: self._waits(partition) for partition in behind}
        value = max(waits.values(), default=0.0)
        moves = all(self._has_moved(name) for name, seconds in waits.items() if seconds > limit)
        events = sum(partition.last - partition.archived for partition in behind)
        detail = f"{events} events of {len(behind)} partitions wait" if behind else ""
        return _check("archiver", value, limit, "lagging" if moves else "standing", detail)

    def _waits(self, partition: PartitionFacts) -> float:
        """Seconds that the oldest event of a partition has waited for the archiver, at least."""
        seen = (look.at for look in self._memory.looks if look.ends.get(partition.id, -1) > partition.archived)
        return max(self._age(moment) for moment in (next(seen, None), partition.last_enqueued))

    def _has_moved(self, name: str) -> bool:
        """The checkpoint of a partition has moved during the last threshold's time."""
        looks = self._memory.looks
        old = [look for look in looks if self._age(look.at) >= self._thresholds.archiver_seconds]
        before = old[-1] if old else looks[0]
        return looks[-1].archived.get(name, -1) > before.archived.get(name, -1)

    def _capture(self) -> Check:
        limit = self._thresholds.capture_seconds
        # Capture writes of every partition, empty blobs too, once the hub has taken its first event.
        ages = {each.id: self._age(each.captured or self._memory.since) for each in self._facts.partitions}
        begun = any(each.captured or each.last >= 0 for each in self._facts.partitions)
        value = max(ages.values(), default=0.0) if begun else 0.0
        if value <= limit and self._facts.capture_holes:
            detail = f"{self._facts.capture_holes} blobs of the last 40 minutes are missing between others"
            definition = CHECKS["capture"]
            return Check(
                name="capture",
                state="lagging",
                value=value,
                threshold=limit,
                unit=definition.unit,
                detail=detail,
                advice=definition.advice,
            )
        late = sorted(name for name, age in ages.items() if age > limit) if begun else []
        detail = f"no new blob of partition {', '.join(late)}" if late else ""
        return _check("capture", value, limit, "standing" if value > 2 * limit else "lagging", detail)

    def _stream_job(self) -> Check:
        limit = self._thresholds.stream_job_seconds
        facts = self._facts
        due = [end for end in facts.flagged if end <= facts.now and (facts.reported is None or end > facts.reported)]
        value = self._age(due[0]) if due else 0.0
        stands = value > limit + WINDOW.total_seconds()
        detail = f"the window to {due[0]:%H:%M} has flagged events and is not reported" if due else ""
        return _check("stream_job", value, limit, "standing" if stands else "lagging", detail)

    def _queue(self) -> Check:
        limit = self._thresholds.queue_seconds
        value = self._age(self._facts.oldest_waiting)
        detail = f"{self._facts.waiting} messages wait" if self._facts.waiting else ""
        return _check("queue", value, limit, "standing" if value > 2 * limit else "lagging", detail)

    def _analysis(self) -> Check:
        limit = self._thresholds.analysis_seconds
        facts = self._facts
        open_ends = [
            end
            for end in facts.flagged
            if facts.reported is not None and end <= facts.reported and end not in facts.judged
        ]
        value = max(map(self._age, (*open_ends[:1], *facts.open_windows.values(), *facts.stuck.values())), default=0.0)
        number = len(facts.open_windows) or len(open_ends)
        details = [f"{number} reported windows have no verdict{_names(facts.open_windows)}"] if number else []
        if facts.stuck:
            details.append(f"{len(facts.stuck)} analyses failed or run for too long{_names(facts.stuck)}")
        return _check("analysis", value, limit, "standing" if value > 2 * limit else "lagging", "; ".join(details))

    def _counts(self) -> Iterator[Check]:
        facts, thresholds = self._facts, self._thresholds
        yield _check("dead_letters", facts.dead_letters, thresholds.dead_letters, "growing")
        since = quarantined_since(facts.now, facts.quarantined)
        yield _check("quarantine", facts.quarantined, thresholds.quarantined, "growing", since)
        yield _check("unresolved", facts.unresolved, thresholds.unresolved, "growing", "in three hours")

    def _nights(self) -> Iterator[Check]:
        night = self._facts.night
        age = self._age(night.ended if night else self._memory.since)
        altered = "the note of the last night was changed or deleted" if night and night.verdict == ALTERED else ""
        detail = f"the last one ended {night.ended:%Y-%m-%d %H:%M}" if night else "there was none yet"
        detail = altered or detail
        yield _check("night", age, self._thresholds.night_seconds, "missing", detail)
        if night and night.verdict == "incomplete" and not night.faults:
            yield _check("night_balance", 1, 0, "lagging", f"{night.run} is incomplete: Capture lacks blobs")
        else:
            detail = night.run if night else ""
            if night and night.acknowledged:
                detail += f", of whose {night.faults:,} differences {night.acknowledged:,} are acknowledged"
            left = night.faults - night.acknowledged if night else 0
            # Nobody can tell of an altered one that it balanced, whatever is taken for known in the chain.
            yield _check("night_balance", 1 if altered else left, 0, "unbalanced", altered or detail)
        detail = altered or (f"as of {night.ended:%Y-%m-%d %H:%M}" if night else "")
        yield _check("chain", night.broken if night else 0, self._thresholds.chain, "broken", detail)

    def _age(self, moment: datetime | None) -> float:
        """Seconds since a moment, counted from the beginning of the watch at the earliest; 0 for None."""
        if moment is None:
            return 0.0
        return max(0.0, (self._facts.now - max(moment, self._memory.since)).total_seconds())


def _names(windows: Iterable[str]) -> str:
    """The first of these names, to be put behind their number; none of them holds a text of others."""
    shown = [*windows][:_MOST_NAMED]
    return f": {', '.join(shown)}" if shown else ""


def _check(name: str, value: float, threshold: float, otherwise: CheckState, detail: str = "") -> Check:
    definition = CHECKS[name]
    is_ok = value <= threshold
    return Check(
        name=name,
        state="ok" if is_ok else otherwise,
        value=round(value, 1),
        threshold=threshold,
        unit=definition.unit,
        detail=detail,
        advice="" if is_ok else definition.advice,
    )
