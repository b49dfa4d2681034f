"""Delete the work blobs of an analysed window."""
# pyright: reportUnknownMemberType=false

from fraud.analysis import WindowTask
from services.blobs import delete_blob, work


async def clear_work(task: WindowTask) -> None:
    """Delete the ids and the chunks' verdicts of all look-ups; what is gone already stays gone."""
    container = await work()
    paths = [blob.name async for blob in container.list_blobs(name_starts_with=f"{task.work_folder}/")]
    for path in paths:
        await delete_blob(container, path)
