"""Reads what a function returns as the Functions host does, by Newtonsoft.Json.

The host makes an object of the returned JSON. Newtonsoft takes `$type`, `$id`, `$ref` and `$values` at the beginning of
that object for its own marks (`JsonSerializerInternalReader.ReadMetadataProperties`): they are dropped, an object that
begins with `$ref` becomes null, one with `$values` becomes that list. Objects inside it are kept as they are.
"""

import json
import re
from typing import Any

from local_azure.durable.events import printable

_MARKED = re.compile(r'\s*\{\s*"\$(?:type|id|ref|values)"')
_MARKS = {"$type", "$id", "$ref", "$values"}
_SECOND_NAME = re.compile(r'\s*\{\s*"\$ref"\s*:\s*"(?:[^"\\]|\\.)*"\s*,\s*"((?:[^"\\]|\\.)*)"\s*:')


class UnreadableError(Exception):
    """The host cannot make an object of the value; the text is Newtonsoft's, the name that of its exception."""

    def __init__(self, text: str, exception: str) -> None:
        super().__init__(text)
        self.exception = exception


def compact(value: object) -> str:
    """A value as Newtonsoft writes it: no spaces, and every character as it is."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate cannot be stored; it stays escaped.
    return text if printable(text) == text else json.dumps(value, separators=(",", ":"))


def read_result(text: str) -> str:
    """JSON text that an activity returned, as the history gets it. Raises UnreadableError."""
    if _MARKED.match(text):
        return compact(read_value(json.loads(text), text))
    if '"' not in text and " " not in text:
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
