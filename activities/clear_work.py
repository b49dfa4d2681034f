"""Delete the work blobs of an analysed window."""
# pyright: reportUnknownMemberType=false

from fraud.analysis import WindowTask
from services.blobs import delete_blob, workflow_data
from services.concurrency import together
from services.written_lately import written_lately

_DELETES = 8


async def clear_work(task: WindowTask) -> None:
    """Delete the ids and the chunks' verdicts of all look-ups; what is gone already stays gone.

    A task of before, which does not say which look-ups there were, has its folder listed.
    """
    container = await workflow_data()
    paths = (
        task.work_paths()
        if task.lookups
        else [blob.name async for blob in container.list_blobs(name_starts_with=f"{task.work_folder}/")]
    )
    await together((delete_blob(container, path) for path in paths), at_once=_DELETES)
    written_lately.take(task.name)
