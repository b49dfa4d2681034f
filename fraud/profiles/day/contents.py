"""Bodies as contents: their fields, and a key of each, by which a resend is known."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraud.identity import canonical, quick_fields, written
from fraud.nesting import MAX_DEPTH, depth
from fraud.profiles.day.arrays import Bools
from fraud.replay.arrivals import read_event

FIELDS = (
    "id",
    "event_type",
    "store_id",
    "cust_id",
    "sku",
    "category",
    "payment_method",
    "store_fqdn",
    "store_ip",
    "price",
    "qty",
    "discount",
    "priority_shipping",
    "is_return",
)
"""The fields that a sighting is made of, but for those that no profile reads."""

AT_ONCE = 1_024
"""Events whose fields are in memory at once, so that they stay in the cache of a core."""
_SMALLEST = 16
_LONG_NUMBER = 16
"""Digits of a whole number that Cosmos may not keep exactly; see `fraud.identity`."""


class Contents:
    """Events, one after the other."""

    def __init__(self) -> None:
        self.arrived: list[int] = []
        """Milliseconds since 1970."""
        self.keys: list[int] = []
        """A key of each content, which holds for this process only."""
        self.fields: list[tuple[Any, ...]] = []
        """The values of FIELDS; None where one is missing."""
        self.bodies: list[bytes] = []


def read_contents(arrivals: Sequence[tuple[int, bytes]]) -> Iterator[Contents]:
    """The events among bodies, AT_ONCE at a time. What is not a JSON object with an id, or nested beyond MAX_DEPTH, is
    left out."""
    for start in range(0, len(arrivals), AT_ONCE):
        contents = Contents()
        _read(arrivals[start : start + AT_ONCE], contents)
        if contents.fields:
            yield contents


def _read(arrivals: Sequence[tuple[int, bytes]], into: Contents) -> None:
    bodies = [body for _, body in arrivals]
    events = _quick_events(bodies)
    fields = _fields_of(events) if events else []
    if events and {type(values[0]) for values in fields} == {str}:
        into.arrived += [arrived for arrived, _ in arrivals]
        into.bodies += bodies
        into.keys += map(hash, map(written, events))
        into.fields += fields
    elif (half := len(arrivals) // 2) < _SMALLEST:
        _read_singly(arrivals, into)
    else:  # only the neighbours of an odd body pay for it
        _read(arrivals[:half], into)
        _read(arrivals[half:], into)


def _quick_events(bodies: list[bytes]) -> list[dict[str, Any]] | None:
    """The fields of bodies if all are events, and nothing is odd about them, as almost always; None otherwise."""
    text = b"\n".join(bodies)
    octets: NDArray[np.uint8] = np.frombuffer(text, np.uint8)
    # Each object opens one bracket: with so few more, none is nested too deeply.
    brackets = np.count_nonzero((octets | 0x20) == ord("{"))
    if brackets >= len(bodies) + MAX_DEPTH or _has_long_number(octets):
        return None
    try:
        events = [*map(quick_fields, bodies)]
    except (ValueError, RecursionError):
        return None
    if b"null" in text:
        for event in events:
            if event.get("store_id", 0) is None:
                del event["store_id"]
    return events


def _read_singly(arrivals: Sequence[tuple[int, bytes]], into: Contents) -> None:
    for arrived, body in arrivals:
        event = read_event(body)
        if event is not None and isinstance(event.get("id"), str) and is_shallow(body, event):
            into.arrived.append(arrived)
            into.bodies.append(body)
            into.keys.append(hash(canonical(event)))
            into.fields.append(_fields(event))


def is_shallow(body: bytes, event: dict[str, Any]) -> bool:
    """False if an event is nested too deeply to be archived, or for its content to be known."""
    return body.count(b"{") + body.count(b"[") <= MAX_DEPTH or depth(event) <= MAX_DEPTH


def _has_long_number(octets: NDArray[np.uint8]) -> bool:
    runs: Bools = (octets - ord("0")) < 10
    length = 1
    while length < _LONG_NUMBER:
        # Where so many digits follow, and so many again behind them, twice as many do.
        runs = runs[:-length] & runs[length:]
        length *= 2
    return bool(runs.any())


_all_of: Any = itemgetter(*FIELDS)


def _fields_of(events: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    try:
        return [*map(_all_of, events)]
    except KeyError:
        return [*map(_fields, events)]


def _fields(event: dict[str, Any]) -> tuple[Any, ...]:
    try:
        return _all_of(event)
    except KeyError:
        return tuple(map(event.get, FIELDS))
