"""A body that the archive does not take, read as far as it can be.

The stream job is another reader than the archiver: it may flag what is not a store event here, a text with half of a
surrogate pair, a number beyond all bounds. Whatever can be read by any reader is read, so that it can be judged.
"""

import codecs
import json
import sys
from collections.abc import Callable, Iterator
from operator import is_
from typing import Any, cast

import msgspec

from fraud.nesting import MAX_DEPTH, depth

LONGEST_NUMBER = 400
"""Digits of a whole number that are read as they stand; a longer one is beyond all doubles, and counts as infinite."""
LARGEST = sys.float_info.max

# Tuples: a union would be made anew at each of 300,000 values.
_NUMBERS, _CONTAINERS = (int, float), (dict, list)
_UNREADABLE = (ValueError, RecursionError, msgspec.MsgspecError)
_decoder = msgspec.json.Decoder()
_BLANKS = b" \t\n\v\f\r\x1c\x1d\x1e\x1f"
"""What `str.strip` takes away, in ASCII."""
_BEGINNINGS, _ENDS = (b"{", b"["), (b"}", b"]")


def readable_events(body: bytes) -> list[dict[str, Any]]:
    """The JSON objects in a body, each of which can be written as JSON again: see `keepable`. Never raises."""
    return [keepable(value) for value in readable_objects(body)]


def readable_objects(body: bytes, shortest: int = 2) -> list[dict[str, Any]]:
    """The JSON objects in a body: it is one, an array of them, or has one on each line, as the stream job reads it.

    Lines of less than `shortest` bytes are not read: a body of the hub has 17,000 lines at most that can be flagged,
    and half a million of others. Never raises.
    """
    text = body.strip()
    values = _read(text)
    if values is None:
        values = [value for line in _read_lines(text, shortest) for value in line]
    return [cast(dict[str, Any], value) for value in values if isinstance(value, dict)]


def _read_lines(text: bytes, shortest: int) -> Iterator[list[Any]]:
    for line in text.splitlines():
        # Most lines that hold nothing are told by their ends: a reader that fails takes a hundred times as long.
        if len(line) >= shortest and _may_be_read(line):
            yield _read(line) or []


def _may_be_read(line: bytes) -> bool:
    """False only for a line that no reader reads: it has the first or last letter of no object or array."""
    if b"\x00" in line[:4] or line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True  # UTF-16 or UTF-32
    bare = line.strip(_BLANKS)
    # Beyond ASCII are more blanks, and the byte order mark.
    begins = bare.startswith(_BEGINNINGS) or bare[:1] > b"\x7f"
    return begins and (bare.endswith(_ENDS) or bare[-1:] > b"\x7f")


def is_plain_json(body: bytes) -> bool:
    """True if the body is one JSON object by the strictest reader."""
    try:
        return isinstance(_decoder.decode(body), dict)
    except _UNREADABLE:
        return False


def _read(text: bytes) -> list[Any] | None:
    """The values of a JSON text; None if it is not one."""
    values = _read_by(_decoder.decode, text)
    return _read_by(_read_leniently, text) if values is None else values


def _read_by(reader: Callable[[bytes], Any], text: bytes) -> list[Any] | None:
    try:
        value = reader(text)
    except _UNREADABLE:
        return None
    return cast(list[Any], value) if isinstance(value, list) else [value]


def _read_leniently(text: bytes) -> Any:
    """With what msgspec refuses: other encodings, half pairs, numbers without bounds, NaN, control characters."""
    decoded = text.decode(json.detect_encoding(text), "replace").removeprefix("\ufeff").strip()
    return json.loads(decoded, strict=False, parse_int=_whole_number)


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else float(digits)


def keepable(event: dict[str, Any]) -> dict[str, Any]:
    """The event as it can be written as JSON and read back the same: itself, unless it holds something odd.

    A half of a surrogate pair, NaN, and what is nested too deep become texts that name them; a number beyond all
    doubles becomes the largest of them.
    """
    return _container(event, 0)


def _kept(value: Any, level: int) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, _NUMBERS):
        return _number(value)
    if isinstance(value, _CONTAINERS):
        return _container(cast(Any, value), level) if level < MAX_DEPTH else f"{depth(value)} levels more"
    return value


def _container(value: dict[str, Any] | list[Any], level: int) -> Any:
    """The container itself if it holds nothing odd, not a copy: a body of 1 MB may take 20 MB as values."""
    if not value:
        return value
    if isinstance(value, dict):
        kept = {_text(name): _kept(inner, level + 1) for name, inner in value.items()}
        same_names = len(value) == len(kept) and all(map(is_, value, kept))
        return value if same_names and all(map(is_, value.values(), kept.values())) else kept
    items = [_kept(inner, level + 1) for inner in value]
    return value if all(map(is_, value, items)) else items


def _number(value: float) -> float | str:
    if -LARGEST <= value <= LARGEST:
        return value
    return "NaN" if value != value else LARGEST if value > 0 else -LARGEST  # noqa: PLR0124 - NaN alone differs from itself


def _text(text: str) -> str:
    if text.isascii():
        return text
    kept = text.encode("utf-8", "backslashreplace").decode()
    return text if kept == text else kept
