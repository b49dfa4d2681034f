"""The moment up to which the nightly runs have reconciled."""

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from activities.reconciliation.chain import write_and_link
from reconciliation.nightly import NightlyTask, Watermark, first_watermark
from services import names
from services.blobs import read_blob, warehouse

_PATH = "reconciliations/watermark.json"


async def read_watermark(task: NightlyTask) -> Watermark:
    """The moment at which the next nightly run begins."""
    try:
        return msgspec.json.decode(await read_blob(await warehouse(names.REPORTS), _PATH), type=Watermark)
    except ResourceNotFoundError:
        return first_watermark(task.now)


async def write_watermark(watermark: Watermark) -> None:
    """Remember where the next nightly run begins, and link it to the chain of reports."""
    await write_and_link("watermark", _PATH, msgspec.json.encode(watermark))
