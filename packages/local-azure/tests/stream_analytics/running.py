"""Helpers of the engine's tests: run a query over a few events and look at its rows."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from local_azure.stream_analytics.engine.clockwork import TimePolicy
from local_azure.stream_analytics.engine.query import RunningQuery
from local_azure.stream_analytics.engine.serialization import row_to_json
from local_azure.stream_analytics.engine.times import parse_instant
from local_azure.stream_analytics.language.checker import check
from local_azure.stream_analytics.language.parser import parse
from local_azure.stream_analytics.language.units import TICKS_PER_DAY, TICKS_PER_SECOND

DAY = "2026-03-05"
LONG_AFTER = 30 * TICKS_PER_DAY


def at(time: str) -> int:
    """Ticks of a time of day, such as `10:05` or `10:05:00.0000001`."""
    full = time if time.count(":") == 2 else f"{time}:00"
    ticks = parse_instant(f"{DAY}T{full}Z")
    assert ticks is not None
    return ticks


def policy(late: int = 5, out_of_order: int = 0, *, drop: bool = False) -> TimePolicy:
    """A policy with tolerances in seconds."""
    return TimePolicy(late * TICKS_PER_SECOND, out_of_order * TICKS_PER_SECOND, drop)


def running(query: str, time_policy: TimePolicy | None = None, partitions: Iterable[int] = (0,)) -> RunningQuery:
    """A query at work over the input `events`."""
    work = RunningQuery(check(parse(query), ["events"]), time_policy)
    for partition in partitions:
        work.add_partition("events", partition)
    return work


def feed(work: RunningQuery, *events: tuple[str, Any], partition: int = 0) -> None:
    """Give events of one partition: (time of arrival, the event or the bytes of its body)."""
    bodies = [event if isinstance(event, bytes) else msgspec.json.encode(event) for _, event in events]
    work.feed("events", partition, bodies, [at(time) for time, _ in events])


def finish(work: RunningQuery) -> dict[str, list[dict[str, Any]]]:
    """Let all windows close and give the rows of each output as JSON values."""
    for partition in work.inputs["events"].watermarks:
        work.caught_up("events", partition, at("00:00") + LONG_AFTER)
    return taken(work)


def taken(work: RunningQuery) -> dict[str, list[dict[str, Any]]]:
    """The rows that are complete by now."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in work.take_rows():
        rows.setdefault(row.output, []).append(msgspec.json.decode(row_to_json(row.row)))
    return rows


def rows_of(query: str, *events: tuple[str, Any], time_policy: TimePolicy | None = None) -> list[dict[str, Any]]:
    """All rows that a query with the output `out` gives for these events of one partition."""
    work = running(query, time_policy)
    feed(work, *events)
    return finish(work).get("out", [])


def value_of(expression: str, event: Mapping[str, Any] | None = None) -> Any:
    """The value of an expression for an event that arrives at 10:00."""
    (row,) = rows_of(f"SELECT {expression} AS value INTO out FROM events", ("10:00", event or {}))
    return row["value"]


def holds(condition: str, event: Mapping[str, Any] | None = None) -> bool:
    """True if an event passes a WHERE."""
    return bool(rows_of(f"SELECT 1 AS one INTO out FROM events WHERE {condition}", ("10:00", event or {})))
