"""Match the events that must be flagged with the windows in which they were reported and judged."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec

from reconciliation.comparing.sightings import Sighting, Sightings
from reconciliation.reading.rows import Flag

Outcomes = Literal["suspicious-events", "fraud-events"]
"""The two archives of outcomes."""


class Match(msgspec.Struct, frozen=True):
    """One archive of outcomes, compared with the events that must be flagged.

    - seen: the sightings in this archive
    - satisfied: position of an expected event, and the window in which it was seen
    - excess: windows in which the id was seen more often than expected
    - strange: windows in which the id was seen and no event of it is expected
    """

    seen: list[Sighting]
    satisfied: dict[int, int]
    excess: list[int]
    strange: list[int]


class Matches(msgspec.Struct, frozen=True):
    """Both archives of outcomes. `expected` are the events that must be flagged, the surest first; `windows` are
    theirs."""

    expected: list[Sighting]
    windows: list[int]
    outcomes: dict[Outcomes, Match]


def match_outcomes(sightings: Sightings) -> Matches:
    """Match an id's expected events with its reports and its verdicts."""
    flagged = [event for event in sightings.captured if event.flags & Flag.FLAGGED]
    expected = sorted(flagged, key=lambda event: (len(event.windows), event.window))
    outcomes: dict[Outcomes, Match] = {
        "suspicious-events": _match(expected, sightings.reported),
        "fraud-events": _match(expected, sightings.judged),
    }
    windows = [_window_of(position, event, outcomes) for position, event in enumerate(expected)]
    return Matches(expected, windows, outcomes)


def _match(expected: Sequence[Sighting], seen: list[Sighting]) -> Match:
    """Give every expected event the window in which it was seen."""
    satisfied: dict[int, int] = {}
    left = Counter(sighting.window for sighting in seen)
    named = set(left)
    for position, event in enumerate(expected):
        for window in event.windows:
            if window in named and (left[window] or position not in satisfied):
                # A window names an id once, however often the event was resent within it.
                satisfied[position] = window
                if left[window]:
                    left[window] -= 1
                    break
    allowed = {window for event in expected for window in event.windows}
    beyond = sorted(window for window, count in left.items() if count)
    return Match(
        seen,
        satisfied,
        excess=[window for window in beyond if window in allowed],
        strange=[window for window in beyond if window not in allowed],
    )


def _window_of(position: int, event: Sighting, outcomes: dict[Outcomes, Match]) -> int:
    """The window of an expected event: where it was seen, if its time leaves that open."""
    seen = (match.satisfied[position] for match in outcomes.values() if position in match.satisfied)
    return next(seen, event.window)
