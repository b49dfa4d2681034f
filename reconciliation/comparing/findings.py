"""The classes of differences that one id is in: the exact meaning of every class."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from reconciliation.comparing.classes import Class
from reconciliation.comparing.matching import Match, Matches, Outcomes
from reconciliation.comparing.sightings import InRange, Sighting, Sightings
from reconciliation.reading.rows import Flag

_MISSING: dict[Outcomes, Class] = {
    "suspicious-events": "missing_from_suspicious",
    "fraud-events": "missing_from_fraud",
}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One class that an id is in.

    - window: where it shows; event: the captured sighting that it is about, None if there is not one
    - where: the archives that disagree; store: that of the event
    - expected, seen: windows; repeats in `seen` follow the archive that repeats them most
    - seen_stores: other stores than the event's, for which it was reported or judged
    """

    name: Class
    window: int
    where: frozenset[str]
    store: int
    event: Sighting | None = None
    expected: Sequence[int] = ()
    seen: Sequence[int] = ()
    seen_stores: frozenset[int] = frozenset()


def archive_findings(sightings: Sightings, in_range: InRange, *, with_documents: bool) -> list[Finding]:
    """Captured events that Cosmos or quarantine lacks, and documents that only Cosmos has."""
    findings: list[Finding] = []
    events = [event for event in sightings.events if in_range(event.window)]
    if not sightings.is_quarantined:
        findings += [_about("absent_from_quarantine", event, "quarantine") for event in events if event.is_malformed]
    well_formed = [event for event in events if not event.is_malformed]
    if well_formed and with_documents and not sightings.documents:
        findings.append(_about("absent_from_cosmos", well_formed[0], "Cosmos"))
    arrived = [document for document in sightings.documents if in_range(document.window)]
    if arrived and not sightings.captured:
        findings.append(msgspec.structs.replace(_about("only_in_cosmos", arrived[0], "Cosmos"), event=None))
    return findings


def outcome_findings(sightings: Sightings, matches: Matches, in_range: InRange) -> list[Finding]:
    """Reports and verdicts that are missing, moved, repeated or unexpected; each class once."""
    return [
        *_unmatched(sightings, matches, in_range),
        *_wrong_store(matches, in_range),
        *_unresolved(sightings, in_range),
        *_ambiguous(matches, in_range),
    ]


class _Hit(NamedTuple):
    """A class on one side: the archive, the window, and the event that it is about."""

    name: Class
    place: Outcomes
    window: int
    event: Sighting | None


def _unmatched(sightings: Sightings, matches: Matches, in_range: InRange) -> Iterator[Finding]:
    """Missing, moved, repeated and unexpected outcomes; both archives make one finding of a class."""
    hits: dict[Class, list[_Hit]] = {}
    for place, match in matches.outcomes.items():
        for hit in _hits(place, match, sightings, matches, in_range):
            hits.setdefault(hit.name, []).append(hit)
    for name, of_class in hits.items():
        first = of_class[0]
        places: set[Outcomes] = {hit.place for hit in of_class}
        yield Finding(
            name=name,
            window=first.window,
            where=frozenset(places),
            store=_store(first.event, sightings),
            event=first.event,
            expected=sorted(set(matches.windows)),
            seen=_most_often(matches.outcomes[place].seen for place in places),
        )


def _hits(place: Outcomes, match: Match, sightings: Sightings, matches: Matches, in_range: InRange) -> Iterator[_Hit]:
    positions = range(len(matches.expected))
    lacking = [(matches.windows[n], matches.expected[n]) for n in positions if n not in match.satisfied]
    lacking = list({window: (window, event) for window, event in lacking}.values())
    moved = min(len(lacking), len(match.strange))
    for (window, event), other in zip(lacking[:moved], match.strange[:moved], strict=True):
        if in_range(window) or in_range(other):
            yield _Hit("wrong_window", place, window if in_range(window) else other, event)
    for window, event in lacking[moved:]:
        # An event that may belong to a window beside the range is not known to be missing from the range.
        if all(map(in_range, event.windows)):
            yield _Hit(_MISSING[place], place, window, event)
    for window in filter(in_range, match.strange[moved:]):
        if matches.expected:
            yield _Hit("duplicates", place, window, matches.expected[0])
        elif sightings.captured:
            yield _Hit("unexpected_not_to_be_flagged", place, window, sightings.captured[0])
        else:
            yield _Hit("unexpected_absent_from_archive", place, window, None)
    for window in filter(in_range, match.excess):
        yield _Hit("duplicates", place, window, matches.expected[0])


def _wrong_store(matches: Matches, in_range: InRange) -> Iterator[Finding]:
    """Reported or judged in its window for another store."""
    stores = {event.store for event in matches.expected}
    strangers = [
        (place, sighting)
        for place, match in matches.outcomes.items()
        for sighting in match.seen
        if stores and sighting.store not in stores and in_range(sighting.window) and sighting.window in matches.windows
    ]
    if strangers:
        yield Finding(
            name="wrong_store",
            window=strangers[0][1].window,
            where=frozenset(place for place, _ in strangers),
            store=matches.expected[0].store,
            event=matches.expected[0],
            expected=sorted(set(matches.windows)),
            seen=sorted({sighting.window for _, sighting in strangers}),
            seen_stores=frozenset(sighting.store for _, sighting in strangers),
        )


def _unresolved(sightings: Sightings, in_range: InRange) -> Iterator[Finding]:
    """Judged without its event."""
    verdicts = [verdict for verdict in sightings.judged if verdict.flags & Flag.UNRESOLVED and in_range(verdict.window)]
    for verdict in verdicts[:1]:
        event = sightings.captured[0] if sightings.captured else None
        yield Finding(
            name="unresolved",
            window=verdict.window,
            where=frozenset(("fraud-events",)),
            store=_store(event, sightings),
            event=event,
            seen=[verdict.window],
        )


def _ambiguous(matches: Matches, in_range: InRange) -> Iterator[Finding]:
    """Its time leaves open which of two windows it belongs to."""
    events = [
        event
        for window, event in zip(matches.windows, matches.expected, strict=True)
        if event.flags & Flag.AMBIGUOUS and in_range(window)
    ]
    for event in events[:1]:
        yield _about("ambiguous", event, "all-events")


def _about(name: Class, event: Sighting, where: str) -> Finding:
    return Finding(
        name=name,
        window=event.window,
        where=frozenset((where,)),
        store=event.store,
        event=event,
        expected=[event.window],
    )


def _store(event: Sighting | None, sightings: Sightings) -> int:
    """The store of the event; without one, that of the first report or else of the first verdict."""
    return (event or (sightings.reported or sightings.judged)[0]).store


def _most_often(archives: Iterable[Sequence[Sighting]]) -> list[int]:
    """The windows of the sightings, each as often as in the archive that has it most often."""
    counts: Counter[int] = Counter()
    for seen in archives:
        counts |= Counter(sighting.window for sighting in seen)
    return sorted(counts.elements())
