"""Match the events that must be flagged with the reports and verdicts on them.

The stream job reports an id once for each store and window. A verdict is on one content under an id: each content that
must be flagged needs one in the window in which it arrived, and may have one in the other windows of its id, because
the analysis of a window judges all that is archived under an id.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from reconciliation.comparing.sightings import RowSighting, Sightings
from reconciliation.reading.keys import NO_CONTENT
from reconciliation.reading.rows import Flag

Outcomes = Literal["suspicious-events", "fraud-events"]
"""The two archives of outcomes."""

WindowPlace = tuple[int, int, int]
"""A store, a window, and a content: NO_CONTENT in a report, and in a verdict without its event."""


class Match(msgspec.Struct, frozen=True):
    """One archive of outcomes, compared with the events that must be flagged.

    - seen: the sightings in this archive
    - satisfied: position of an expected event, and the window in which it was seen
    - excess: sightings where the event was expected, but not so often
    - strange: sightings in a store and window in which nothing under this id is expected
    - foreign: verdicts where the id is expected, on a content that was not captured as one to be flagged, nor in a body
      that quarantine holds for such a window
    """

    seen: list[RowSighting]
    satisfied: dict[int, int]
    excess: list[RowSighting]
    strange: list[RowSighting]
    foreign: list[RowSighting]


class Matches(msgspec.Struct, frozen=True):
    """Both archives of outcomes. `expected` are the events that must be flagged, the surest first; `windows` are
    theirs."""

    expected: list[RowSighting]
    windows: list[int]
    outcomes: dict[Outcomes, Match]


def match_outcomes(sightings: Sightings) -> Matches:
    """Match an id's expected events with its reports and its verdicts."""
    flagged = [event for event in sightings.captured if event.is_flagged]
    expected = sorted(flagged, key=lambda event: (len(event.windows), event.window))
    without_contents = [event._replace(content=NO_CONTENT) for event in expected]
    outcomes: dict[Outcomes, Match] = {
        "suspicious-events": _match(without_contents, sightings.reported, sightings),
        "fraud-events": _match(expected, sightings.judged, sightings),
    }
    windows = [_window_of(position, event, outcomes) for position, event in enumerate(expected)]
    return Matches(expected, windows, outcomes)


def _match(expected: Sequence[RowSighting], seen: list[RowSighting], sightings: Sightings) -> Match:
    """Give every expected event the window in which it was seen."""
    left = Counter((sighting.store, sighting.window, sighting.content) for sighting in seen)
    named = sorted(left)
    satisfied: dict[int, int] = {}
    for position, event in enumerate(expected):
        places = [place for place in _places(event, named) if place in left]
        # A window names an id once, however often the event was resent within it.
        if places:
            place = next((place for place in places if left[place]), places[0])
            satisfied[position] = place[1]
            left[place] -= bool(left[place])
    beyond = {
        place: sighting for sighting in seen if left[place := (sighting.store, sighting.window, sighting.content)]
    }
    match = Match(seen, satisfied, [], [], [])
    for place, sighting in beyond.items():
        _sort(match, sighting, left[place], expected, sightings)
    return match


def _places(event: RowSighting, named: Sequence[WindowPlace]) -> Iterator[WindowPlace]:
    """Where an event may have been seen, the surest first. A verdict without its event stands for any; an event that
    could not be read whole cannot be told from what was judged."""
    for content in dict.fromkeys((event.content, NO_CONTENT)):
        yield from ((event.store, window, content) for window in event.windows)
    if event.content == NO_CONTENT:
        yield from (place for place in named if place[0] == event.store and place[1] in event.windows)


def _sort(
    match: Match, sighting: RowSighting, count: int, expected: Sequence[RowSighting], sightings: Sightings
) -> None:
    """Sort a sighting that no event has taken."""
    store, window, content = sighting.store, sighting.window, sighting.content
    here = [event for event in expected if event.store == store and window in event.windows]
    if not here:
        match.strange.append(sighting)
    elif content == NO_CONTENT:
        # A body may hold one event several times, and the job names each: they are not told apart here.
        if not any(event.flags & Flag.EMBEDDED for event in here):
            match.excess.append(sighting)
    elif content not in _judgeable(store, expected, sightings):
        match.foreign.append(sighting)
    elif count > sum(event.content != content for event in here):
        match.excess.append(sighting)


def _judgeable(store: int, expected: Sequence[RowSighting], sightings: Sightings) -> set[int]:
    """The contents under the id that a window of this store may judge, whichever window they arrived in."""
    return {event.content for event in expected if event.store == store} | sightings.contents_findable_by(store)


def _window_of(position: int, event: RowSighting, outcomes: dict[Outcomes, Match]) -> int:
    """The window of an expected event: where it was seen, if its time leaves that open.

    One that was seen in neither is of the later, which is nearly all of the second. So of two ranges that meet in it
    just one tells that it is missing: the second one, which reads the outcomes of both windows.
    """
    seen = (match.satisfied[position] for match in outcomes.values() if position in match.satisfied)
    return next(seen, event.windows[-1])
