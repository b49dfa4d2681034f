"""A day's captured bodies become profiles, as they are read: each content once, in order of time."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b

from fraud.context.sighting import sighting
from fraud.identity import canonical
from fraud.profiles.profiles import OpenDay, Profiles
from fraud.replay.arrivals import read_event

MOST_REMEMBERED = 1_000_000
"""Contents of the day that are told from a resend, the latest ones: 100 MB. What comes again later counts twice."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
SeesEvent = Callable[[int, Mapping[str, object]], None]
"""Sees an event, and when it arrived in milliseconds since 1970."""
DAY = timedelta(days=1)


def bounds(day: date) -> tuple[datetime, datetime]:
    """The span (start, end] of the windows that begin on a day, in UTC."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return start, start + DAY


class DayBuilder:
    """Adds one day to profiles."""

    def __init__(self, profiles: Profiles, day: date, look: SeesEvent | None = None) -> None:
        """`look` sees each content before it is added."""
        start, end = bounds(day)
        self._after, self._until = (start - _EPOCH) // _MILLISECOND, (end - _EPOCH) // _MILLISECOND
        self._open = OpenDay(profiles, day.toordinal())
        self._seen: dict[bytes, None] = {}
        self._look = look
        self.events = 0

    def add(self, arrivals: Iterable[tuple[int, bytes]]) -> None:
        """Take in times of arrival, in milliseconds since 1970, and bodies, in order of time and later than all before.

        What arrived on another day, or is not a JSON object with an id, is left out.
        """
        new = (arrival for arrival in arrivals if self._after < arrival[0] <= self._until)
        self._open.add(
            sighting(event, _EPOCH + milliseconds * _MILLISECOND)
            for milliseconds, body in new
            if (event := read_event(body)) is not None
            and isinstance(event.get("id"), str)
            and self._is_new(milliseconds, event)
        )

    def _is_new(self, milliseconds: int, event: dict[str, object]) -> bool:
        digest = blake2b(canonical(event), digest_size=12).digest()
        if digest in self._seen:
            return False
        self._seen[digest] = None
        if len(self._seen) > MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]
        self.events += 1
        if self._look is not None:
            self._look(milliseconds, event)
        return True

    def close(self) -> None:
        """End the day; one without events leaves the profiles as they are."""
        if self.events:
            self._open.close()
