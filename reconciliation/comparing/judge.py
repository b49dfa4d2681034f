"""What the sightings of one id say: the exact meaning of every account and class."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from reconciliation.comparing.classes import NOTES, Class
from reconciliation.reading.rows import Flag, Kind

SUSPICIOUS, FRAUD = "suspicious-events", "fraud-events"


class Sighting(NamedTuple):
    """A row, in the order of its fields; see `rows.ROW`."""

    upper: int
    lower: int
    sequence: int
    store: int
    window: int
    stream: int
    kind: int
    flags: int


class Finding(msgspec.Struct):
    """One class that an id is in. `window` is where it shows, `event` the captured sighting that it is about. `seen`
    has a window as often as it is named where it is named most. `seen_stores` are other stores than the
    event's, for which it was reported or judged."""

    name: Class
    window: int
    where: set[str]
    expected: list[int]
    seen: list[int]
    event: Sighting | None
    store: int
    seen_stores: set[int] = set()


class Judgement(msgspec.Struct):
    """What one id adds to the accounts. The windows of a column are counted once each."""

    events: list[Sighting] = []
    reread: int = 0
    malformed: int = 0
    captured: int = 0
    archived: int = 0
    quarantined: int = 0
    expected: list[tuple[int, int]] = []
    suspicious: list[tuple[int, int]] = []
    analysed: list[tuple[int, int]] = []
    matched: bool = False
    findings: list[Finding] = []


class _Side(msgspec.Struct):
    """How one archive of outcomes compares with the events that must be flagged."""

    satisfied: dict[int, int] = {}
    """Position of an expected event, and the window in which it was seen."""
    excess: list[int] = []
    strange: list[int] = []
    """Windows in which the id was seen and no event of it is expected."""


class _Context(NamedTuple):
    """What both sides share. `windows` are those of the expected events."""

    expected: list[Sighting]
    windows: list[int]
    captured: list[Sighting]
    in_range: Callable[[int], bool]


def judge(sightings: Sequence[Sighting], in_range: Callable[[int], bool], with_documents: bool) -> Judgement:
    """Judge all sightings of one id. `in_range` tells of a window's number whether it is compared."""
    captured = _distinct([s for s in sightings if s.kind == Kind.CAPTURED])
    result = Judgement()
    result.reread = sum(s.kind == Kind.CAPTURED and in_range(s.window) for s in sightings) - sum(
        in_range(s.window) for s in captured
    )
    events = [s for s in captured if not s.flags & Flag.EMBEDDED]
    result.events = [s for s in events if in_range(s.window)]
    malformed = [s for s in result.events if s.flags & Flag.MALFORMED]
    result.malformed = len(malformed)
    result.captured = len(malformed) or bool(result.events)
    _archives(sightings, captured, result, in_range, with_documents)
    _outcomes(sightings, captured, result, in_range)
    return result


def _distinct(captured: list[Sighting]) -> list[Sighting]:
    """Each event once, though a blob was written twice. One body may hold an event both embedded and malformed."""
    return list({(s.stream, s.sequence, s.flags & Flag.MALFORMED): s for s in captured}.values())


def _archives(
    sightings: Sequence[Sighting],
    captured: list[Sighting],
    result: Judgement,
    in_range: Callable[[int], bool],
    with_documents: bool,
) -> None:
    quarantined = any(s.kind == Kind.QUARANTINED for s in sightings)
    for event in (s for s in result.events if s.flags & Flag.MALFORMED):
        if quarantined:
            result.quarantined += 1
        else:
            result.findings.append(_finding("absent_from_quarantine", event, {"quarantine"}))
    documents = [s for s in sightings if s.kind == Kind.DOCUMENT and with_documents]
    arrived = [s for s in documents if in_range(s.window)]
    result.archived = bool(arrived)
    well_formed = [s for s in result.events if not s.flags & Flag.MALFORMED]
    if well_formed and not documents and with_documents:
        result.findings.append(_finding("absent_from_cosmos", well_formed[0], {"Cosmos"}))
    if arrived and not captured:
        finding = _finding("only_in_cosmos", arrived[0], {"Cosmos"})
        finding.event = None
        result.findings.append(finding)


