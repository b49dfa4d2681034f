"""Delete the work blobs of a run that has its report."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from activities.reconciliation.run_files import REQUESTS
from reconciliation.messages import RunName
from reconciliation.paths import run_folder
from services.blobs import delete_blob, workflow_data
from services.concurrency import together


async def clear_run(name: RunName) -> None:
    """Delete rows, sums and plan; what is gone already stays gone."""
    container = await workflow_data()
    paths = [blob.name async for blob in container.list_blobs(name_starts_with=f"{run_folder(name.run)}/")]
    await together((delete_blob(container, path) for path in paths), at_once=REQUESTS)
