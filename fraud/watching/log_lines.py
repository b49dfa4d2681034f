"""The log lines that alert rules and people search for: an event, and its fields in a fixed order.

    event=pipeline_check check=archiver state=standing value=75.0 threshold=60 unit=seconds since=2026-01-02T10:05:00Z

The rules of infra/modules/queries/ and the workbook name these events and fields; `tests/infra/test_alert_queries.py`
and `test_workbook.py` hold them together. A value is one word, so that `parse` in a query reads it, and never a text of
others.
"""

import re
from datetime import UTC, datetime

from fraud.watching.checks import Check

FIELDS: dict[str, tuple[str, ...]] = {
    "pipeline_watch": ("checks", "failing"),
    "pipeline_flow": ("sent", "archived", "quarantined", "waiting", "dead_letters"),
    "pipeline_check": ("check", "state", "value", "threshold", "unit", "since"),
    "pipeline_notice": ("check", "kind", "state", "value", "threshold", "unit", "since", "head"),
    "night": ("verdict", "faults", "run"),
    "window_judged": ("window", "flagged", "judged", "unresolved"),
    "trigger_failed": ("function", "error"),
}
"""The fields of each event, in their order."""

_NOT_A_WORD = re.compile(r"[^A-Za-z0-9_.:+-]")


def log_line(event: str, **fields: object) -> str:
    """The line of an event. Raises ValueError unless it has exactly the event's fields."""
    if fields.keys() != set(FIELDS[event]):
        raise ValueError(f"the event {event} has the fields {', '.join(FIELDS[event])}")
    return " ".join((f"event={event}", *(f"{name}={_word(fields[name])}" for name in FIELDS[event])))


def check_line(event: str, check: Check, **fields: object) -> str:
    """The line of an event about a check, with the check's own fields."""
    own = {"state": check.state, "value": check.value, "threshold": check.threshold, "unit": check.unit}
    return log_line(event, check=check.name, **own, **fields)


def _word(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _NOT_A_WORD.sub("_", str(value))[:100] or "none"
