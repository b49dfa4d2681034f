"""Bodies that a producer writes alike: the same names in the same order, so that only values differ.

Such bodies are read without an object for any value: the quotes of all of them give where each value ends, the text
between values is compared with what it must be, and the bytes of values become columns of numpy.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from fraud.profiles.day.arrays import Bools, Ints
from fraud.profiles.day.digests import LONGEST
from fraud.profiles.day.shape import MOST_FIELDS
from fraud.profiles.day.values import Values, values_at

_LONGEST_CHUNK = 200
_QUOTE, _BACKSLASH = np.int8(ord('"')), np.int8(ord("\\"))
_SPACE = np.int8(ord(" "))
_MEMBER = re.compile(rb'( *"([A-Za-z_][A-Za-z0-9_]{0,63})" *: *)(?:"([^"]*)"|([-0-9.a-z]+))( *[,}])')


class BodyBlock:
    """Bodies beside one another, and the quotes in them."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self.text = b"\n".join(bodies) + b"\n" * (_LONGEST_CHUNK + LONGEST)
        lengths = np.fromiter(map(len, bodies), np.int64, len(bodies))
        self.ends = np.cumsum(lengths + 1) - 1
        self.starts = self.ends - lengths
        octets = np.frombuffer(self.text, np.int8, int(self.ends[-1]))  # what is not ASCII is below 0
        self._quotes = np.flatnonzero(octets == _QUOTE)
        bounds = np.append(self.starts, self.ends[-1])
        self._first = np.searchsorted(self._quotes, bounds)
        self.counts: Ints = np.diff(self._first)
        """The quotes of each body; -1 for one that may be no plain ASCII between them."""
        strange = octets < _SPACE
        strange |= octets == _BACKSLASH
        strange[self.ends[:-1]] = False
        if strange.any():
            self.counts[np.searchsorted(self.ends, np.flatnonzero(strange))] = -1

    def quotes(self, rows: Ints, number: int) -> Ints:
        """Where the quotes of bodies are, of which each has that number; a row for each place among them."""
        if len(self._quotes) == number * len(rows):
            return self._quotes.reshape(len(rows), number).T
        return self._quotes[self._first[rows][:, None] + np.arange(number)].T

    def has(self, chunk: bytes, places: Ints) -> Bools:
        """Where a text is at a place."""
        every = np.ndarray((len(self.text) - len(chunk) + 1,), f"S{len(chunk)}", self.text, strides=(1,))
        return every[places] == chunk


class _Field(NamedTuple):
    name: str
    is_text: bool
    before: bytes
    """All between the value before, or the beginning, and the value."""


class BodyTemplate:
    """The names of a body, and all between its values."""

    def __init__(self, fields: Sequence[_Field], last: bytes) -> None:
        self.fields = fields
        self._chunks = [*(field.before for field in fields), last]
        self.quotes = sum(chunk.count(b'"') for chunk in self._chunks)

    def is_same(self, other: "BodyTemplate") -> bool:
        """True if it tells the same bodies."""
        return self._chunks == other._chunks

    def read(self, block: BodyBlock, rows: Ints) -> tuple[Ints, Mapping[str, Values]]:
        """Those of some bodies, of which each has the `quotes`, that are of the template; and their values by name."""
        quotes, place, ends = block.quotes(rows, self.quotes), 0, block.ends[rows]
        position = block.starts[rows]
        ok = block.has(self._chunks[0], position)
        spans: list[tuple[Ints, Ints]] = []
        for field, after in zip(self.fields, self._chunks[1:], strict=True):
            begin = position + len(field.before)
            place += field.before.count(b'"')
            to_quote = after.find(b'"')
            position = ends - len(after) if to_quote < 0 else quotes[place] - to_quote
            length = position - begin
            ok &= (length >= (not field.is_text)) & (length <= LONGEST)
            ok &= block.has(after, position)
            spans.append((begin, length))
        ok &= position + len(self._chunks[-1]) == ends
        values: dict[str, Values] = {}
        for field, (begin, length) in zip(self.fields, spans, strict=True):
            own = values_at(block.text, begin[ok], length[ok], is_text=field.is_text) if ok.any() else None
            if own is None or not own.is_plain.all():
                if own is not None:
                    ok[ok] = own.is_plain
                return self.read(block, rows[ok]) if ok.any() else (rows[:0], {})
            values[field.name] = own
        return rows[ok], values


def template_of(body: bytes) -> BodyTemplate | None:
    """The template that a body has; None if a value of it is an object, an array, or a text that is not plain."""
    fields: list[_Field] = []
    names: set[str] = set()
    between, position = b"{", 1
    if not body.startswith(b"{") or not body.isascii():
        return None
    while member := _MEMBER.match(body, position):
        before, name, text, _, after = member.groups()
        is_text = text is not None
        own = name.decode()
        if own in names or (own == "id" and not is_text) or len(names) == MOST_FIELDS:
            return None
        names.add(own)
        fields.append(_Field(own, is_text, between + before + b'"' * is_text))
        between, position = b'"' * is_text + after, member.end()
        if len(fields[-1].before) > _LONGEST_CHUNK:
            return None
        if after.endswith(b"}"):
            return BodyTemplate(fields, between) if position == len(body) and "id" in names else None
    return None
