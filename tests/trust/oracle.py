"""The judgement of a day, from what was sent and planted alone. It shares no code with the reconciliation.

Every fraud by content has a right verdict. If the archive may refuse it, or somebody has touched its window, it is
enough that the report names it. Every planted fault is named. Nothing that is in order, harmless or a fraud with its
verdict, and that nothing was done to, is called a difference.
"""

import json
from collections import defaultdict
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from tests.trust.day import PARTITIONS, Account, Occurrence

BY_PLACE = "by place: "
"""The beginning of the names of faults that are done to what was judged by its place."""
_LAST_DELETED = "last capture deleted"
ADDED = " of another day added"
OTHER_FORM = " of another form"
"""The ends of the names of faults that leave what cannot be read."""
_LONG = 4_096
Plain = tuple[tuple[str, Any], ...]


class Fault(msgspec.Struct, frozen=True):
    """A planted fault and the event that it was done to."""

    name: str
    victim: Occurrence


def _holds_content(verdict: dict[str, Any], occurrence: Occurrence) -> bool:
    """A verdict has the content that was sent, or, of one that is long, its digest and the beginnings of its texts."""
    event, sent = verdict["event"], occurrence.sent.content
    if event is None or "cut" not in verdict:
        return _same_content(event, sent)
    form = json.dumps(sent, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    begun = {name: value[:200] if isinstance(value, str) and name != "id" else value for name, value in sent.items()}
    kept = {name: value for name, value in begun.items() if name in event}
    digest = sha256(form).hexdigest()[:32]
    return len(form) > _LONG and verdict["cut"] == {"bytes": len(form), "digest": digest} and _same_content(event, kept)


def _same_content(event: dict[str, Any] | None, sent: dict[str, Any]) -> bool:
    if event is None:
        return False
    return event.keys() == sent.keys() and all(
        type(event[name]) is type(value) and event[name] == value
        if isinstance(value, bool) or isinstance(event[name], bool)
        else event[name] == value
        for name, value in sent.items()
    )


def _is_right(verdict: dict[str, Any], occurrence: Occurrence, *, is_reused: bool) -> bool:
    rules = {reason["rule"] for reason in verdict["reasons"]}
    by_context = not verdict["rule_set"].startswith("seed@")
    return (
        (verdict["band"] == "high" or (by_context and verdict["band"] != "unresolved"))
        and _holds_content(verdict, occurrence)
        and msgspec.convert(verdict["window_end"], type(occurrence.at)) == occurrence.window_end
        and (by_context or not is_reused or "ID_REUSED" in rules)
    )


def _is_judged(verdicts: dict[str, list[dict[str, Any]]], occurrence: Occurrence, *, is_reused: bool) -> bool:
    """A right verdict stands under its id, or under its place in the hub."""
    by_id = verdicts.get(occurrence.sent.event_id or "", [])
    by_place = [verdict for verdict in verdicts.get(occurrence.place, []) if verdict["source"] == "quarantine"]
    return any(_is_right(verdict, occurrence, is_reused=is_reused) for verdict in by_id) or any(
        _is_right(verdict, occurrence, is_reused=False) for verdict in by_place
    )


def _names(account: Account, occurrence: Occurrence) -> bool:
    name, place = occurrence.sent.event_id, (str(occurrence.partition), occurrence.sequence)
    for listed in account.differences.values():
        for difference in listed:
            partition = (difference.get("partition") or "").rpartition("/")[2]
            is_place = (partition, difference.get("sequence_number")) == place
            if is_place or difference["event_id"] in (name, occurrence.place):
                return True
    return name is None and account.report["accounts"]["nameless"] > 0


def complaints(
    occurrences: list[Occurrence], faults: list[Fault], account: Account, *, as_they_came: bool = False
) -> list[str]:
    """The complaints about an account; nothing if it can be trusted.

    `as_they_came`: windows were judged one after the other, so that an id may be used again after a verdict on it.
    """
    verdicts: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for verdict in account.verdicts:
        verdicts[verdict["event_id"]].append(verdict)
    arrivals: defaultdict[tuple[str | None, str], list[Occurrence]] = defaultdict(list)
    for each in occurrences:
        # Whether the archive takes an odd content, and counts it, is its own affair.
        if not each.sent.is_odd:
            arrivals[each.sent.event_id, repr(each.sent.store)].append(each)
    frauds_of = _partitions_of_frauds(occurrences)
    hit = {id(fault.victim) for fault in faults}
    touched = {fault.victim.window_end for fault in faults}
    late = {each.sent.event_id for each in occurrences if each.is_late}
    wrong: list[str] = []
    for each in occurrences:
        if not each.sent.is_fraud or id(each) in hit:
            continue
        under_its_id = arrivals[each.sent.event_id, repr(each.sent.store)]
        # A store of null says what no store says: two bodies, one content.
        by_then = {
            repr(sorted(other.sent.content.items()))
            for other in under_its_id
            if not as_they_came or other.at <= each.window_end
        }
        is_reused = len(by_then) > 1 and not each.sent.is_odd
        is_reused = is_reused and each.sent.event_id not in late
        # To be named is enough for what the archive may refuse, in a window that somebody has touched, and for what
        # came late after a window of another partition had named its id.
        is_hidden = each.is_late and frauds_of[each.sent.event_id, each.window_end] != {each.partition}
        may_be_named = each.sent.is_odd or each.window_end in touched or is_hidden
        if _is_judged(verdicts, each, is_reused=is_reused):
            continue
        if not (may_be_named and _names(account, each)):
            its_verdicts = [*verdicts[each.sent.event_id or ""], *verdicts[each.place]]
            wrong.append(f"{each.sent.kind} {each.sent.event_id!r} of {each.window_end:%H:%M} passed: {its_verdicts}")
    # With a blob of Capture its neighbours are gone too, and rightly named.
    blobs = {_blob(fault.victim) for fault in faults if fault.name == "capture deleted"}
    for fault in [_as_it_shows(fault, occurrences, blobs) for fault in faults]:
        is_alone = sum(other.victim.window_end == fault.victim.window_end for other in faults) == 1
        if not _names_fault(account, fault, blobs, is_alone=is_alone):
            wrong.append(f"{fault.name} of {fault.victim.sent.event_id!r} is not in the report")
        if account.report["balanced"]:
            wrong.append(f"{fault.name} and the report says balanced")
    bodies: defaultdict[str | None, set[bytes]] = defaultdict(set)
    for each in occurrences:
        bodies[each.sent.event_id].add(each.sent.body)
    plain = [each for each in occurrences if each.sent.kind in ("harmless", "fraud")]
    done_to = {each.sent.event_id for each in plain if _blob(each) in blobs or _is_touched(each, touched)}
    alone = {str(each.sent.event_id) for each in plain if len(bodies[each.sent.event_id]) == 1} - done_to
    named = account.named()
    wrong += [f"{name!r} is in order and the report says {sorted(named[name])}" for name in alone if name in named]
    return wrong


def _partitions_of_frauds(occurrences: list[Occurrence]) -> dict[tuple[str | None, datetime], set[int]]:
    """The partitions in which frauds of an id arrived in a window."""
    partitions: defaultdict[tuple[str | None, datetime], set[int]] = defaultdict(set)
    for each in occurrences:
        if each.sent.is_fraud:
            partitions[each.sent.event_id, each.window_end].add(each.partition)
    return partitions


def _is_touched(occurrence: Occurrence, windows: set[datetime]) -> bool:
    """Something was done to the window of a fraud; nobody reports what is harmless."""
    return occurrence.sent.is_fraud and occurrence.window_end in windows


def _blob(occurrence: Occurrence) -> tuple[int, Any]:
    return occurrence.partition, occurrence.window_end


def _as_it_shows(fault: Fault, occurrences: list[Occurrence], deleted: set[tuple[int, Any]]) -> Fault:
    """A deleted blob of Capture shows as the last one if no number can tell of it: all partitions lack theirs, as if
    Capture had stood still, and what follows in the victim's partition is deleted or empty.
    """
    victim = fault.victim
    after = [each for each in occurrences if each.partition == victim.partition and each.at > victim.window_end]
    all_partitions = {(partition, victim.window_end) for partition in range(PARTITIONS)}
    is_last = all_partitions <= deleted and all(_blob(each) in deleted for each in after)
    return Fault(_LAST_DELETED, victim) if is_last and fault.name == "capture deleted" else fault


def _names_window(account: Account, end: datetime, name: str = "") -> bool:
    """A difference of this class, or of any, is of the window."""
    named = [account.differences.get(name, ())] if name else account.differences.values()
    return any(msgspec.convert(difference["window_end"], datetime) == end for listed in named for difference in listed)


def _cannot_read(account: Account, fault: Fault) -> bool:
    """The report names what cannot be read: the document of the event, or a blob or a case of its window."""
    victim = fault.victim
    places = (f"events/{victim.sent.event_id}", f"fraud-events/{victim.window_end:%Y/%m/%d/%H%M}/", "cases/")
    return any(damage["path"].startswith(places) for damage in account.report["unreadable"])


def _names_fault(account: Account, fault: Fault, deleted_blobs: set[tuple[int, Any]], *, is_alone: bool) -> bool:
    if fault.name == "capture deleted":
        return bool(account.report["gaps"]) or bool(account.report["accounts"]["archive_gaps"])
    if fault.name == _LAST_DELETED:
        named = account.named().get(str(fault.victim.sent.event_id), set())
        return {"only_in_cosmos", "unexpected_absent_from_archive"} <= named
    if fault.name.endswith((ADDED, OTHER_FORM)) and _cannot_read(account, fault):
        return True
    if "alert" in fault.name:
        # A second fault may have made the window one that nobody must be told of; then the report names that.
        name = "alert_missing" if fault.name.endswith("deleted") else "alert_differs"
        return _names_window(account, fault.victim.window_end, name if is_alone else "")
    if "case" in fault.name:
        # A case is of a window, which the report names. A second fault in the window may have deleted the case that was
        # falsified, or the verdicts that make it.
        classes = ("case_missing",) if fault.name.endswith(("deleted", OTHER_FORM)) else ("case_differs",)
        classes = classes if is_alone else ("case_missing", "case_differs", "case_unexpected")
        end = fault.victim.window_end
        return any(
            msgspec.convert(difference["window_end"], type(end)) == end
            and difference["event_id"].startswith("quarantine-") == fault.name.startswith(BY_PLACE)
            for name in classes
            for difference in account.differences.get(name, ())
        )
    # What lies in quarantine alone is named with the blob of Capture that held it, if that is gone.
    is_in_a_gap = fault.name.startswith(BY_PLACE) and _blob(fault.victim) in deleted_blobs
    return is_in_a_gap or _names(account, fault.victim)
