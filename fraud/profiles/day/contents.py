"""Bodies as contents: their fields, and a key of each, by which a resend is known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from fraud.identity import has_digits
from fraud.nesting import MAX_DEPTH, depth
from fraud.profiles.day.arrays import Bools, Ints
from fraud.profiles.day.digests import WordColumns, digest_of_column, digest_of_event
from fraud.profiles.day.shape import MOST_FIELDS, BodyShape
from fraud.profiles.day.template import BodyBlock, BodyTemplate, template_of
from fraud.profiles.day.values import Values
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

BLOCK = 4_096
"""Bodies that are looked at together: 1.5 MB, of which most stays in the cache."""
AT_ONCE = 1_024
"""Those of another template than the others, whose fields are in memory at once."""
FEW = 32
"""So few of a template are sooner read one by one."""
MOST_TEMPLATES = 8
_MOST_ODD = 16
"""Of so many bodies one may have no template that is known."""
_LESSON = 8
"""Bodies from which is learned."""
_LONG_NUMBER = 16
"""Digits of a whole number that Cosmos may not keep exactly; see `fraud.identity`."""


class Contents(NamedTuple):
    """Events that were read together."""

    places: Ints
    """Their places among the bodies."""
    keys: WordColumns
    """A key of each content, which holds for this process only."""
    fields: Mapping[str, Values] | Mapping[str, Sequence[Any]]
    """The fields by name, of FIELDS and others; None or UNSET among their values where one is missing."""


class ContentReader:
    """Reads bodies, and learns the templates and the shape that they have."""

    def __init__(self) -> None:
        self._templates: list[BodyTemplate] = []
        self._shape = BodyShape(FIELDS)

    def read(self, bodies: Sequence[bytes]) -> Iterator[Contents]:
        """The events among bodies, some at a time.

        A body that is not a JSON object with an id, or nested beyond MAX_DEPTH, is left out.
        """
        for start in range(0, len(bodies), BLOCK):
            of_block = bodies[start : start + BLOCK]
            for contents in self._read(of_block):
                yield contents._replace(places=contents.places + start)

    def _read(self, bodies: Sequence[bytes]) -> Iterator[Contents]:
        block = BodyBlock(bodies)
        is_left = np.ones(len(bodies), bool)
        for template in self._of_block(block, bodies, is_left):
            rows = np.flatnonzero(is_left & (block.counts == template.quotes))
            if len(rows) >= FEW:
                rows, values = template.read(block, rows)
                if len(rows):
                    is_left[rows] = False
                    yield Contents(rows, _sum(own.digest(name) for name, own in values.items()), values)
        left: Ints = np.flatnonzero(is_left)
        for start in range(0, len(left), AT_ONCE):
            places = left[start : start + AT_ONCE]
            listed: list[int] = places.tolist()
            yield from self._read_others(places, [bodies[place] for place in listed])

    def _of_block(self, block: BodyBlock, bodies: Sequence[bytes], is_left: Bools) -> Iterator[BodyTemplate]:
        """The templates that are known, and those that bodies which are left have."""
        yield from self._templates
        while len(self._templates) < MOST_TEMPLATES:
            left: Ints = np.flatnonzero(is_left & (block.counts > 0))
            if len(left) * _MOST_ODD < len(bodies):
                return
            lesson: list[int] = left[:_LESSON].tolist()
            learned = map(template_of, (bodies[place] for place in lesson))
            new = next((own for own in learned if own is not None and not any(map(own.is_same, self._templates))), None)
            if new is None:
                return
            self._templates.append(new)
            yield new

    def _read_others(self, places: Ints, bodies: Sequence[bytes]) -> Iterator[Contents]:
        rows = self._rows_of(bodies)
        odd = [body for body, row in zip(bodies, rows, strict=True) if row is None]
        if odd and self._shape.learn(odd[:_LESSON]):
            rows = self._rows_of(bodies)
        alike = np.array([row is not None for row in rows])
        if alike.any():
            columns = self._shape.columns_of([row for row in rows if row is not None])
            yield Contents(places[alike], _sum(digest_of_column(*own) for own in columns.items()), columns)
        singles = [(place, body) for place, body, row in zip(places.tolist(), bodies, rows, strict=True) if row is None]
        read = [(place, event) for place, body in singles if (event := _event_of(body)) is not None]
        if read:
            yield _contents_of(np.array([place for place, _ in read]), [event for _, event in read])

    def _rows_of(self, bodies: Sequence[bytes]) -> list[Any]:
        rows = self._shape.rows_of(bodies)
        if _has_long_number(np.frombuffer(b"\n".join(bodies), np.uint8)):
            rows = [None if has_digits(body, _LONG_NUMBER) else row for row, body in zip(rows, bodies, strict=True)]
        return rows


def _sum(digests: Iterable[WordColumns]) -> WordColumns:
    return np.add.reduce([*digests])


def _contents_of(places: Ints, events: Sequence[dict[str, Any]]) -> Contents:
    names = set(FIELDS).union(*events)
    wanted = names if len(names) <= MOST_FIELDS else FIELDS
    columns = {name: [event.get(name, UNSET) for event in events] for name in wanted}
    if wanted is names:
        return Contents(places, _sum(digest_of_column(*own) for own in columns.items()), columns)
    return Contents(places, np.array([*map(digest_of_event, events)], np.uint64), columns)


def _event_of(body: bytes) -> dict[str, Any] | None:
    event = read_event(body)
    return event if event is not None and isinstance(event.get("id"), str) and is_shallow(body, event) else None


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
