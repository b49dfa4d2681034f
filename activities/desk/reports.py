"""The reports of reconciliations with their verdicts, each read once: a report is written once and amended seldom."""

from datetime import datetime

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from activities.recent import RecentAnswer
from activities.reconciliation.acknowledge import read_acknowledged, read_acknowledgements
from reconciliation.paths import report_path
from reconciliation.ranges import range_of_run
from reconciliation.reporting.acknowledgements import Standing
from services import names
from services.blobs import if_there, read_if_there, warehouse
from services.concurrency import together
from services.reports import list_reports

MOST = 400
"""Reports that are looked at, those of the latest ranges."""
_READS = 8


class _Report(msgspec.Struct, frozen=True):
    verdict: str = "unread"
    sentence: str = ""


class ReportSeen(msgspec.Struct, frozen=True):
    """A report: its run, its range, its verdict and the verdict's sentence.

    The verdict is `unread` if it cannot be read, and counts what people have acknowledged (`standing`).
    """

    run: str
    start: datetime
    end: datetime
    verdict: str
    sentence: str


_UNREADABLE = (msgspec.MsgspecError, RecursionError)
"""Raised by what cannot be read as a report any more."""
_acknowledged_before: dict[str, tuple[int, str, Standing]] = {}
"""By run: how many acknowledgements there were, the report's sentence, and how it stood then."""
_read_before: dict[str, tuple[object, _Report]] = {}
"""By run: the ETag of the report that was read, and what it says."""


async def _look() -> list[ReportSeen]:
    runs = (await list_reports())[:MOST]
    reports = await together(map(_look_at, runs), at_once=_READS)
    # A run comes every night and with each proof of a campaign: those that left the list are forgotten.
    for memory in (_read_before, _acknowledged_before):
        for run in memory.keys() - set(runs):
            memory.pop(run, None)
    seen: list[ReportSeen] = []
    for run, report in zip(runs, reports, strict=True):
        if span := range_of_run(run):
            seen.append(ReportSeen(run, span.start, span.end, report.verdict, report.sentence))
    return sorted(seen, key=lambda report: (report.end, report.start), reverse=True)


async def _look_at(run: str) -> _Report:
    return await _with_acknowledged(run, await _read(run))


async def _read(run: str) -> _Report:
    container, path = await warehouse(names.REPORTS), report_path(run, "json")
    try:
        etag: object = (await container.get_blob_client(path).get_blob_properties()).etag
        if (before := _read_before.get(run)) and before[0] == etag:
            return before[1]
        report = msgspec.json.decode(await read_if_there(container, path) or b"", type=_Report)
    except (ResourceNotFoundError, *_UNREADABLE):
        return _Report()
    _read_before[run] = (etag, report)
    return report


async def _with_acknowledged(run: str, report: _Report) -> _Report:
    """A report with differences, as it stands with what was acknowledged."""
    if report.verdict != "differences":
        return report
    given = len(await read_acknowledgements(run))
    if given == 0:
        return report
    before = _acknowledged_before.get(run)
    if before is None or before[:2] != (given, report.sentence):
        try:
            acknowledged = await if_there(read_acknowledged(run))
        except _UNREADABLE:
            return report
        if acknowledged is None:
            return report
        before = _acknowledged_before[run] = (given, report.sentence, acknowledged.standing)
    return msgspec.structs.replace(report, verdict=before[2])


_recent = RecentAnswer(_look, seconds=5)


async def recent_reports() -> list[ReportSeen]:
    """The reports of the last seconds, the latest range first. Raises what the blob service raised."""
    return await _recent.get()
