"""Bodies as contents: their fields, and a key of each, by which a resend is known."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraud.identity import canonical, quick_fields, written
from fraud.nesting import MAX_DEPTH, depth
from fraud.profiles.day.arrays import Bools
from fraud.profiles.day.shape import BodyShape, Read
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

AT_ONCE = 512
"""Events whose fields are in memory at once, so that they stay in the cache of a core."""
_SHAPELESS = 128
"""Events that are read together although they have no common shape."""
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
            contents = Contents()
            self._read(arrived[start : start + AT_ONCE], bodies[start : start + AT_ONCE], contents)
            if contents.keys:
                yield contents

    def _read(self, arrived: Sequence[int], bodies: Sequence[bytes], into: Contents) -> None:
        read = self._read_alike(bodies)
        if read is not None:
            into.add(arrived, bodies, read)
        elif (half := len(bodies) // 2) >= _SMALLEST:  # only the neighbours of an odd body pay for it
            self._read(arrived[:half], bodies[:half], into)
            self._read(arrived[half:], bodies[half:], into)
        else:
            for time, body in zip(arrived, bodies, strict=True):
                if (single := _read_singly(body)) is not None:
                    into.add([time], [body], single)

    def _read_alike(self, bodies: Sequence[bytes]) -> Read | None:
        """The fields of bodies if all are events, and nothing is odd about them, as almost always; None otherwise."""
        text = b"\n".join(bodies)
        if _has_long_number(np.frombuffer(text, np.uint8)):
            return None
        read = self._shape.read(bodies, has_null=b"null" in text)
        if read is None and len(bodies) <= _SHAPELESS and (read := _read_shapeless(bodies, text)) is not None:
            self._shape.learn(bodies)
        return read


def _read_shapeless(bodies: Sequence[bytes], text: bytes) -> Read | None:
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


def _read_singly(body: bytes) -> Read | None:
    event = read_event(body)
    if event is None or not isinstance(event.get("id"), str) or not is_shallow(body, event):
        return None
    return Read({name: [event.get(name)] for name in FIELDS}, [canonical(event)])


def is_shallow(body: bytes, event: dict[str, Any]) -> bool:
    """False if an event is nested too deeply to be archived, or for its content to be known."""
    return body.count(b"{") + body.count(b"[") <= MAX_DEPTH or depth(event) <= MAX_DEPTH


def _has_long_number(octets: NDArray[np.uint8]) -> bool:
    # So many digits in a row have some on each fourth place of the text.
    return _has_run(octets[:: _LONG_NUMBER // 4], 4) and _has_run(octets, _LONG_NUMBER)


def _has_run(octets: NDArray[np.uint8], digits: int) -> bool:
    runs: Bools = (octets - ord("0")) < 10
    length = 1
    while length < digits:
        # Where so many digits follow, and so many again behind them, twice as many do.
        runs = runs[:-length] & runs[length:]
        length *= 2
    return bool(runs.any())
