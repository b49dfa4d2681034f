"""Measure the latencies of a campaign from the times that documents of the archive and cases carry."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from azure.cosmos.aio import ContainerProxy

from fraud.load.latencies import Latencies, LatencySample
from fraud.suspicion import is_suspicious, store_of
from fraud.verdicts import time_path
from fraud.windows import WINDOW, window_label, window_of
from services import cosmos, names
from services.blobs import warehouse
from services.desk.case_queries import time_text
from services.judged_times import judged_seconds

ALL_EVENTS, SIXTEENTH = 20_000, 320_000
"""Of a campaign of more events, a sixteenth is looked at; of one of still more, a sixteenth of that."""
_HOUR = len("yyyy/mm/dd/hh")
_MARGIN = timedelta(minutes=1)
_EVENTS = """SELECT c.ts, c.archive.enqueued_time AS enqueued, c._ts AS written, c.store_id, c.event_type,
c.discount, c.priority_shipping FROM c
WHERE c.archive.enqueued_time >= @from AND c.archive.enqueued_time <= @to AND c.archive.run_id = @run
AND STARTSWITH(c.id, @prefix)"""
_CASES = """SELECT c.window_end, c._ts, c.judged, c.verdicts_blob, c.review FROM c
WHERE c.window_end >= @from AND c.window_end <= @to AND c.type = 'window'"""


class LatencyTask(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign to measure: its run, its time, and the number of events that it has sent.

    `from_due` counts from when they were due, not from their arrival.
    """

    run_id: str
    started: datetime
    ended: datetime
    sent: int
    from_due: bool


async def measure_latencies(task: LatencyTask, reported: Mapping[str, datetime]) -> Latencies:
    """Measure a campaign's events, and all windows that ended in its time. Raises CosmosHttpResponseError.

    `reported` are the times at which windows began to be analysed, by `fraud.windows.window_label`.
    """
    prefix = "" if task.sent <= ALL_EVENTS else "0" if task.sent <= SIXTEENTH else "00"
    span = {"@from": (task.started - _MARGIN).isoformat(), "@to": (task.ended + _MARGIN).isoformat()}
    asked = {**span, "@run": task.run_id, "@prefix": prefix}
    events: list[LatencySample] = []
    to_window: list[LatencySample] = []
    async for row in _rows(await cosmos.events(), _EVENTS, asked):
        begun = _moment(str(row["ts"] if task.from_due else row["enqueued"]))
        events.append((begun, _seconds(begun, int(row["written"]))))
        if analysed := _analysed(row, reported):
            to_window.append((begun, round(max((analysed - begun).total_seconds(), 0.0), 3)))
    ends = {"@from": time_text(task.started), "@to": time_text(task.ended + WINDOW)}
    windows = await _windows([row async for row in _rows(await cosmos.cases(), _CASES, ends)])
    sample = 16.0 ** -len(prefix)
    return Latencies.of(events, windows, sample=sample, from_due=task.from_due, reported=to_window)


async def _rows(container: ContainerProxy, query: str, values: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
    parameters: list[dict[str, object]] = [{"name": name, "value": value} for name, value in values.items()]
    async for row in container.query_items(query, parameters=parameters):
        yield row


def _analysed(row: dict[str, Any], reported: Mapping[str, datetime]) -> datetime | None:
    """The time at which the analysis of a flagged event's window began; None for any other event."""
    if not is_suspicious(row.get("event_type"), row.get("discount"), row.get("priority_shipping")):
        return None
    window = window_of(_moment(str(row["enqueued"])))
    return reported.get(window_label(store_of(row.get("store_id")), window.end))


async def _windows(cases: list[dict[str, Any]]) -> list[LatencySample]:
    """The time from each window's end to the last write of its case by its own analysis.

    A case tells it. One that was reviewed under an earlier version does not: then the blob of its verdicts tells, by
    the blob service's clock.
    """
    by_case = [judged_seconds(case) for case in cases]
    lost = [case for case, seconds in zip(cases, by_case, strict=True) if seconds is None]
    container = await warehouse(names.FRAUD_EVENTS)
    written = {
        f"{names.FRAUD_EVENTS}/{blob.name}": int(blob.last_modified.timestamp())
        for hour in sorted({time_path(_moment(str(case["window_end"])))[:_HOUR] for case in lost})
        async for blob in container.list_blobs(name_starts_with=hour)
    }
    samples: list[LatencySample] = []
    for case, seconds in zip(cases, by_case, strict=True):
        end = _moment(str(case["window_end"]))
        told = written.get(case["verdicts_blob"], int(case["_ts"])) if seconds is None else seconds
        samples.append((end, _seconds(end, told)))
    return samples


def _seconds(begun: datetime, written: int) -> float:
    # The time of a write is rounded down to the second, so a write may seem to come before its cause.
    return round(max(written - begun.timestamp(), 0.0), 3)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
