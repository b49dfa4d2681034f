"""Bodies as contents: their fields, and a key of each, by which a resend is known."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from fraud.bodies.forms import AT_ONCE, has_long_number
from fraud.bodies.shape import BodyShape, Read
from fraud.identity import INEXACT_DIGITS, canonical, has_digits, quick_fields, written
from fraud.nesting import MAX_DEPTH, depth
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

BYTES_AT_ONCE = 2 * 1024 * 1024
"""Of bodies whose fields are in memory at once, which may be forty times as many. AT_ONCE of a store's have a fifth."""
_MOST_ODD = 4
"""Of so many events one may have another shape than the others."""
_LESSON = 8
"""Events from which their shape is learned."""
_SMALLEST = 16


class Contents:
    """Events, one after the other."""

    def __init__(self) -> None:
        self.arrived: list[int] = []
        """Milliseconds since 1970."""
        self.keys: list[int] = []
        """A key of each content, which holds for this process only."""
        self.columns: dict[str, list[Any]] = {name: [] for name in FIELDS}
        """The values of each of FIELDS; None or UNSET where one is missing."""
        self.bodies: list[bytes] = []

    def add(self, arrived: Iterable[int], bodies: Iterable[bytes], read: Read) -> None:
        """Take in events that were read."""
        self.arrived += arrived
        self.bodies += bodies
        self.keys += map(hash, read.written)
        for name, column in self.columns.items():
            column.extend(read.columns[name])


class ContentReader:
    """Reads bodies, and learns the shape that they have."""

    def __init__(self) -> None:
        self._shape = BodyShape(FIELDS)

    def read(self, arrived: Sequence[int], bodies: Sequence[bytes]) -> Iterator[Contents]:
        """The events among bodies, AT_ONCE at a time; `arrived` is when, in milliseconds since 1970.

        A body that is not a JSON object with an id, or nested beyond MAX_DEPTH, is left out.
        """
        for start in range(0, len(bodies), AT_ONCE):
            for part in _parts(slice(start, min(start + AT_ONCE, len(bodies))), bodies):
                contents = Contents()
                self._read(arrived[part], bodies[part], contents)
                if contents.keys:
                    yield contents

    def _read(self, arrived: Sequence[int], bodies: Sequence[bytes], into: Contents) -> None:
        rows = self._shape.rows_of(bodies)
        if has_long_number(b"\n".join(bodies)):
            rows = [None if has_digits(body, INEXACT_DIGITS) else row for row, body in zip(rows, bodies, strict=True)]
        odd = [place for place, row in enumerate(rows) if row is None] if None in rows else []
        if len(odd) * _MOST_ODD > len(rows):
            self._read_shapeless(arrived, bodies, into)
            return
        for before, place in pairwise((-1, *odd, len(rows))):
            if alike := rows[before + 1 : place]:
                read = self._shape.read(alike)
                into.add(arrived[before + 1 : place], bodies[before + 1 : place], read)
            if place < len(rows):
                _read_singly(arrived[place], bodies[place], into)
        if odd:
            self._shape.learn([bodies[odd[0]]])

    def _read_shapeless(self, arrived: Sequence[int], bodies: Sequence[bytes], into: Contents) -> None:
        read = _read_together(bodies)
        if read is not None:
            into.add(arrived, bodies, read)
            self._shape.learn(bodies[:_LESSON])
        elif (half := len(bodies) // 2) >= _SMALLEST:  # only the neighbours of an odd body pay for it
            self._read_shapeless(arrived[:half], bodies[:half], into)
            self._read_shapeless(arrived[half:], bodies[half:], into)
        else:
            for time, body in zip(arrived, bodies, strict=True):
                _read_singly(time, body, into)


def _parts(of: slice, bodies: Sequence[bytes]) -> Iterator[slice]:
    """A slice of bodies, in parts of BYTES_AT_ONCE at most or of one body."""
    if of.stop - of.start == 1 or sum(map(len, bodies[of])) <= BYTES_AT_ONCE:
        yield of
        return
    half = (of.start + of.stop) // 2
    yield from _parts(slice(of.start, half), bodies)
    yield from _parts(slice(half, of.stop), bodies)


def _read_together(bodies: Sequence[bytes]) -> Read | None:
    """The fields of bodies if all are events, and none is deep or has a long number; None otherwise."""
    text = b"\n".join(bodies)
    if has_long_number(text):
        return None
    # Each object opens one bracket: with so few more, none is nested too deeply.
    if text.count(b"{") + text.count(b"[") >= len(bodies) + MAX_DEPTH:
        return None
    try:
        events = [*map(quick_fields, bodies)]
    except (ValueError, RecursionError):
        return None
    if b"null" in text:
        for event in events:
            if event.get("store_id", 0) is None:
                del event["store_id"]
    read = Read({name: [event.get(name) for event in events] for name in FIELDS}, map(written, events))
    return read if set(map(type, read.columns["id"])) == {str} else None


def _read_singly(arrived: int, body: bytes, into: Contents) -> None:
    event = read_event(body)
    if event is not None and isinstance(event.get("id"), str) and is_shallow(body, event):
        fields = {name: [event.get(name)] for name in FIELDS}
        into.add([arrived], [body], Read(fields, [canonical(event)]))


def is_shallow(body: bytes, event: dict[str, Any]) -> bool:
    """False if an event is nested too deeply to be archived, or for its content to be known."""
    return body.count(b"{") + body.count(b"[") <= MAX_DEPTH or depth(event) <= MAX_DEPTH
