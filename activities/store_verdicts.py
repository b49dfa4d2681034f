"""Keep the verdicts of a window: one blob in `fraud-events`, one case in Cosmos, amended as events are found."""

import logging

from azure.storage.blob.aio import ContainerClient

from activities.judge_in_shadow import keep_shadow
from activities.keep_verdicts import VerdictsPlace, keep_verdicts
from fraud.analysis import Chunk, WindowSummary, WindowTask
from fraud.verdicts import amended, verdicts_path
from fraud.watching.log_lines import log_line
from services import blobs
from services.concurrency import together
from services.written_lately import written_lately

_READS = 8
_log = logging.getLogger(__name__)


async def store_verdicts(task: WindowTask) -> WindowSummary:
    """Merge the chunks' verdicts in the order of the ids, write them and the case.

    The verdicts of a set in shadow are written beside, into no case. Run twice, it writes the same bytes and leaves the
    case as it is; run late, it takes nothing back that was found since. Raises ResourceNotFoundError if a chunk was not
    judged, and what Cosmos or the blob service raised.
    """
    container = await blobs.workflow_data()
    # Lines in the order of the chunks are lines in the order of the ids: nothing is encoded again.
    parts = await together((_lines_of(container, task, chunk) for chunk in task.chunks()), at_once=_READS)
    place = place_of(task)
    summary = await keep_verdicts(place, b"".join(parts), amended)
    if task.shadow:
        await keep_shadow(task, place.path)
    log_judged(summary)
    return summary


def place_of(task: WindowTask) -> VerdictsPlace:
    """Where the verdicts of a window are stored."""
    path = verdicts_path(task.name, task.window_end)
    return VerdictsPlace(name=task.name, store_id=task.store_id, window=task.window, path=path)


def log_judged(summary: WindowSummary) -> None:
    """Say that a window was judged: the workbook counts these lines."""
    unresolved = summary.bands.get("unresolved", 0)
    judged = summary.suspicious - unresolved
    fields = {"flagged": summary.suspicious, "judged": judged, "unresolved": unresolved}
    _log.info("%s", log_line("window_judged", window=summary.name, **fields))


async def _lines_of(container: ContainerClient, task: WindowTask, chunk: Chunk) -> bytes:
    return written_lately.take(task.digest_of(chunk)) or await blobs.read_blob(container, chunk.path)
