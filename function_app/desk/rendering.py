"""Renders templates as HTML. Everything that a template prints is escaped."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import msgspec

from fraud.desk.causes import cause_of
from fraud.desk.plurals import counted, length
from fraud.desk.sale_line import sale_line
from fraud.events import UNKNOWN_STORE
from fraud.quarantine import quarantined_path
from fraud.quarantine_places import parse_place
from fraud.verdicts import Case, Verdict
from function_app.desk.assets import address
from function_app.desk.deed_words import change_words, deed_outcome, deed_what, deed_why
from function_app.desk.rule_words import rule_words
from reconciliation.reporting.pages import templates_of

if TYPE_CHECKING:
    from jinja2 import Environment

PAGES = ("now", "cases", "events", "trace", "workflows", "reconciliations", "campaigns", "quarantine", "rules")
"""The pages that the desk has, as the navigation names them."""
UNKNOWN = "\u2013"
_MOST_SHOWN = 64 * 1024


@cache
def environment() -> "Environment":
    """The templates with their filters."""
    made = templates_of("function_app.desk")
    filters: dict[str, Any] = {
        "number": number,
        "counted": counted,
        "moment": moment,
        "span": span,
        "pretty": pretty,
        "cause": cause,
        "trace_address": trace_address,
        "verdict_address": verdict_address,
        "cents": cents,
        "store": store,
        "sentence": sentence,
        "sale_line": sale_line,
        "rule_words": rule_words,
        "deed_why": deed_why,
        "deed_what": deed_what,
        "deed_outcome": deed_outcome,
        "change_words": change_words,
    }
    made.filters.update(filters)
    shared: dict[str, Any] = {"asset": address, "query": query, "pages": PAGES}
    made.globals.update(shared)
    return made


def render(template: str, **content: Any) -> str:
    """The text of a template."""
    return environment().get_template(template).render(**content)


def number(value: float | None, places: int = 0) -> str:
    """`1,234`, or a dash for what is not known."""
    return UNKNOWN if value is None else f"{value:,.{places}f}"


def cents(value: int | None) -> str:
    """An amount in cents as people write it: `1,234.50`."""
    return UNKNOWN if value is None else f"{value / 100:,.2f}"


def store(value: object, word: str = "store") -> str:
    """A store as people name it: `store 7`; `no store` for events without one. `word` may begin with a capital."""
    if value in (None, UNKNOWN_STORE):
        return f"{'No' if word[:1].isupper() else 'no'} store"
    return f"{word} {value}"


def moment(value: datetime | None) -> str:
    """`2026-01-02 10:05:00`, in UTC."""
    if value is None:
        return UNKNOWN
    # An earlier version took orders with times that no calendar has in UTC: their pages are shown all the same.
    with suppress(OverflowError):
        value = value.astimezone(UTC)
    return value.strftime("%Y-%m-%d %H:%M:%S")


def span(value: timedelta | float | None) -> str:
    """A length of time in the two units that tell it best: `340 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`."""
    if value is None:
        return UNKNOWN
    return length(value.total_seconds() if isinstance(value, timedelta) else value)


def sentence(text: str) -> str:
    """A text with a capital at its beginning, and a full stop."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}" if text else ""


def cause(output: object) -> str:
    """Why a workflow failed, in one line; the page of the workflow has the whole output."""
    return str(cause_of(output))


def pretty(value: Any) -> str:
    """A JSON value over several lines; after 64 KB it is cut, with a note."""
    if isinstance(value, str):
        # The SDK hands some JSON on as text, and text of JSON as the JSON of a text.
        inner = _text_in(value) if value[:1] == '"' else value
        text = _formatted(inner.encode(errors="replace")) if inner[:1] in ("{", "[") else inner
    else:
        text = _formatted(msgspec.json.encode(value))
    if len(text) <= _MOST_SHOWN:
        return text
    return f"{text[:_MOST_SHOWN]}\n… {len(text) - _MOST_SHOWN:,} more characters"


def _text_in(value: str) -> str:
    """The JSON object or list that a JSON string holds; the value itself if it holds anything else."""
    try:
        inner = msgspec.json.decode(value, type=str)
    except msgspec.MsgspecError:
        return value
    return inner if inner[:1] in ("{", "[") else value


def _formatted(content: bytes) -> str:
    try:
        return msgspec.json.format(content, indent=2).decode()
    except msgspec.DecodeError:
        return content.decode(errors="replace")


def trace_address(event_id: Any) -> str:
    """The page that follows an event. Its id may hold anything, so it is in the query."""
    return f"/desk/trace?{urlencode({'id': str(event_id)}, quote_via=quote)}"


def verdict_address(verdict: Verdict, case: Case) -> str:
    """The page that follows the event of a verdict; of one by place, which has no id to follow, that of its record."""
    place = parse_place(verdict.event_id) if case.type == "quarantine" else None
    if place is None:
        return trace_address(verdict.event_id)
    # A window has less than an hour, and ends with one at the latest.
    path = quarantined_path(verdict.window_start, place.partition, place.sequence_number)
    return query("/desk/quarantine/record", path=path)


def query(path: str, /, **values: Any) -> str:
    """An address with the values that are not empty in its query."""
    pairs = {name: str(value) for name, value in values.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(pairs, quote_via=quote)}" if pairs else path
