"""The classes of differences that one id is in, by what was seen in the archives: the exact meaning of every class."""

from collections.abc import Iterator, Sequence

import msgspec

from reconciliation.comparing.definitions import Class
from reconciliation.comparing.matching import Matches
from reconciliation.comparing.sightings import InRange, RowSighting, Sightings
from reconciliation.comparing.stamps import differing_stamps, is_of_place
from reconciliation.reading.keys import NO_CONTENT
from reconciliation.reading.rows import NO_STREAM, Flag


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One class that an id is in.

    - window: where it shows; event: the captured sighting that it is about, None if there is not one
    - where: the archives that disagree; store: that of the event
    - expected, seen: windows; repeats in `seen` follow the archive that repeats them most
    - seen_stores: other stores than the event's, for which it was reported or judged, or in which its id was used
    - fields: the names of the fields that differ, as far as they are known
    - doubt: what Cosmos must be asked for before this is certain
    """

    name: Class
    window: int
    where: frozenset[str]
    store: int
    event: RowSighting | None = None
    expected: Sequence[int] = ()
    seen: Sequence[int] = ()
    seen_stores: frozenset[int] = frozenset()
    fields: tuple[str, ...] = ()
    doubt: "Doubt | None" = None


class Doubt(msgspec.Struct, frozen=True):
    """A finding that does not stand if Cosmos holds this content under the id (if one is given), and as many contents.

    A document lies in the range of its first arrival, so one that arrived long before is not among those of the range.
    """

    content: int = NO_CONTENT
    contents: int = 1
    place: tuple[int, int] | None = None
    """A stream and a sequence number: it does not stand either if Capture lacks what was there."""
    in_part: tuple[tuple[int, int], ...] = ()
    """Windows, and the contents that a verdict of each names: it does not stand either if there are more under the id
    than a look-up reads, and of those that it reads no more had arrived by then."""

    @property
    def stands_unasked(self) -> bool:
        """True if the finding stands where Cosmos is left out."""
        return self.content != NO_CONTENT or bool(self.in_part)


def archive_findings(sightings: Sightings, in_range: InRange, *, with_documents: bool) -> list[Finding]:
    """Captured contents that Cosmos or quarantine lacks, what Cosmos alone has, and ids with several contents."""
    findings: list[Finding] = []
    events = [event for event in sightings.events if in_range(event.window)]
    absent = [event for event in events if event.is_malformed and event.content not in sightings.quarantined]
    findings += [about("absent_from_quarantine", event, "quarantine") for event in absent]
    if with_documents:
        findings += _documents(sightings, in_range)
    if (reused := reused_id(sightings, in_range)) and is_reused(sightings, in_range):
        findings.append(reused)
    return findings


def _documents(sightings: Sightings, in_range: InRange) -> Iterator[Finding]:
    """Every content that was captured must be a document, and every document must have been captured."""
    archived = {document.identity for document in sightings.documents}
    captured = {event.identity for event in sightings.captured}
    events = [event for event in sightings.events if not event.is_malformed and in_range(event.window)]
    lacking = {event.identity: event for event in reversed(events) if event.identity not in archived}
    strays = {document.identity: document for document in sightings.documents if document.identity not in captured}
    for event in lacking.values():
        stray = next(iter(sorted(strays, key=lambda identity: identity[0] != event.store)), None)
        finding = about("absent_from_cosmos", event, "Cosmos", Doubt(event.content))
        if stray is not None:
            del strays[stray]
            finding = msgspec.structs.replace(
                finding, name="differs_in_cosmos", where=frozenset(("Cosmos", "all-events"))
            )
        yield finding
    yield from _stamps(sightings, in_range)
    for document in strays.values():
        if in_range(document.window):
            yield msgspec.structs.replace(about("only_in_cosmos", document, "Cosmos"), event=None)


def _stamps(sightings: Sightings, in_range: InRange) -> Iterator[Finding]:
    """Documents of the content that was captured, and of another time or place."""
    for document in sightings.documents:
        events = [event for event in sightings.events if event.identity == document.identity]
        inside = [event for event in events if in_range(event.window)]
        if not in_range(document.window):
            # It may be of an arrival beside the range, of which Capture is not read whole.
            events = inside = [event for event in inside if is_of_place(document, event)]
        if events and (fields := differing_stamps(document, events)):
            yield msgspec.structs.replace(
                about("differs_in_cosmos", (inside or events)[0], "Cosmos"),
                window=inside[0].window if inside else document.window,
                where=frozenset(("Cosmos", "all-events")),
                fields=fields,
                doubt=_place_to_be_missed(document, events),
            )


def _place_to_be_missed(document: RowSighting, events: Sequence[RowSighting]) -> Doubt | None:
    """The place of a document under which its content was not captured: Capture may lack just this arrival."""
    if any(is_of_place(document, event) for event in events) or document.stream == NO_STREAM or document.sequence < 0:
        return None
    return Doubt(place=(document.stream, document.sequence))


def is_reused(sightings: Sightings, in_range: InRange) -> bool:
    """True if several contents were captured under the id, in one store or in several, or the archive says so."""
    contents = {(*event.identity, event.is_flagged) for event in _well_formed(sightings)}
    further = [document for document in sightings.documents if document.flags & Flag.FURTHER]
    return len(contents) > 1 or any(in_range(document.window) for document in further)


def reused_id(sightings: Sightings, in_range: InRange) -> Finding | None:
    """The finding that several contents arrived under the id; None if none of them did in the range."""
    events = _well_formed(sightings)
    inside = next((event for event in events if in_range(event.window)), None)
    return inside and msgspec.structs.replace(
        about("id_reused", inside, "all-events"),
        expected=sorted({event.window for event in events}),
        seen_stores=frozenset(event.store for event in events) - {inside.store},
    )


def _well_formed(sightings: Sightings) -> list[RowSighting]:
    return [event for event in sightings.captured if not event.is_malformed]


def unresolved(sightings: Sightings, in_range: InRange) -> Iterator[Finding]:
    """Judged without its event."""
    verdicts = [verdict for verdict in sightings.judged if verdict.flags & Flag.UNRESOLVED and in_range(verdict.window)]
    for verdict in {verdict.store: verdict for verdict in reversed(verdicts)}.values():
        event = next((event for event in sightings.captured if event.store == verdict.store), None)
        yield Finding(
            name="unresolved",
            window=verdict.window,
            where=frozenset(("fraud-events",)),
            store=verdict.store,
            event=event,
            seen=[verdict.window],
        )


def ambiguous(matches: Matches, in_range: InRange) -> Iterator[Finding]:
    """Its time leaves open which of two windows it belongs to."""
    events = [
        event
        for window, event in zip(matches.windows, matches.expected, strict=True)
        if event.flags & Flag.AMBIGUOUS and in_range(window)
    ]
    for event in events[:1]:
        yield about("ambiguous", event, "all-events")


def about(name: Class, event: RowSighting, where: str, doubt: Doubt | None = None) -> Finding:
    """A finding on an event."""
    return Finding(
        name=name,
        window=event.window,
        where=frozenset((where,)),
        store=event.store,
        event=event,
        expected=[event.window],
        doubt=doubt,
    )
