"""LIKE without regular expressions, whose backtracking a pattern such as `%a%a%a%a%b` could drive for ages."""

from functools import lru_cache
from typing import TypeAlias

import msgspec

from local_azure.cosmos.errors import bad_request


class _Set(msgspec.Struct, frozen=True):
    """`[abc]`, `[a-f]`, `[^abc]`."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool

    def matches(self, character: str) -> bool:
        return any(low <= character <= high for low, high in self.ranges) != self.negated


_Part: TypeAlias = "str | _Set | None"
"""One character to match: itself, one of a set, or any (None)."""

_Piece: TypeAlias = "str | tuple[_Part, ...]"
"""The pattern between two `%`: plain text, or parts."""


def like(text: str, pattern: str, escape: str | None) -> bool:
    """True if `text` matches: `%` any run, `_` any character, `[a-f]` and `[^a-f]` sets. Quadratic at worst."""
    pieces = _pieces(pattern, escape)
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return len(text) == len(first) and _at(text, 0, first)
    if len(text) < len(first) + len(last) or not _at(text, 0, first) or not _at(text, len(text) - len(last), last):
        return False
    # Between the fixed ends each piece is taken where it first fits: to take it later could not help the others.
    place, end = len(first), len(text) - len(last)
    for piece in pieces[1:-1]:
        start = _find(text, piece, place, end)
        if start < 0:
            return False
        place = start + len(piece)
    return True


def _find(text: str, piece: _Piece, start: int, end: int) -> int:
    if isinstance(piece, str):
        return text.find(piece, start, end)
    places = range(start, end - len(piece) + 1)
    return next((place for place in places if _at(text, place, piece)), -1)


def _at(text: str, place: int, piece: _Piece) -> bool:
    for offset, part in enumerate(piece):
        character = text[place + offset]
        if part is None or part == character:
            continue
        if isinstance(part, str) or not part.matches(character):
            return False
    return True


@lru_cache(maxsize=64)
def _pieces(pattern: str, escape: str | None) -> tuple[_Piece, ...]:
    """The pattern cut at its `%`s."""
    pieces: list[list[_Part]] = [[]]
    place = 0
    while place < len(pattern):
        character = pattern[place]
        place += 1
        if character == escape and place < len(pattern):
            pieces[-1].append(pattern[place])
            place += 1
        elif character == "%":
            pieces.append([])
        elif character == "_":
            pieces[-1].append(None)
        elif character == "[":
            end = pattern.find("]", place + 1)
            if end < 0:
                raise bad_request("The LIKE pattern has a '[' without a ']'.")
            pieces[-1].append(_set(pattern[place:end]))
            place = end + 1
        else:
            pieces[-1].append(character)
    return tuple(_plain_if_possible(piece) for piece in pieces)


def _plain_if_possible(piece: list[_Part]) -> _Piece:
    texts = [part for part in piece if isinstance(part, str)]
    return "".join(texts) if len(texts) == len(piece) else tuple(piece)


def _set(inside: str) -> _Set:
    negated = inside.startswith("^")
    inside = inside.removeprefix("^")
    ranges: list[tuple[str, str]] = []
    place = 0
    while place < len(inside):
        if place + 2 < len(inside) and inside[place + 1] == "-":
            ranges.append((inside[place], inside[place + 2]))
            place += 3
        else:
            ranges.append((inside[place], inside[place]))
            place += 1
    return _Set(tuple(ranges), negated)
