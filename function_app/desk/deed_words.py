"""The journal in words: reasons and outcomes as a person reads them, and changes of the rules in use."""

from datetime import UTC
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
        try:
            content = cast(dict[str, Any], msgspec.json.decode(text))
        except msgspec.DecodeError:
            return None  # it was cut
        return {name: _plain(value) for name, value in content.items()}
    head, equals, _ = text.partition("=")
    return dict(parse_qsl(text)) if equals and head.replace("_", "").isalnum() else None


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
