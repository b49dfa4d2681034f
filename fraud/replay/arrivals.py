"""Reading a file of events: one JSON object per line with `enqueued_time` and `body`, in order of arrival."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from fraud.suspicion import is_suspicious
from fraud.windows import window_of


class Arrival(msgspec.Struct, frozen=True):
    """An event as it reached the hub. `event` is None if the body is not a JSON object."""

    enqueued: datetime
    body: bytes
    event: dict[str, Any] | None


class _Line(msgspec.Struct, frozen=True):
    enqueued_time: datetime
    body: msgspec.Raw


_line = msgspec.json.Decoder(_Line)
_body: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
SHOWN_PROBLEMS = 5
_BOM = b"\xef\xbb\xbf"
"""The mark that some editors put at the beginning of a file in UTF-8."""


class Skipped(msgspec.Struct):
    """The lines that could not be read: how many, and the first of them; and what was read and no rule judges.

    - texts: bodies that are taken as they are, and yet hold an event: a text with its JSON in it
    - not_objects: all other bodies but JSON objects
    - without_id: events that the stream job flags and that have no text as their id
    """

    count: int = 0
    first: list[str] = []
    texts: int = 0
    not_objects: int = 0
    without_id: int = 0

    def add(self, number: int, problem: str) -> None:
        """Count a line."""
        self.count += 1
        if len(self.first) < SHOWN_PROBLEMS:
            self.first.append(f"line {number}: {problem}")

    def look_at(self, body: bytes, event: dict[str, Any] | None) -> None:
        """Count a body that no rule judges; `event` are its fields."""
        if event is None:
            is_text = holds_event(body)
            self.texts += is_text
            self.not_objects += not is_text
        elif not isinstance(event.get("id"), str):
            fields = (event.get(name) for name in ("event_type", "discount", "priority_shipping"))
            self.without_id += is_suspicious(*fields)


def read_arrivals(lines: Iterable[bytes], skipped: Skipped) -> Iterator[Arrival]:
    """The arrivals of a file. A line that cannot be read is counted in `skipped`; any body is taken as it is."""
    for number, text in enumerate(lines, 1):
        line = text.removeprefix(_BOM) if number == 1 else text
        if not line.strip():
            continue
        try:
            row = _line.decode(line)
            enqueued = _utc(row.enqueued_time)
            window_of(enqueued)  # which the first minutes of year 1 and the last of 9999 do not have
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, OverflowError) as error:
            skipped.add(number, str(error))
            continue
        body = bytes(row.body)
        event = read_event(body)
        skipped.look_at(body, event)
        yield Arrival(enqueued, body, event)


def read_event(body: bytes) -> dict[str, Any] | None:
    """The fields of a body; None if it is not a JSON object, or holds what cannot be read."""
    try:
        content = _body.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return cast(dict[str, Any], content) if isinstance(content, dict) else None


def holds_event(body: bytes) -> bool:
    """True if a body is a JSON text that holds a JSON object, as exports write it that keep bodies in a column.

    A hub whose event has such a body has a text: no reader of the pipeline takes it for a store event.
    """
    if not body.startswith(b'"'):
        return False
    try:
        return read_event(str(_body.decode(body)).encode()) is not None
    except (msgspec.DecodeError, UnicodeError):
        return False


def _utc(moment: datetime) -> datetime:
    """A moment in UTC; one without a zone is taken as such."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
