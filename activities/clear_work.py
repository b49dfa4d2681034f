"""Delete the work blobs of an analysed window."""

from fraud.analysis import WindowTask
from services.blobs import delete_blob, work


async def clear_work(task: WindowTask) -> None:
    """Delete the ids and the chunks' verdicts; what is gone already stays gone."""
    container = await work()
    for chunk in task.chunks():
        await delete_blob(container, chunk.path)
    await delete_blob(container, task.ids_path)
