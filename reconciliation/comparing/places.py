"""Compare the flagged contents in quarantine that windows may not name with the verdicts by place, one for each."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from fraud.quarantine_places import EventPlace
from reconciliation.comparing.definitions import Class
from reconciliation.comparing.findings import Finding
from reconciliation.comparing.sightings import InRange, RowSighting
from reconciliation.reading.rows import NO_STORE, Flag, Kind, Rows
from reconciliation.reading.verdicts import Field, names_of, unpacked

_FRAUD_EVENTS = frozenset(("fraud-events",))
_Key = tuple[int, int]


class JudgedPlaces(msgspec.Struct):
    """The findings with the places that they are about, the contents that must be judged by their place, and those of
    all that may be that have a verdict."""

    findings: list[tuple[str, Finding]] = []
    due: int = 0
    judged: int = 0


def compare_places(rows: Rows, names: Mapping[int, str], in_range: InRange, partitions: Sequence[str]) -> JudgedPlaces:
    """Compare the flagged events at each place with the verdicts on it; `names` are those of the verdicts, by row,
    and `partitions` those of the streams.

    An event that is quarantined must have one if windows may not name it (`Flag.BY_PLACE`). Any other one may have it,
    because the pointer of its id may have been full.
    """
    result = JudgedPlaces()
    kinds = rows["kind"]
    asked = (kinds == Kind.PLACE_VERDICT) | ((kinds == Kind.PLACE) & ((rows["flags"] & Flag.BY_PLACE) != 0))
    if not asked.any():
        return result
    at_places: dict[_Key, list[tuple[RowSighting, str]]] = {row[:2]: [] for row in rows[asked].tolist()}
    for position, row in enumerate(rows.tolist()):
        if row[:2] in at_places:
            at_places[row[:2]].append((RowSighting(*row), names.get(position, "")))
    for named in at_places.values():
        place = _Place(named, in_range, partitions)
        result.findings += place.findings()
        result.due += place.count(place.due)
        result.judged += place.count(place.judged)
    return result


class _Place:
    """One place of the hub: the flagged events of the body there, and the verdicts that name it."""

    def __init__(self, named: Sequence[tuple[RowSighting, str]], in_range: InRange, partitions: Sequence[str]) -> None:
        self._in_range = in_range
        self._partitions = partitions
        sightings = [sighting for sighting, _ in named]
        of_kind = [sighting for sighting in sightings if sighting.kind == Kind.PLACE]
        self._events = list({(event.stream, event.content): event for event in of_kind}.values())
        self._verdicts = [(sighting, name) for sighting, name in named if sighting.kind == Kind.PLACE_VERDICT]
        self._is_quarantined = any(sighting.kind == Kind.QUARANTINED for sighting in sightings)
        self.due = [event for event in self._events if event.flags & Flag.BY_PLACE and self._is_isolated(event)]
        self.judged: list[RowSighting] = []
        # A body of 1 MB may hold 15,000 events, each with its verdict: they are found by what tells them apart.
        self._by_content: dict[int, RowSighting] = {}
        for event in self._events:
            self._by_content.setdefault(event.content, event)
        self._settled: dict[_Key, int] = {}
        """The windows of the verdicts on events that have theirs."""
        self._numbers = {_key_of(event): number for number, event in enumerate(self._events)}

    def count(self, events: Sequence[RowSighting]) -> int:
        """The number of those that lie in the range."""
        return sum(self._in_range(self._window_of(event)) for event in events)

    def findings(self) -> Iterator[tuple[str, Finding]]:
        """Verdicts that are falsified, moved, too many or on nothing, then what lacks its own, with names of places."""
        foreign: list[tuple[RowSighting, str]] = []
        for verdict, name in self._verdicts:
            event = self._by_content.get(verdict.content)
            if event is None:
                foreign.append((verdict, name))
            elif _key_of(event) in self._settled or not self._is_isolated(event):
                yield from self._of_verdict("duplicates", verdict, event, name)
            else:
                self.judged.append(event)
                self._settled[_key_of(event)] = verdict.window
                yield from self._on_its_event(verdict, event, name)
        lacking = iter(self._lacking())
        for verdict, name in foreign:
            yield from self._on_a_foreign_content(verdict, name, next(lacking, None))
        for event in lacking:
            window = self._window_of(event)
            if self._in_range(window):
                yield self._name_of(event), _finding("missing_from_fraud", event._replace(window=window), event)

    def _window_of(self, event: RowSighting) -> int:
        """The window of an event: where it was judged, if its time leaves that open, and otherwise the later one."""
        judged = self._settled.get(_key_of(event))
        return judged if judged in event.windows else event.windows[-1]

    def _is_isolated(self, event: RowSighting) -> bool:
        """True if it lies in quarantine, or must: the archive takes nothing that is malformed."""
        return self._is_quarantined or event.is_malformed

    def _on_its_event(self, verdict: RowSighting, event: RowSighting, name: str) -> Iterator[tuple[str, Finding]]:
        if verdict.window not in event.windows:
            yield from self._of_verdict("wrong_window", verdict, event, name)
        fields, _ = unpacked(verdict.sequence)
        if verdict.flags & Flag.DIFFERS:
            yield from self._of_verdict(_class_of(fields), verdict, event, name, fields)

    def _on_a_foreign_content(
        self, verdict: RowSighting, name: str, missing: RowSighting | None
    ) -> Iterator[tuple[str, Finding]]:
        """It stands in the place of one that is missing, if one is."""
        event = missing or next(iter(self._events), None)
        if event is None:
            yield from self._of_verdict("unexpected_absent_from_archive", verdict, None, name)
            return
        fields, _ = unpacked(verdict.sequence) if verdict.flags & Flag.DIFFERS else (0, 1)
        yield from self._of_verdict(_class_of(fields), verdict, event, name, fields | Field.EVENT)

    def _of_verdict(
        self, name: Class, verdict: RowSighting, event: RowSighting | None, place: str, fields: int = 0
    ) -> Iterator[tuple[str, Finding]]:
        shown = [sighting for sighting in (event, verdict) if sighting and self._in_range(sighting.window)]
        if shown:
            yield place, _finding(name, shown[0], event, verdict, fields)

    def _lacking(self) -> list[RowSighting]:
        return [event for event in self.due if _key_of(event) not in self._settled]

    def _name_of(self, event: RowSighting) -> str:
        # The flagged events of a body come in their order.
        partition = self._partitions[event.stream].rpartition("/")[2]
        return EventPlace(partition, event.sequence, self._numbers[_key_of(event)]).name


def _key_of(event: RowSighting) -> _Key:
    """The stream and content of an event tell it apart from all others of its place."""
    return event.stream, event.content


def _class_of(fields: int) -> Class:
    return "unknown_rule_set" if fields & Field.RULE_SET else "verdict_differs"


def _finding(
    name: Class, shown: RowSighting, event: RowSighting | None, verdict: RowSighting | None = None, fields: int = 0
) -> Finding:
    return Finding(
        name=name,
        window=shown.window,
        where=_FRAUD_EVENTS,
        store=event.store if event else verdict.store if verdict else NO_STORE,
        event=event,
        expected=[event.window] if event else [],
        seen=[verdict.window] if verdict else [],
        fields=names_of(fields),
    )
