"""Delete the work blobs of a run that has its report."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from activities.reconciliation.run_files import in_flight
from reconciliation.work import RunName, folder
from services.blobs import delete_blob, work


async def clear_run(name: RunName) -> None:
    """Delete rows, sums and plan; what is gone already stays gone."""
    container = await work()
    paths = [blob.name async for blob in container.list_blobs(name_starts_with=f"{folder(name.run)}/")]
    await in_flight(lambda path: delete_blob(container, path), paths)