def _outcomes(
    sightings: Sequence[Sighting], captured: list[Sighting], result: Judgement, in_range: Callable[[int], bool]
) -> None:
    reported = [s for s in sightings if s.kind == Kind.SUSPICIOUS]
    judged = [s for s in sightings if s.kind == Kind.VERDICT]
    expected = sorted(
        (s for s in captured if s.flags & Flag.FLAGGED), key=lambda s: (bool(s.flags & Flag.AMBIGUOUS), s.window)
    )
    sides = {SUSPICIOUS: _compare(expected, reported), FRAUD: _compare(expected, judged)}
    windows = [_window_of(position, event, sides) for position, event in enumerate(expected)]
    result.expected = _cells((w, s.store) for w, s in zip(windows, expected, strict=True) if in_range(w))
    result.suspicious = _cells((s.window, s.store) for s in reported if in_range(s.window))
    result.analysed = _cells((s.window, s.store) for s in judged if in_range(s.window))

    found: dict[Class, Finding] = {}
    context = _Context(expected, windows, captured, in_range)
    for place, side in sides.items():
        seen = Counter(s.window for s in (reported if place == SUSPICIOUS else judged))
        for name, window, event in _classes(place, side, context):
            known = found.setdefault(name, Finding(name, window, set(), sorted(set(windows)), [], event, 0))
            known.where.add(place)
            known.seen = sorted((Counter(known.seen) | seen).elements())
    for place, s in _wrong_stores(expected, windows, reported, judged, in_range):
        first = Finding("wrong_store", s.window, set(), sorted(set(windows)), [], expected[0], 0)
        known = found.setdefault("wrong_store", first)
        known.where.add(place)
        known.seen = sorted({*known.seen, s.window})
        known.seen_stores.add(s.store)
    for s in judged:
        if s.flags & Flag.UNRESOLVED and in_range(s.window):
            event = captured[0] if captured else None
            found.setdefault("unresolved", Finding("unresolved", s.window, {FRAUD}, [], [s.window], event, s.store))
    for window, event in zip(windows, expected, strict=True):
        if event.flags & Flag.AMBIGUOUS and in_range(window):
            found.setdefault("ambiguous", _finding("ambiguous", event, {"all-events"}))
    for finding in found.values():
        finding.store = (finding.event or (reported or judged)[0]).store
    result.findings += found.values()
    wrong = found.keys() - NOTES
    result.matched = bool(result.expected) and not wrong


def _compare(expected: list[Sighting], seen: list[Sighting]) -> _Side:
    """Give every expected event the window in which it was seen, the surest events first."""
    side = _Side({}, [], [])
    left = Counter(s.window for s in seen)
    reported = set(left)
    for position, event in enumerate(expected):
        for window in _options(event):
            if window in reported and (left[window] or position not in side.satisfied):
                # A window names an id once, however often the event was resent within it.
                side.satisfied[position] = window
                if left[window]:
                    left[window] -= 1
                    break
    allowed = {window for event in expected for window in _options(event)}
    for window, count in sorted(left.items()):
        (side.excess if window in allowed else side.strange).extend([window] * (count > 0))
    return side


def _options(event: Sighting) -> tuple[int, ...]:
    return (event.window, event.window + 1) if event.flags & Flag.AMBIGUOUS else (event.window,)


def _window_of(position: int, event: Sighting, sides: dict[str, _Side]) -> int:
    """The window of an expected event: where it was seen, if its time leaves that open."""
    for side in sides.values():
        if position in side.satisfied:
            return side.satisfied[position]
    return event.window


def _classes(place: str, side: _Side, context: _Context) -> list[tuple[Class, int, Sighting | None]]:
    """The classes on one side, each with a window and the event that it is about."""
    expected, windows, captured, in_range = context
    result: list[tuple[Class, int, Sighting | None]] = []
    lacking = [(windows[p], event) for p, event in enumerate(expected) if p not in side.satisfied]
    lacking = list({window: (window, event) for window, event in lacking}.values())
    strange = list(side.strange)
    while lacking and strange:
        window, event = lacking.pop(0)
        other = strange.pop(0)
        if in_range(window) or in_range(other):
            result.append(("wrong_window", window if in_range(window) else other, event))
    for window, event in lacking:
        # An event that may belong to a window beside the range is not known to be missing from the range.
        if all(in_range(option) for option in _options(event)):
            result.append(("missing_from_suspicious" if place == SUSPICIOUS else "missing_from_fraud", window, event))
    for window in filter(in_range, strange):
        if expected:
            result.append(("duplicates", window, expected[0]))
        elif captured:
            result.append(("unexpected_not_to_be_flagged", window, captured[0]))
        else:
            result.append(("unexpected_absent_from_archive", window, None))
    for window in filter(in_range, side.excess):
        result.append(("duplicates", window, expected[0]))
    return result


def _wrong_stores(
    expected: list[Sighting],
    windows: list[int],
    reported: list[Sighting],
    judged: list[Sighting],
    in_range: Callable[[int], bool],
) -> list[tuple[str, Sighting]]:
    """What was reported or judged for another store, and where."""
    stores = {event.store for event in expected}
    return [
        (place, s)
        for place, seen in ((SUSPICIOUS, reported), (FRAUD, judged))
        for s in seen
        if stores and s.store not in stores and in_range(s.window) and s.window in windows
    ]


def _finding(name: Class, event: Sighting, where: set[str]) -> Finding:
    return Finding(name, event.window, where, [event.window], [], event, event.store)


def _cells(cells: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    return sorted(set(cells))
