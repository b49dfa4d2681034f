"""Faults to plant in a world of archives, each with what the report must say of it.

A fault takes events that no other fault has touched and notes the classes, with ids, that it must lead to.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from reconciliation.ranges import milliseconds, window_number
from tests.reconciliation.archive_faults import (
    blob_cut_short,
    blob_missing,
    blob_written_twice,
    block_damaged,
    body_altered,
    body_torn,
)
from tests.reconciliation.case_faults import (
    alert_altered,
    alert_deleted,
    case_altered,
    case_deleted,
    case_without_verdicts,
)
from tests.reconciliation.outputs import suspicious_row, verdict
from tests.reconciliation.planted import Planted, in_range
from tests.reconciliation.world import PARTITIONS, RANGE, Document, Event, World, event

MALFORMED = b'{"id": "x", "is_return": }'


def build(random: Random, count: int, codec: str, *, exact: bool = True) -> World:
    """A world that balances, with resent, malformed and store-less events in it. Unless `exact`, Capture has written
    only the second of some arrivals."""
    events: list[Event] = []
    span = milliseconds(RANGE.end) - milliseconds(RANGE.start)
    for _ in range(count):
        moment = milliseconds(RANGE.start) + random.randrange(-600_000, span + 600_000)
        if random.random() < 0.1:
            # Just before, on and just after the end of a window.
            moment = moment // 300_000 * 300_000 + random.choice((-1, 0, 1))
        taken = event(
            random,
            moment,
            flagged=random.random() < 0.4,
            partition=random.randrange(len(PARTITIONS)),
            store=random.choice((None, 1, 2, 3)),
        )
        if random.random() < 0.1:
            taken = replace(taken, id="", body=MALFORMED, flagged=False, store=None)
        if random.random() < 0.1 and taken.id:
            taken = replace(taken, id=(name := f"order {random.randrange(10**9)} ä"), body=renamed(taken, name))
        if not exact and random.random() < 0.5:
            # Within the second, which is all that the archive tells, a window may end.
            taken = replace(taken, exact=False, enqueued=taken.enqueued + random.choice((0, 0, 400)))
        events.append(taken)
        if random.random() < 0.1 and taken.id:
            events.append(replace(taken, enqueued=moment + random.randrange(1, 400_000)))
    # Something on either side of the range in every partition, so that every gap in it shows.
    for partition in range(len(PARTITIONS)):
        for edge in (milliseconds(RANGE.start) - 500_000, milliseconds(RANGE.end) + 500_000):
            events.append(event(random, edge, partition=partition))
    return World.of(events, codec)


def renamed(taken: Event, name: str) -> bytes:
    return json.dumps(json.loads(taken.body) | {"id": name}).encode()


def lost_by_the_job(planted: Planted) -> None:
    if taken := planted.take(flagged=True):
        _drop(planted.world.suspicious, taken.id)
        planted.world.verdicts = [v for v in planted.world.verdicts if v["event_id"] != taken.id]
        planted.expected["missing_from_suspicious"].add(taken.id)
        planted.expected["missing_from_fraud"].add(taken.id)


def lost_row(planted: Planted) -> None:
    if taken := planted.take(flagged=True):
        _drop(planted.world.suspicious, taken.id)
        planted.expected["missing_from_suspicious"].add(taken.id)


def lost_verdict(planted: Planted) -> None:
    if taken := planted.take(flagged=True):
        planted.world.verdicts = [v for v in planted.world.verdicts if v["event_id"] != taken.id]
        planted.expected["missing_from_fraud"].add(taken.id)


def doubled_in_a_row(planted: Planted) -> None:
    if taken := planted.take(flagged=True):
        end = suspicious_row(taken.window, None, [])["WindowEnd"]
        row = next(r for r in planted.world.suspicious if taken.id in r["ids"] and r["WindowEnd"] == end)
        row["ids"] += [taken.id]
        planted.expected["duplicates"].add(taken.id)


def doubled_verdict(planted: Planted) -> None:
    if taken := planted.take(flagged=True):
        same = [v for v in planted.world.verdicts if v["event_id"] == taken.id]
        # An event that was resent within one window may be judged as often.
        copies = sum(e.id == taken.id for e in planted.world.events)
        planted.world.verdicts += [verdict(taken.window, same[0]["store_id"], taken.id, body=taken.body)] * copies
        planted.expected["duplicates"].add(taken.id)


def moved(planted: Planted) -> None:
    if (taken := planted.take(flagged=True)) and sum(e.id == taken.id for e in planted.world.events) == 1:
        window = taken.window + planted.random.choice((-2, -1, 1, 2))
        _drop(planted.world.suspicious, taken.id)
        planted.world.suspicious.append(suspicious_row(window, taken.store, [taken.id]))
        planted.world.verdicts = [v for v in planted.world.verdicts if v["event_id"] != taken.id]
        planted.world.verdicts.append(verdict(window, taken.store, taken.id, body=taken.body))
        planted.expected["wrong_window"].add(taken.id)


def reported_elsewhere(planted: Planted) -> None:
    """Only one of the two archives names another window."""
    if (taken := planted.take(flagged=True)) and sum(e.id == taken.id for e in planted.world.events) == 1:
        window = taken.window + planted.random.choice((-1, 1))
        if planted.random.random() < 0.5:
            _drop(planted.world.suspicious, taken.id)
            planted.world.suspicious.append(suspicious_row(window, taken.store, [taken.id]))
        else:
            planted.world.verdicts = [v for v in planted.world.verdicts if v["event_id"] != taken.id]
            planted.world.verdicts.append(verdict(window, taken.store, taken.id, body=taken.body))
        planted.expected["wrong_window"].add(taken.id)


def foreign(planted: Planted) -> None:
    name = planted.random.choice((str(uuid.UUID(int=planted.random.getrandbits(128))), "not/ours ?"))
    window = planted.random.randint(RANGE.first_window, RANGE.last_window)
    if planted.random.random() < 0.5:
        planted.world.suspicious.append(suspicious_row(window, 1, [name]))
    else:
        planted.world.verdicts.append(verdict(window, 1, name))
    planted.expected["unexpected_absent_from_archive"].add(name)


def harmless_but_reported(planted: Planted) -> None:
    if taken := planted.take(flagged=False):
        planted.world.suspicious.append(suspicious_row(taken.window, taken.store, [taken.id]))
        planted.expected["unexpected_not_to_be_flagged"].add(taken.id)


def altered_store(planted: Planted) -> None:
    if taken := planted.take(flagged=True):
        if planted.random.random() < 0.5:
            for v in planted.world.verdicts:
                if v["event_id"] == taken.id:
                    v["store_id"] = 99
        else:
            windows = {e.window for e in planted.world.events if e.id == taken.id}
            _drop(planted.world.suspicious, taken.id)
            planted.world.suspicious += [suspicious_row(window, 99, [taken.id]) for window in sorted(windows)]
        planted.expected["wrong_store"].add(taken.id)


def torn_row(planted: Planted) -> None:
    """A line of the stream job that ends in the middle: everything in it counts as not reported."""
    rows = [row for row in planted.world.suspicious if row["ids"] and planted.takes_all(row)]
    if rows:
        row = planted.random.choice(rows)
        planted.world.suspicious.remove(row)
        planted.tear("suspicious", row)
        planted.touched |= {id(e) for e in planted.world.events if e.id in row["ids"]}
        planted.expected["missing_from_suspicious"] |= set(row["ids"])


def row_written_twice(planted: Planted) -> None:
    """A blob of the stream job that was written again under another name."""
    rows = [row for row in planted.world.suspicious if row["ids"] and planted.takes_all(row)]
    if rows:
        row = planted.random.choice(rows)
        planted.world.suspicious.append(json.loads(json.dumps(row)))
        planted.touched |= {id(e) for e in planted.world.events if e.id in row["ids"]}
        planted.expected["duplicates"] |= set(row["ids"])


def torn_verdict(planted: Planted) -> None:
    if taken := planted.take(flagged=True):
        place = verdict(taken.window, None, taken.id)["window_end"]
        torn = next(v for v in planted.world.verdicts if (v["event_id"], v["window_end"]) == (taken.id, place))
        planted.world.verdicts.remove(torn)
        planted.tear("verdicts", torn)
        planted.expected["missing_from_fraud"].add(taken.id)


def absent_from_cosmos(planted: Planted) -> None:
    if taken := planted.take(flagged=planted.random.random() < 0.5):
        planted.world.documents = [d for d in planted.world.documents if d[0] != taken.id]
        planted.expected["absent_from_cosmos"].add(taken.id)


def altered_in_cosmos(planted: Planted) -> None:
    if taken := planted.take(flagged=planted.random.random() < 0.5):
        planted.world.altered.add(taken.id)
        planted.expected["differs_in_cosmos"].add(taken.id)


def only_in_cosmos(planted: Planted) -> None:
    name = str(uuid.UUID(int=planted.random.getrandbits(128)))
    planted.world.documents.append(Document(name, 1, planted.random.randint(RANGE.first_window, RANGE.last_window)))
    planted.expected["only_in_cosmos"].add(name)


def unresolved(planted: Planted) -> None:
    if taken := planted.take(flagged=True):
        for v in planted.world.verdicts:
            if v["event_id"] == taken.id:
                v.update({"band": "unresolved", "event": None, "score": 0, "reasons": []})
        planted.expected["unresolved"].add(taken.id)


def falsified_verdict(planted: Planted) -> None:
    """A verdict whose score, band or reasons somebody has changed."""
    if taken := planted.take(flagged=True):
        changes: list[dict[str, Any]] = [{"score": 1}, {"band": "low"}, {"reasons": []}, {"score": 0, "reasons": []}]
        change = planted.random.choice(changes)
        changed = [v for v in planted.world.verdicts if v["event_id"] == taken.id]
        for line in changed:
            line.update({name: value for name, value in change.items() if line[name] != value} or {"band": "medium"})
        planted.expected["verdict_differs"].add(taken.id)


def verdict_on_another_event(planted: Planted) -> None:
    """A verdict that is right for the event in it, which is not the one that was captured."""
    if taken := planted.take(flagged=True):
        for line in [v for v in planted.world.verdicts if v["event_id"] == taken.id]:
            window = window_number(milliseconds(datetime.fromisoformat(line["window_end"])))
            line.update(
                verdict(window, taken.store, taken.id, body=taken.body.replace(b'"discount": 60', b'"discount": 61'))
            )
        planted.expected["verdict_differs"].add(taken.id)


def verdict_of_unknown_rules(planted: Planted) -> None:
    if taken := planted.take(flagged=True):
        for v in [v for v in planted.world.verdicts if v["event_id"] == taken.id]:
            v["rule_set"] = "1999-12"
        planted.expected["unknown_rule_set"].add(taken.id)


def absent_from_quarantine(planted: Planted) -> None:
    if place := _take_from_quarantine(planted):
        planted.world.quarantine.remove(place)


def record_altered(planted: Planted) -> None:
    """Somebody has put other bytes into the record of what could not be processed."""
    if place := _take_from_quarantine(planted):
        planted.world.altered_records.add(place)


def _take_from_quarantine(planted: Planted) -> tuple[int, int] | None:
    """An untouched event that lies in quarantine, which the report will name as absent; None if all are touched."""
    left = [e for e in planted.world.events if not e.id and in_range(e) and id(e) not in planted.touched]
    if not left:
        return None
    taken = planted.random.choice(left)
    planted.touched.add(id(taken))
    planted.expected["absent_from_quarantine"].add(f"p{taken.partition}-{taken.sequence}")
    return taken.partition, taken.sequence


def verdict_of_another_day(planted: Planted) -> None:
    """A verdict beside the right one, which says that it is of a window of another day."""
    if taken := planted.take(flagged=True):
        same = [v for v in planted.world.verdicts if v["event_id"] == taken.id]
        place = verdict(taken.window, None, taken.id)["window_end"]
        inside = next(v for v in same if v["window_end"] == place)
        far = verdict(taken.window - 5_000, taken.store, taken.id, body=taken.body)
        planted.world.beside.append((inside, far))
        planted.unreadable += 1


def _drop(rows: list[dict[str, Any]], identifier: str) -> None:
    for row in rows:
        row["ids"] = [taken for taken in row["ids"] if taken != identifier]


FAULTS: list[Callable[[Planted], None]] = [
    lost_by_the_job,
    lost_row,
    lost_verdict,
    doubled_in_a_row,
    doubled_verdict,
    moved,
    reported_elsewhere,
    foreign,
    harmless_but_reported,
    altered_store,
    torn_row,
    row_written_twice,
    torn_verdict,
    absent_from_cosmos,
    altered_in_cosmos,
    only_in_cosmos,
    falsified_verdict,
    verdict_on_another_event,
    verdict_of_unknown_rules,
    case_deleted,
    case_altered,
    alert_deleted,
    alert_altered,
    case_without_verdicts,
    unresolved,
    absent_from_quarantine,
    record_altered,
    verdict_of_another_day,
    body_altered,
    body_torn,
    blob_written_twice,
    blob_missing,
    blob_cut_short,
    block_damaged,
]
