"""Live look-ups: what arrived shortly before the end of a window, around an event's customer, sku and shelf.

Each is bounded for itself, never per query, so that the way a window is cut into chunks cannot change a verdict.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import islice, pairwise
from typing import Any

import msgspec

from fraud.context.sighting import Sighting, place
from fraud.identity import canonical
from fraud.rules.language import Value

CUSTOMER_SPAN = timedelta(hours=24)
SKU_SPAN = timedelta(hours=8)
SHELF_SPAN = timedelta(hours=3)
MOST_OF_CUSTOMER = 100
MOST_OF_SKU = 200
MOST_OF_SHELF = 300
"""The latest sightings of a customer, a sku, a shelf: no more are read. The facts say if a bound was met."""

MOST_OF_ID = 100
"""Other contents under an id that are told apart, the latest ones first."""

_WHOSE = ("store_id", "cust_id", "category", "sku", "event_type")
"""Fields that say who buys what, and where: a correction of a sale does not change them."""

_TOLD = (*_WHOSE, "price", "qty", "discount", "payment_method")
"""Those, and the ones that say for how much: a resend does not change them."""

Told = tuple[bytes, ...]
"""The values of these fields in one content."""


class LookUps(msgspec.Struct, frozen=True):
    """Sightings in order of time, up to the end of a window, the event's own among them; those of a shelf are apart."""

    contents: int = 1
    """Different contents under the event's id, at its store."""
    of_id: Mapping[str, Value] = msgspec.field(default_factory=lambda: {"id.altered": 0})
    """The facts `id.*` of what else arrived under the id, at any store: `other_contents`."""
    customer: Sequence[Sighting] = ()
    sku: Sequence[Sighting] = ()


def latest(sightings: Iterable[Sighting], most: int) -> tuple[Sighting, ...]:
    """The latest of some sightings, in order."""
    ordered = sorted(sightings, key=_moment)
    if any(seen.time == later.time and seen.id == later.id for seen, later in pairwise(ordered)):
        ordered.sort(key=place)  # which writes each of them out, and is seldom needed
    return tuple(ordered[-most:])


def with_own(event: Sighting, recent: Sequence[Sighting], most: int) -> Sequence[Sighting]:
    """The sightings of a look-up and the event's own: where more came since than is read, it would be missing."""
    return (event, *recent) if len(recent) >= most and event not in recent else recent


def _moment(seen: Sighting) -> tuple[float, str]:
    return seen.time, seen.id


def told_of(content: Mapping[str, Any]) -> Told:
    """The fields of a content by which those under an id are told apart, each in its canonical form."""
    return tuple(canonical({"": content.get(name)}) for name in _TOLD)


class OtherContents:
    """Contents under an id. Each of a thousand may be asked about beside the others: they are looked through once."""

    def __init__(self, contents: Iterable[Told]) -> None:
        self._told = set(contents)
        self._values = [*map(set[bytes], zip(*self._told, strict=True))] or [set[bytes]() for _ in _TOLD]

    def facts(self, own: Told | None = None, *, in_part: bool = False) -> dict[str, Value]:
        """The facts of these and of one more, whose customer, goods, money or store differ; MOST_OF_ID count.

        With `in_part` there are more under the id than these, and the rest counts as one that differs, and as another's
        sale: a producer may hide one behind resends that are padded until they are more than is read, and an honest one
        never sends so much.
        """
        more = own if own is not None and own not in self._told else None
        number = len(self._told) + (more is not None)
        facts: dict[str, Value] = {"id.altered": min(max(number - 1, 0) + in_part, MOST_OF_ID)}
        if not facts["id.altered"]:
            return facts
        values = self._values if more is None else [{*seen, new} for seen, new in zip(self._few, more, strict=True)]
        differing = [name for name, seen in zip(_TOLD, values, strict=True) if len(seen) > 1]
        facts["id.differing"] = ", ".join(differing) or "what was not read"
        facts["id.others_sale"] = in_part or any(name in _WHOSE for name in differing)
        return facts

    @property
    def _few(self) -> Iterable[Iterable[bytes]]:
        """Two values of each field at most: they tell if it differs."""
        return (islice(seen, 2) for seen in self._values)


def other_contents(contents: Iterable[Mapping[str, Any]], *, in_part: bool = False) -> dict[str, Value]:
    """The facts of the contents under an id; see `OtherContents`."""
    return OtherContents(map(told_of, contents)).facts(in_part=in_part)


class Recent:
    """The latest sightings by key, within a span and a number each."""

    def __init__(self, span: timedelta, most: int) -> None:
        self._seconds = span.total_seconds()
        self._most = most
        self._by_key: dict[object, list[Sighting]] = {}

    def add(self, key: object, sighting: Sighting) -> None:
        """Add a sighting; they come in order of time, and those of one time in any order."""
        recent = self._by_key.setdefault(key, [])
        recent.append(sighting)
        at = len(recent) - 1
        while at and recent[at - 1].time == sighting.time and place(recent[at - 1]) > place(sighting):
            recent[at - 1], recent[at] = recent[at], recent[at - 1]
            at -= 1
        if len(recent) > self._most:
            del recent[0]

    def of(self, key: object, until: float) -> Sequence[Sighting]:
        """The sightings of a key in the span before a moment (Unix time)."""
        recent = self._by_key.get(key)
        if not recent:
            return ()
        after = until - self._seconds
        return tuple(sighting for sighting in recent if after < sighting.time <= until)

    def forget(self, until: float) -> None:
        """Forget keys of which nothing was seen in the span before a moment."""
        after = until - self._seconds
        self._by_key = {key: recent for key, recent in self._by_key.items() if recent[-1].time > after}
