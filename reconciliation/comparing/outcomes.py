"""The faults of the reports and verdicts on one id: missing, moved, repeated, unexpected, or falsified."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from reconciliation.comparing.definitions import Class
from reconciliation.comparing.findings import Finding, ambiguous, unresolved
from reconciliation.comparing.matching import Match, Matches, Outcomes
from reconciliation.comparing.sightings import InRange, RowSighting, Sightings
from reconciliation.comparing.verdicts import Replaced, differing_verdicts
from reconciliation.reading.keys import NO_CONTENT

_MISSING: dict[Outcomes, Class] = {
    "suspicious-events": "missing_from_suspicious",
    "fraud-events": "missing_from_fraud",
}


def outcome_findings(sightings: Sightings, matches: Matches, in_range: InRange) -> list[Finding]:
    """Reports and verdicts that are missing, moved, repeated, unexpected or other than judging again gives; each class
    once for a store, and a missing verdict once for a content."""
    archives = [_Hits(place, sightings, matches, in_range) for place in matches.outcomes]
    hits = [hit for archive in archives for hit in archive.all()]
    replaced = [pair for archive in archives for pair in archive.replaced]
    return [
        *_findings(hits, sightings, matches),
        *differing_verdicts(sightings, replaced, in_range),
        *unresolved(sightings, in_range),
        *ambiguous(matches, in_range),
    ]


class _Hit(NamedTuple):
    """A class on one side: the archive, the window, the event that it is about, and what was seen in its place."""

    name: Class
    place: Outcomes
    window: int
    event: RowSighting | None
    seen: RowSighting | None = None

    @property
    def group(self) -> tuple[Class, int, int]:
        """Hits of one group are one finding."""
        about = self.event or self.seen
        content = about.content if about and self.name == "missing_from_fraud" else NO_CONTENT
        return self.name, about.store if about else 0, content


class _Hits:
    """The hits in one archive of outcomes. Each step takes away what it explains."""

    def __init__(self, place: Outcomes, sightings: Sightings, matches: Matches, in_range: InRange) -> None:
        self._place: Outcomes = place
        self._sightings = sightings
        self._matches = matches
        self._match: Match = matches.outcomes[place]
        self._in_range = in_range
        self._lacking = self._unseen()
        self._strange = list(self._match.strange)
        self.replaced: list[Replaced] = []

    def all(self) -> Iterator[_Hit]:
        """Every hit, the surest explanations first."""
        self._take_foreign()
        yield from self._other_store()
        yield from self._other_window()
        for window, event in self._lacking:
            if self._in_range(window):
                yield _Hit(_MISSING[self._place], self._place, window, event)
        for sighting in self._strange:
            if self._in_range(sighting.window):
                yield self._unexpected(sighting)
        for sighting in self._match.excess:
            if self._in_range(sighting.window):
                yield _Hit("duplicates", self._place, sighting.window, self._like(sighting), sighting)

    def _unseen(self) -> list[tuple[int, RowSighting]]:
        """The expected events that were not seen, each store, window and content once; a report names no content."""
        events = {
            (window, event.identity if self._place == "fraud-events" else event.store): (window, event)
            for position, (window, event) in enumerate(zip(self._matches.windows, self._matches.expected, strict=True))
            if position not in self._match.satisfied
            and not (self._place == "fraud-events" and self._sightings.is_judged_by_place(event))
        }
        return list(events.values())

    def _take_foreign(self) -> None:
        """A verdict on a content that was not captured explains a missing verdict there, if there is one."""
        for sighting in self._match.foreign:
            slot = (sighting.store, sighting.window)
            taken = [(window, event) for window, event in self._lacking if (event.store, window) == slot]
            if taken:
                self._lacking.remove(taken[0])
            self.replaced.append((sighting, taken[0][1] if taken else None))

    def _other_store(self) -> Iterator[_Hit]:
        """Reported or judged in its window for another store."""
        for sighting in list(self._strange):
            events = [event for event in self._matches.expected if sighting.window in event.windows]
            if not events:
                continue
            pairs = [(window, event) for window, event in self._lacking if sighting.window in event.windows]
            if pairs:
                self._lacking.remove(pairs[0])
            self._strange.remove(sighting)
            event = pairs[0][1] if pairs else events[0]
            if self._in_range(sighting.window):
                yield _Hit("wrong_store", self._place, sighting.window, event, sighting)

    def _other_window(self) -> Iterator[_Hit]:
        for window, event in list(self._lacking):
            if not self._strange:
                return
            sighting = min(self._strange, key=lambda strange: strange.store != event.store)
            self._lacking.remove((window, event))
            self._strange.remove(sighting)
            if self._in_range(window) or self._in_range(sighting.window):
                shown = window if self._in_range(window) else sighting.window
                yield _Hit("wrong_window", self._place, shown, event, sighting)

    def _unexpected(self, sighting: RowSighting) -> _Hit:
        if self._matches.expected:
            return _Hit("duplicates", self._place, sighting.window, self._like(sighting), sighting)
        captured = self._sightings.captured
        if captured:
            event = min(captured, key=lambda event: event.store != sighting.store)
            return _Hit("unexpected_not_to_be_flagged", self._place, sighting.window, event, sighting)
        return _Hit("unexpected_absent_from_archive", self._place, sighting.window, None, sighting)

    def _like(self, sighting: RowSighting) -> RowSighting:
        """The expected event that a sighting repeats: of its store, window and content, as far as there is one."""
        return min(
            self._matches.expected,
            key=lambda event: (
                event.store != sighting.store,
                sighting.window not in event.windows,
                event.content != sighting.content,
            ),
        )


def _findings(hits: Sequence[_Hit], sightings: Sightings, matches: Matches) -> Iterator[Finding]:
    """Hits of one group, in whichever archive, make one finding."""
    groups: dict[tuple[Class, int, int], list[_Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.group, []).append(hit)
    for (name, _, _), group in groups.items():
        first = group[0]
        about = first.event or first.seen
        event = first.event
        places: set[Outcomes] = {hit.place for hit in group}
        yield Finding(
            name=name,
            window=first.window,
            where=frozenset(places),
            store=about.store if about else _store(sightings),
            event=event,
            expected=_windows(name, event, matches),
            seen=_most_often(_seen(name, event, matches.outcomes[place].seen) for place in places),
            seen_stores=frozenset(hit.seen.store for hit in group if hit.seen and hit.event and name == "wrong_store"),
        )


def _is_missing(name: Class) -> bool:
    return name in _MISSING.values()


def _windows(name: Class, event: RowSighting | None, matches: Matches) -> list[int]:
    """The windows of the expected events that a finding is about."""
    pairs = zip(matches.windows, matches.expected, strict=True)
    return sorted({window for window, expected in pairs if not _is_missing(name) or _is_about(name, event, expected)})


def _seen(name: Class, event: RowSighting | None, seen: Sequence[RowSighting]) -> list[RowSighting]:
    return [sighting for sighting in seen if not _is_missing(name) or _is_about(name, event, sighting)]


def _is_about(name: Class, event: RowSighting | None, other: RowSighting) -> bool:
    """True if both are of one store and, for a missing verdict, of one content; an unresolved one fits any."""
    if event is None or event.store != other.store:
        return event is None
    return name != "missing_from_fraud" or other.content in (event.content, NO_CONTENT)


def _store(sightings: Sightings) -> int:
    """The store of the first report or else of the first verdict."""
    return (sightings.reported or sightings.judged)[0].store


def _most_often(archives: Iterable[Sequence[RowSighting]]) -> list[int]:
    """The windows of the sightings, each as often as in the archive that has it most often."""
    counts: Counter[int] = Counter()
    for seen in archives:
        counts |= Counter(sighting.window for sighting in seen)
    return sorted(counts.elements())
