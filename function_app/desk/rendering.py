"""Renders templates as HTML. Everything that a template prints is escaped."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import msgspec

from fraud.events import UNKNOWN_STORE
from function_app.desk.assets import address
from reconciliation.reporting.pages import templates_of

if TYPE_CHECKING:
    from jinja2 import Environment

PAGES = ("now", "cases", "trace", "workflows", "reconciliations", "campaigns", "quarantine", "rules")
"""The pages that the desk has, as the navigation names them."""
UNKNOWN = "\u2013"
_MOST_SHOWN = 64 * 1024


@cache
def environment() -> "Environment":
    """The templates with their filters."""
    made = templates_of("function_app.desk")
    made.filters.update(
        number=number,
        moment=moment,
        span=span,
        pretty=pretty,
        trace_address=trace_address,
        cents=cents,
        store=store,
    )
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


def store(value: object) -> str:
    """A store as people name it; `none` for events without one."""
    return "none" if value == UNKNOWN_STORE else str(value)


def moment(value: datetime | None) -> str:
    """`2026-01-02 10:05:00`, in UTC."""
    return UNKNOWN if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def span(value: timedelta | float | None) -> str:
    """A length of time in the two units that tell it best: `340 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`."""
    if value is None:
        return UNKNOWN
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if seconds < 1:
        return f"{seconds * 1_000:,.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    whole = int(seconds)
    for size, name, smaller, smaller_name in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size:,} {name}" + (f" {rest} {smaller_name}" if rest else "")
    raise AssertionError("a minute is the smallest of these")


def pretty(value: Any) -> str:
    """A JSON value over several lines; after 64 KB it is cut, with a note."""
    if isinstance(value, str):
        # The SDK hands some JSON on as text.
        text = _formatted(value.encode(errors="replace")) if value[:1] in ("{", "[") else value
    else:
        text = _formatted(msgspec.json.encode(value))
    if len(text) <= _MOST_SHOWN:
        return text
    return f"{text[:_MOST_SHOWN]}\n… {len(text) - _MOST_SHOWN:,} more characters"


def _formatted(content: bytes) -> str:
    try:
        return msgspec.json.format(content, indent=2).decode()
    except msgspec.DecodeError:
        return content.decode(errors="replace")


def trace_address(event_id: Any) -> str:
    """The page that follows an event. Its id may hold anything, so it is in the query."""
    return f"/desk/trace?{urlencode({'id': str(event_id)}, quote_via=quote)}"


def query(path: str, /, **values: Any) -> str:
    """An address with the values that are not empty in its query."""
    pairs = {name: str(value) for name, value in values.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(pairs, quote_via=quote)}" if pairs else path
