"""Reads what a function returns as the Functions host does, by Newtonsoft.Json.

The host makes an object of the returned JSON. Newtonsoft takes `$type`, `$id`, `$ref` and `$values` at the beginning of
that object for its own marks (`JsonSerializerInternalReader.ReadMetadataProperties`): they are dropped, an object that
begins with `$ref` becomes null, one with `$values` becomes that list. Objects inside it are kept as they are.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, cast

from local_azure.durable.events import printable

_MARKED = re.compile(r'\s*\{\s*"\$(?:type|id|ref|values)"')
_PLAIN = re.compile(r"[0-9a-z+.,:{}\[\]-]*")
"""Numbers, `true`, `false` and `null` without a space: they are written as they are read."""
_ESCAPED = [(letter, f"\\u{ord(letter):04x}") for letter in "\x85\u2028\u2029"]
_MARKS = {"$type", "$id", "$ref", "$values"}
_MAX_DEPTH = 64
_ODD_NAME = re.compile(r"[ .'/\"\[\]\t\n\r\f\b\\\u0085\u2028\u2029]")
_BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
    "\u205f\u3000"
)
_WORDS = {"null": None, "true": True, "false": False}
_WORD = re.compile(r"(?:null|true|false|NaN|-?Infinity)(?=[\s,}\]]|$)")
_NUMBER = re.compile(r"[-.0-9][-+.0-9a-fA-FxX]*(?=[\s,}\])/]|$)")
_OTHER_BASE = re.compile(r"0[0-7]+|0[xX][0-9a-fA-F]+")
_FLOAT = re.compile(r"-?(?=[.0-9])[0-9]*\.?[0-9]*(?<=[.0-9])(?:[eE][-+]?[0-9]+)?(?<!^\.)")
_QUOTED = re.compile(r"'([^'\\]*)'")
_SECOND_NAME = re.compile(r'\s*\{\s*"\$ref"\s*:\s*"(?:[^"\\]|\\.)*"\s*,\s*"((?:[^"\\]|\\.)*)"\s*:')


class UnreadableError(Exception):
    """The host cannot make an object of the value; the text is Newtonsoft's, the name that of its exception."""

    def __init__(self, text: str, exception: str) -> None:
        super().__init__(text)
        self.exception = exception


def compact(value: object) -> str:
    """A value as Newtonsoft writes it: no spaces, all but line ends as they are, NaN and the infinities as texts."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:
        text = json.dumps(_with_named_numbers(value), ensure_ascii=False, separators=(",", ":"))
    text = printable(text)
    for letter, escape in () if text.isascii() else _ESCAPED:
        text = text.replace(letter, escape)
    return text


def _with_named_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        members = cast(dict[str, Any], value)
        return {name: _with_named_numbers(member) for name, member in members.items()}
    if isinstance(value, list):
        return [_with_named_numbers(member) for member in cast(list[Any], value)]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def read_result(text: str) -> str:
    """JSON text that an activity returned, as the history gets it. Raises UnreadableError."""
    if _MARKED.match(text):
        return compact(read_value(json.loads(text), text))
    if _PLAIN.fullmatch(text):
        return text
    try:
        return compact(json.loads(text))
    except (ValueError, RecursionError):
        return text


def read_value(value: Any, text: str | None = None, path: str = "") -> Any:
    """A parsed value without Newtonsoft's marks. `text` and `path` say where it stood. Raises UnreadableError."""
    if not isinstance(value, dict):
        return value
    members: dict[str, Any] = dict(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    for name in list(members):
        if name not in _MARKS:
            break
        mark = members.pop(name)
        if name == "$values":
            return mark
        if name == "$type" and not isinstance(mark, str | int | float):
            raise UnreadableError(
                "Object reference not set to an instance of an object.",
                "System.NullReferenceException, System.Private.CoreLib",
            )
        if name == "$ref" and mark is not None:
            return _reference(members, text, path)
    return members


def first_value(text: str) -> Any:
    """The value at the beginning of a text that is not JSON; without one the text, but for the blanks around it.

    Newtonsoft does not look at what stands behind it: "3 of 5 failed" is 3, "null pointer" is null.
    """
    text = text.strip(_BLANKS)
    if word := _WORD.match(text):
        return _WORDS.get(word[0], word[0])
    if (number := _NUMBER.match(text)) and (value := _number(number[0])) is not None:
        return value
    if quoted := _QUOTED.match(text):
        return quoted[1]
    if text.startswith(('"', "[", "{")):
        try:
            return json.JSONDecoder().raw_decode(text)[0]
        except (ValueError, RecursionError):
            return text
    return text


def _number(text: str) -> int | float | None:
    if _OTHER_BASE.fullmatch(text):
        return int(text, 16 if text[1] in "xX" else 8)
    if text.startswith("0") and text[1:].isdigit():
        return None
    if text.removeprefix("-").isdigit():
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else None


def too_deep(value: Any, path: str = "") -> str | None:
    """Newtonsoft's words for a value that is nested more than 64 deep; None for any other.

    `path` is the member of an object in which the value stands; that object counts.
    """
    level = [(path, value)]
    for _ in range(_MAX_DEPTH - bool(path)):
        level = [member for where, each in level for member in _members(where, each)]
        if not level:
            return None
    for where, each in level:
        if isinstance(each, dict | list):
            return f"The reader's MaxDepth of {_MAX_DEPTH} has been exceeded. Path '{where}'."
    return None


def _members(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The members of a list or an object that are such themselves, by their paths."""
    if isinstance(value, list):
        for place, member in enumerate(cast(list[Any], value)):
            if isinstance(member, dict | list):
                yield f"{path}[{place}]", member
    elif isinstance(value, dict):
        for name, member in cast(dict[str, Any], value).items():
            if isinstance(member, dict | list):
                yield (f"{path}['{name}']" if _ODD_NAME.search(name) else f"{path}.{name}".lstrip(".")), member


def _reference(rest: dict[str, Any], text: str | None, path: str) -> None:
    """Nothing was named before, so a reference leads nowhere. Raises UnreadableError if more stands beside it."""
    if not rest:
        return
    name = next(iter(rest))
    where = f"Path '{path}.{name}'." if path else f"Path '{name}'."
    if not path and text and (match := _SECOND_NAME.match(text)) and "\n" not in match[0]:
        where = f"Path '{name}', line 1, position {match.end()}."
    raise UnreadableError(
        "Additional content found in JSON reference object. A JSON reference object should only have a $ref property. "
        + where,
        "Newtonsoft.Json.JsonSerializationException, Newtonsoft.Json",
    )
