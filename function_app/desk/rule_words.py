"""The words of a rule's reason as people read them before it is about an event."""

import re

_POWER = re.compile(r"(?:10|\be)\^\{[^}]*\}")
"""A number that is told as a power."""
_PLACE = re.compile(r"\{([\w.]+)(?::[^}]*)?\}")
_HOURS = re.compile(r"(\d+)h\b")
_NAMED = {"value": "so many", "bound": "a bound"}


def rule_words(text: str) -> str:
    """The text with words in brackets where a value comes: `[store name] is not a name of store [store]`."""
    return _PLACE.sub(_placeholder, _POWER.sub("[so many]", text))


def _placeholder(place: re.Match[str]) -> str:
    name = _NAMED.get(place[1]) or place[1].rpartition(".")[2].replace("_", " ")
    return f"[{_HOURS.sub(_span, name)}]"


def _span(hours: re.Match[str]) -> str:
    return f"in {hours[1]} h"
