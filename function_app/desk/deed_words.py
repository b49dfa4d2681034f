"""The journal in words: reasons and outcomes as a person reads them, and changes of the rules in use."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import parse_qsl

import msgspec

from fraud.desk.deeds import Deed
from fraud.desk.rules_in_use import RulesChange

_REASONS = ("why", "reason")
_HIDDEN = ("id", "what", "etag", "form_token")
"""Fields that the journal's other columns tell, or that are for programs."""


def deed_why(deed: Deed) -> str:
    """The reason that was given, or else what was sent, as words; empty if that says nothing."""
    fields = _sent(deed.why)
    if fields is None:
        return deed.why
    reason = next((fields[name] for name in _REASONS if fields.get(name)), "")
    others = [
        f"{name.replace('_', ' ')} {value}"
        for name, value in fields.items()
        if name not in (*_REASONS, *_HIDDEN) and value not in ("", "None")
    ]
    return "; ".join(part for part in (reason, ", ".join(others)) if part)


def deed_what(deed: Deed) -> str:
    """The deed, with the act where a page has several."""
    act = (_sent(deed.why) or {}).get("what", "") if deed.what == "act-on-workflow" else ""
    return f"{act} workflow" if act else deed.what.replace("-", " ")


def deed_outcome(deed: Deed) -> str:
    """The outcome, of which a status of HTTP is told in words."""
    status, _, name = deed.outcome.partition(" ")
    if not deed.outcome:
        return "it runs, or was cut off"
    if not (len(status) == 3 and status.isdecimal()):
        return deed.outcome
    words = {"404": "there was none of this name", "403": "not allowed", "409": "refused: it was not in that state"}
    done = "done" if status < "400" else words.get(status, "refused" if status < "500" else "failed")
    return f"{done}: {name}" if name else done


def change_words(change: RulesChange) -> str:
    """A change of the rules in use: the set that judges or its shadow, or the rule that is snoozed, and for whom."""
    if (snooze := change.snooze) is not None:
        where = f"customer {snooze.customer}" if snooze.customer is not None else f"store {snooze.store}"
        if change.what == "woken":
            return f"{snooze.rule} counts again for {where}"
        return f"{snooze.rule} snoozed for {where} until {snooze.until.astimezone(UTC):%Y-%m-%d %H:%M}"
    if change.what == "activated":
        return f"{change.set} judges windows"
    return f"{change.set} judges in the shadow" if change.set else "no set judges in the shadow"


def _sent(text: str) -> dict[str, str] | None:
    """The fields of a form or of a JSON object; None for a text that is neither."""
    if text.startswith("{"):
        content = _decoded(text) or _decoded(_uncut(text))
        return None if content is None else {name: _plain(value) for name, value in content.items()}
    head, equals, _ = text.partition("=")
    return dict(parse_qsl(text)) if equals and head.replace("_", "").isalnum() else None


def _decoded(text: str) -> dict[str, Any] | None:
    try:
        return cast(dict[str, Any], msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError):
        return None


def _uncut(text: str) -> str:
    """The object of the fields before the first one that has fields or items of its own, of a text that was cut."""
    plain, _, _ = text[1:].replace("[", "{").partition("{")
    return f"{{{plain.rpartition(', ')[0]}}}" if ", " in plain else text


def _plain(value: object) -> str:
    """A value in words: a time to the second, a list by its texts or else its length, what has fields not at all."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ""
    if isinstance(value, list):
        items = cast(list[object], value)
        return str(len(items)) if any(isinstance(item, dict | list) for item in items) else ", ".join(map(str, items))
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
        if moment is not None and moment.tzinfo is not None:
            return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return str(value)
