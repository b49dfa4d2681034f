"""Observe if the fraud team was told of each high verdict."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections.abc import Sequence

from activities.reconciliation.run_files import REQUESTS
from fraud.analysis import ALERTS_FOLDER, WindowSummary
from fraud.verdicts import time_path
from reconciliation.reading.alerts import add_alert, is_of
from reconciliation.reading.rows import RowWriter
from services import names
from services.blobs import read_if_there, warehouse
from services.concurrency import together

MAX_READ = 20
"""The newest alerts of one window that are read: late events amend a window, each time with a new alert."""


async def observe_alerts(rows: RowWriter, due: Sequence[WindowSummary]) -> None:
    """Add a row for each alert that is missing, or is not what the verdicts make."""
    given = await together(map(_alerts_of, due), at_once=REQUESTS)
    for alert, contents in zip(due, given, strict=True):
        add_alert(rows, alert, contents)


async def _alerts_of(due: WindowSummary) -> list[bytes]:
    reports = await warehouse(names.REPORTS)
    prefix = f"{ALERTS_FOLDER}{time_path(due.window_end)}/{due.name}"
    paths = [blob.name async for blob in reports.list_blobs(name_starts_with=prefix) if is_of(blob.name, due)]
    newest = sorted(paths, key=lambda path: (len(path), path))[-MAX_READ:]
    contents = [await read_if_there(reports, path) for path in newest]
    # One that was deleted since it was listed, or that somebody has put into the archive tier, is missing.
    return [content for content in contents if content is not None]
