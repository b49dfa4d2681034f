"""Verdicts as their lines: read and amended without their events being in memory as values.

An event of 1 MB takes up to 40 MB as values of Python, and a window may have thousands of them, which earlier versions
kept whole.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from fraud.context.event_facts import LONGEST_TEXT
from fraud.events import StoreEvent
from fraud.stakes import STAKED
from fraud.verdicts import Band, Verdict, from_ndjson, readable_verdicts, to_ndjson

MOST_BYTES = 2 * 1024 * 1024
"""Of lines whose events are read at once."""
LONG = 4 * 1024
"""Bytes of a line whose event is cut where many are shown: one of a store's events has a third of it."""
CUT = "…"
"""The field of an event that was cut which says so."""


class VerdictLine(msgspec.Struct, frozen=True):
    """A verdict as it is written, with the line's end, and what is asked of it to amend it."""

    event_id: str
    band: Band
    line: bytes


class _Asked(msgspec.Struct, frozen=True):
    event_id: str
    band: Band


_decoder = msgspec.json.Decoder(_Asked)


class _Naming(msgspec.Struct, frozen=True):
    evidence: str = ""


_naming = msgspec.json.Decoder(_Naming)


def evidence_in(line: bytes) -> str:
    """The evidence that the verdict of a line names; empty if it names none, or cannot be read."""
    try:
        return _naming.decode(line).evidence
    except (ValueError, RecursionError):
        return ""


def line_of(verdict: Verdict) -> VerdictLine:
    """A verdict as its line."""
    return VerdictLine(verdict.event_id, verdict.band, to_ndjson([verdict]))


def lines_in(lines: bytes) -> list[VerdictLine]:
    """The lines that `to_ndjson` wrote. Raises msgspec.DecodeError if anything else is in them."""
    asked = ((_decoder.decode(line), line) for line in lines.splitlines(keepends=True))
    return [VerdictLine(verdict.event_id, verdict.band, line) for verdict, line in asked]


def readable_lines(lines: bytes) -> list[VerdictLine]:
    """The verdicts in a blob that somebody may have damaged, written anew; what cannot be read is left out."""
    return [line_of(verdict) for line in lines.splitlines() for verdict in readable_verdicts(line)]


def written(lines: Iterable[VerdictLine]) -> bytes:
    """The lines together, as `to_ndjson` writes their verdicts."""
    return b"".join(line.line for line in lines)


def verdicts_of_case(lines: bytes) -> list[Verdict]:
    """The verdicts that `to_ndjson` wrote, of which a case is made.

    Where they are many, their events have the numbers that a case asks for, and nothing else. Raises
    msgspec.DecodeError if anything else is in the lines.
    """
    if len(lines) <= MOST_BYTES:
        return from_ndjson(lines)
    return [_of_case(verdict) for verdict in _each(lines)]


def _each(lines: bytes) -> Iterator[Verdict]:
    for line in lines.splitlines():
        yield from from_ndjson(line)


def _of_case(verdict: Verdict) -> Verdict:
    event = verdict.event
    if event is None:
        return verdict
    staked = {name: value for name in STAKED if isinstance(value := event.get(name), int | float)}
    return msgspec.structs.replace(verdict, event=staked)


class _WithRawEvent(Verdict, frozen=True, kw_only=True):
    event: msgspec.Raw  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]


_raw_decoder = msgspec.json.Decoder(_WithRawEvent)
_fields_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw] | None)


def shown_among_many(line: bytes) -> Verdict | None:
    """A verdict of a blob of more than MOST_BYTES, as people are shown it; None if it cannot be read.

    The event of a LONG line, which an earlier version wrote, has a store event's fields alone, each with its first
    characters, and CUT.
    """
    if len(line) <= LONG:
        return next(iter(readable_verdicts(line)), None)
    try:
        verdict = _raw_decoder.decode(line)
        event = msgspec.json.decode(verdict.event) if verdict.cut else _cut(bytes(verdict.event))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    fields: dict[str, Any] = {name: getattr(verdict, name) for name in Verdict.__struct_fields__}
    fields["event"] = event
    return Verdict(**fields)


def _cut(event: bytes) -> dict[str, Any] | None:
    fields = _fields_decoder.decode(event)
    if fields is None:
        return None
    kept = {name: _shown(bytes(fields[name])) for name in StoreEvent.__struct_fields__ if name in fields}
    return {**kept, CUT: f"an event of {len(event):,} bytes: its verdict's blob has all of it"}


def _shown(value: bytes) -> Any:
    """A value as far as it is shown: of one that is neither a text nor a number, nothing if it is long."""
    if value[:1] == b'"':
        return msgspec.json.decode(value, type=str)[:LONGEST_TEXT]
    return msgspec.json.decode(value) if len(value) <= LONGEST_TEXT else CUT
