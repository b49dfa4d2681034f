"""Live look-ups: what arrived shortly before the end of a window, around an event's customer, sku and shelf.

Each is bounded for itself, never per query, so that the way a window is cut into chunks cannot change a verdict.
"""

from collections import deque
from collections.abc import Sequence
from datetime import timedelta

import msgspec

from fraud.context.sighting import Sighting

CUSTOMER_SPAN = timedelta(hours=24)
SKU_SPAN = timedelta(hours=8)
SHELF_SPAN = timedelta(hours=3)
MOST_OF_CUSTOMER = 100
MOST_OF_SKU = 200
MOST_OF_SHELF = 300
"""The latest sightings of a customer, a sku, a shelf: no more are read. The facts say if a bound was met."""


class LookUps(msgspec.Struct, frozen=True):
    """Sightings in order of time, up to the end of a window, the event's own among them."""

    contents: int = 1
    """Different contents under the event's id, at its store."""
    altered: int = 0
    """Other contents under the id whose customer, goods, money or store differ; at any store."""
    customer: Sequence[Sighting] = ()
    sku: Sequence[Sighting] = ()
    shelf: Sequence[Sighting] = ()


class Recent:
    """The latest sightings by key, within a span and a number each."""

    def __init__(self, span: timedelta, most: int) -> None:
        self._seconds = span.total_seconds()
        self._most = most
        self._by_key: dict[object, deque[Sighting]] = {}

    def add(self, key: object, sighting: Sighting) -> None:
        """Take in a sighting; they come in order of time."""
        recent = self._by_key.get(key)
        if recent is None:
            recent = self._by_key[key] = deque(maxlen=self._most)
        recent.append(sighting)

    def of(self, key: object, until: float) -> Sequence[Sighting]:
        """The sightings of a key in the span before a moment (Unix time)."""
        recent = self._by_key.get(key)
        if not recent:
            return ()
        after = until - self._seconds
        return tuple(sighting for sighting in recent if after < sighting.time <= until)

    def forget(self, until: float) -> None:
        """Let go of keys that nothing was seen of in the span before a moment."""
        after = until - self._seconds
        self._by_key = {key: recent for key, recent in self._by_key.items() if recent[-1].time > after}
