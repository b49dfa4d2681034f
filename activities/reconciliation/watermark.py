"""The moment up to which the nightly runs have reconciled.

It lies beside the reports, with a copy in the app's own account, which somebody who may only change reports cannot
change. Where the two differ, the night begins at the earlier one, so nobody can make it pass over a range.
"""

import logging

import msgspec
from azure.storage.blob.aio import ContainerClient

from activities.reconciliation.chain import write_and_link
from reconciliation.nightly import NightlyTask, Watermark, first_watermark
from services import names
from services.blobs import read_if_there, warehouse, workflow_data, write_blob

_PATH = "reconciliations/watermark.json"
COPY_PATH = "chain/watermark.json"
"""In the container `workflow-data` of the app's own account, beside the head of the chain."""

_log = logging.getLogger(__name__)


async def read_watermark(task: NightlyTask) -> Watermark:
    """The moment at which the next nightly run begins."""
    told = await _read(await warehouse(names.REPORTS), _PATH)
    kept = await _read(await workflow_data(), COPY_PATH)
    if told and kept and told != kept:
        _log.error("watermark: %s beside the reports, and %s was written; verify the chain", told.until, kept.until)
    watermarks = [watermark for watermark in (told, kept) if watermark]
    return min(watermarks, key=lambda watermark: watermark.until) if watermarks else first_watermark(task.now)


async def write_watermark(watermark: Watermark) -> None:
    """Remember where the next nightly run begins, and link it to the chain of reports.

    The copy comes last: if this dies in between, the next night reads a range again and passes over none.
    """
    data = msgspec.json.encode(watermark)
    await write_and_link("watermark", _PATH, data)
    await write_blob(await workflow_data(), COPY_PATH, data)


async def _read(container: ContainerClient, path: str) -> Watermark | None:
    """The watermark in a blob; None without one, or if somebody has damaged it."""
    if (data := await read_if_there(container, path)) is None:
        return None
    try:
        return msgspec.json.decode(data, type=Watermark)
    except (msgspec.DecodeError, RecursionError) as problem:
        _log.error("watermark: %s cannot be read: %s", path, problem)
        return None
