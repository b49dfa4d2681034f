"""Even out what differs from run to run: times, GUIDs, stacks, hub names, and the marks of the recording program."""

import json
import re
from typing import Any, cast

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|\+00:00)?")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\b[0-9a-f]{32}\b")
_SHAPE = {".": "fraction", "Z": "Z", "+": "offset"}
_CAUSE = re.compile(r'\{"\$type":"System\.[A-Za-z.]*Exception, ')


def even(value: Any) -> Any:
    """The value with everything evened out, in texts as well."""
    if isinstance(value, dict):
        return {key: even_member(key, member) for key, member in cast(dict[str, Any], value).items()}
    if isinstance(value, list):
        return [even(member) for member in cast(list[Any], value)]
    return even_text(value) if isinstance(value, str) else value


def even_member(key: str, value: Any) -> Any:
    """A member of an object, evened out by its name where that says what it is."""
    if key in {"StackTrace", "RemoteStackTrace"}:
        return "STACK"
    if key in {"startTime", "duration"}:
        return "NUMBER"
    return even(value)


def even_text(text: str) -> str:
    """A text with times, GUIDs, stacks and causes evened out."""
    text = _even_causes(text)
    text = re.sub(r", StackTrace: .*", ", StackTrace: STACK", text, flags=re.DOTALL)
    text = re.sub(r"\nStack: .*", "\nStack: STACK", text, flags=re.DOTALL)
    text = re.sub(r"(\n\s*at [\w.]+[.`<(][^\n]*)+", "", text)
    text = _TIME.sub(lambda match: f"TIME{'Z' if match[2] == 'Z' else (match[2] and '+') or ''}", text)
    return _GUID.sub(lambda match: "GUID" if "-" in match[0] else "HEX", text)


def _even_causes(text: str) -> str:
    while match := _CAUSE.search(text):
        try:
            cause, end = json.JSONDecoder().raw_decode(text[match.start() :])
        except ValueError:
            return text
        members = json.dumps(_cause(cause), ensure_ascii=False).replace('"$type"', '"type"')
        text = text[: match.start()] + members + text[match.start() + end :]
    return text


def _cause(cause: dict[str, Any]) -> dict[str, Any]:
    """The members of a serialised .NET exception, without its stacks and the assembly of the recording program."""
    evened = dict(cause)
    for key, value in cause.items():
        if key in {"StackTrace", "RemoteStackTrace", "StackTraceString"} and value is not None:
            evened[key] = "STACK"
        elif key == "Message" and isinstance(value, str):
            evened[key] = re.sub(r"\nStack: .*", "\nStack: STACK", value, flags=re.DOTALL)
        elif key == "$type":
            evened[key] = str(value).split(",")[0]
        elif key == "Source":
            evened[key] = None
        elif isinstance(value, dict):
            evened[key] = _cause(cast(dict[str, Any], value))
        elif isinstance(value, list):
            evened[key] = [_cause(cast(dict[str, Any], each)) for each in cast(list[Any], value)]
    return evened
