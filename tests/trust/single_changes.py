"""Every change of a single stored thing: a blob deleted, cut or doubled, each field of a line or a document left out or
altered."""

import gzip
from collections.abc import Iterator
from typing import Any, cast

import msgspec

_lines = msgspec.json.Decoder(dict[str, Any])
_encoder = msgspec.json.Encoder()
_GZIP = b"\x1f\x8b"
_DEPTHS = (600, 5_000)
"""Levels that are read by msgspec but not by Python's own recursion, and such as neither reads."""

Named = tuple[str, Any]
"""A change by its name: that of the field, or of all that was done to a blob; and what is there then."""


def of_fields(thing: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A document without one of its fields, or with another value in it, of inner ones too; Cosmos' own stay."""
    for name, value in thing.items():
        if name.startswith("_"):
            continue
        yield name, {other: thing[other] for other in thing if other != name}
        if isinstance(value, dict):
            for inner, changed in of_fields(cast(dict[str, Any], value)):
                yield f"{name}.{inner}", {**thing, name: changed}
        else:
            yield name, {**thing, name: _other(value)}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            first, *others = cast(list[dict[str, Any]], value)
            for inner, changed in of_fields(first):
                yield f"{name}.{inner}", {**thing, name: [changed, *others]}


def of_blob(data: bytes) -> Iterator[tuple[str, bytes | None]]:
    """A blob that is gone (None), empty, cut or overwritten; and with a line that has changed, or is one too many.

    One that is packed has such a line within.
    """
    if data.startswith(_GZIP):
        yield "deleted", None
        yield "cut", data[: len(data) // 2]
        for name, changed in of_blob(gzip.decompress(data)):
            if changed is not None:
                yield name, gzip.compress(changed)
        return
    yield from (("deleted", None), ("empty", b""), ("overwritten", b"\xff\x00"), ("cut", data[: len(data) // 2]))
    yield from ((f"nested {depth} deep", b'{"more":' * depth + b"1" + b"}" * depth) for depth in _DEPTHS)
    try:
        lines = _lines.decode_lines(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    for number, line in enumerate(lines):
        for name, changed in of_fields(line):
            yield name, _encoder.encode_lines([*lines[:number], changed, *lines[number + 1 :]])
    yield "line doubled", _encoder.encode_lines([*lines, lines[0]])
    if len(lines) > 1:
        yield "line deleted", _encoder.encode_lines(lines[1:])


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return f"{value}x"
    return [] if value else ["x"]
