"""Find the windows of a re-analysis: those that have verdicts, from the latest on, a page at a time."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from fraud.analysis import ALERTS_FOLDER
from fraud.reanalysis.messages import WINDOWS_PER_PAGE, Counted, FoundWindows, WindowsPage
from fraud.reanalysis.windows import NotItsVerdictsError, is_asked_for, window_in
from fraud.verdicts import name_in, time_path
from services import names
from services.blobs import is_unreadable, read_blob, warehouse, workflow_data
from services.concurrency import together
from services.desk.blob_paths import PathRange, last_paths

_READS = 8
UNTOLD = timedelta(minutes=10)
"""Twice the time after which Durable Functions gives the work of a host that was killed to another one."""


class _Window(msgspec.Struct, frozen=True):
    path: str
    counted: Counted
    is_asked_for: bool


async def find_windows(page: WindowsPage) -> FoundWindows:
    """The windows of a page that can be judged again, with their verdicts counted.

    It reads only, so it may run twice. Verdicts that were judged by their place lie elsewhere, and are left alone.
    """
    order = page.order
    span = PathRange(first=time_path(order.start), last=time_path(order.end), before=page.after or None)
    paths = await last_paths(await warehouse(names.FRAUD_EVENTS), span, WINDOWS_PER_PAGE)
    wanted = [path for path in paths if order.window in (None, name_in(path))]
    windows = await together((_look_at(page, path) for path in wanted), at_once=_READS)
    return FoundWindows(
        paths=tuple(window.path for window in windows if window.is_asked_for),
        counted=sum((window.counted for window in windows), Counted()),
        next=paths[-1] if len(paths) == WINDOWS_PER_PAGE else "",
    )


async def _look_at(page: WindowsPage, path: str) -> _Window:
    try:
        data = await read_blob(await warehouse(names.FRAUD_EVENTS), path)
        window, verdicts = window_in(path, data)
    except ResourceNotFoundError:
        return _Window(path, Counted(), is_asked_for=False)  # deleted since it was listed
    except HttpResponseError as error:
        if not is_unreadable(error):
            raise
        return _Window(path, Counted(damaged=1), is_asked_for=False)
    except NotItsVerdictsError:
        return _Window(path, Counted(damaged=1), is_asked_for=False)
    if not is_asked_for(page.order, window, verdicts):
        return _Window(path, Counted(), is_asked_for=False)
    if await is_at_work(path):
        return _Window(path, Counted(busy=1), is_asked_for=False)
    bands = Counter(verdict.band for verdict in verdicts)
    return _Window(path, Counted(windows=1, verdicts=len(verdicts), bands=dict(bands)), is_asked_for=True)


async def is_at_work(path: str) -> bool:
    """True if the analysis that wrote the verdicts has not completed: it still tells of them, and clears its work last.

    Verdicts that are older than UNTOLD do not count: an activity that was killed has run again by then. If their alert
    is missing, an earlier version may not have written it, or somebody has deleted it.
    """
    if await (await workflow_data()).get_blob_client(f"windows/{name_in(path)}/ids.json").exists():
        return True
    alert = f"{ALERTS_FOLDER}{path.removesuffix('.ndjson')}.json"
    if await (await warehouse(names.REPORTS)).get_blob_client(alert).exists():
        return False
    verdicts = (await warehouse(names.FRAUD_EVENTS)).get_blob_client(path)
    return datetime.now(UTC) - (await verdicts.get_blob_properties()).last_modified < UNTOLD
