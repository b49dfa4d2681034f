"""A field of a form that cannot be taken, in words for people: the validator's own are for programs."""

import re
from collections.abc import Mapping

import msgspec

from fraud.desk.problems import ProblemError
from fraud.desk.review import SAID

_PLACE = re.compile(r"at `\$\.(\w+)")
_MISSING = re.compile(r"missing required field `(\w+)`")
_BOUND = re.compile(r"Expected `(?:int|float|str)[^`]*` (?:of length )?([<>]=?) (-?[\d.e+]+)")
_WORDS = (
    ("RFC3339", "must be a time like 2026-01-31T10:00:00Z"),
    ("datetime", "must be a time like 2026-01-31T10:00:00Z"),
    ("Expected `int", "must be a whole number"),
    ("Expected `float", "must be a number"),
    ("enum value", "is none of those that there are"),
)


class WrongField(msgspec.Struct, frozen=True):
    """The name of a field, and the sentence that says what is wrong with it. Without a name it is about the form."""

    name: str
    says: str


NOTHING = WrongField("", "")


def wrong_field(error: msgspec.ValidationError | ProblemError, labels: Mapping[str, str] | None = None) -> WrongField:
    """The field of a refusal; `labels` are the words beside fields whose name is not one."""
    if isinstance(error, ProblemError):
        detail = error.detail
        return WrongField(error.field or "", f"{detail[:1].upper()}{detail[1:]}.")
    text = str(error)
    place = _PLACE.search(text) or _MISSING.search(text)
    name = place[1] if place else ""
    label = (labels or {}).get(name) or name.replace("_", " ").capitalize() or "The form"
    return WrongField(name, f"{label} {_verb(text)}.")


def _verb(text: str) -> str:
    if _MISSING.search(text) or f"regex {SAID!r}" in text:
        return "is missing"
    if bound := _BOUND.search(text):
        is_length = "of length" in text
        if is_length and bound[2] in ("0", "1"):
            return "is missing"
        least = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than"}[bound[1]]
        number = f"{int(bound[2]):,}" if bound[2].lstrip("-").isdigit() else bound[2]
        return f"{'has' if is_length else 'must be'} {least} {number}{' characters' if is_length else ''}"
    return next((words for sign, words in _WORDS if sign in text), "cannot be read")
