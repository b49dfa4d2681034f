"""Delete the work blobs of an analysed window."""
# pyright: reportUnknownMemberType=false

from fraud.analysis import WindowTask
from services.blobs import delete_blob, workflow_data
from services.concurrency import together
from services.written_lately import written_lately

_DELETES = 8


async def clear_work(task: WindowTask) -> None:
    """Delete the ids and the chunks' verdicts of all look-ups; what is gone already stays gone.

    For a task of an earlier version, which does not name its look-ups, the folder is listed.
    """
    container = await workflow_data()
    paths = (
        task.work_paths()
        if task.lookups
        else [blob.name async for blob in container.list_blobs(name_starts_with=f"{task.work_folder}/")]
    )
    await together((delete_blob(container, path) for path in paths), at_once=_DELETES)
    written_lately.take(task.name)
