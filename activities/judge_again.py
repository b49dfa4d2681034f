"""Judge a window again on purpose: on facts that are looked up anew, by the set that the re-analysis names."""

import msgspec

from activities.clear_work import clear_work
from activities.judge_events import judge_events
from activities.keep_verdicts import VerdictsPlace, keep_verdicts
from activities.window_ids import save_window_again
from fraud.analysis import WindowTask
from fraud.desk.changes import reanalysed
from fraud.events import store_key
from fraud.reanalysis.messages import Reanalysis, WindowAgain, WindowJudged
from fraud.reanalysis.windows import NotItsVerdictsError, is_worse, left_of, moved, window_in
from fraud.verdicts import Verdict, amended, from_ndjson, name_in, readable_verdicts
from services import blobs, names
from services.blob_revisions import Revision
from services.desk.reviews import step_case
from services.kept_verdicts import keep_before, list_kept
from services.watching import azure_time


async def judge_again(again: WindowAgain) -> WindowJudged:
    """Judge a window, keep the verdicts that are replaced, amend its case and the journal of that case.

    Run twice, it reads the evidence of the first run, writes the same verdicts, and finds the replaced ones where they
    are kept. An id under which more was found before keeps its verdicts. Verdicts that were deleted or altered since
    they were counted stay as they are. Raises LookupError, and what Cosmos or the blob service raised.
    """
    order, path = again.order, again.path
    fraud_events = await blobs.warehouse(names.FRAUD_EVENTS)
    try:
        window, _ = window_in(path, await blobs.read_if_there(fraud_events, path) or b"")
    except NotItsVerdictsError:
        return WindowJudged(windows=0)  # the reconciliation names it
    task = msgspec.structs.replace(await save_window_again(window, order.rules, order.id), name=name_in(path))
    lines = await _judged(task)

    async def keep(before: Revision) -> None:
        await keep_before(path, before, order.id, await azure_time())

    place = VerdictsPlace(name=task.name, store_id=task.store_id, window=task.window, path=path)
    summary = await keep_verdicts(place, lines, amended, keep)
    kept = from_ndjson(await blobs.read_blob(fraud_events, path))
    before = await _replaced(path, summary.revision - 1, order)
    await clear_work(task)
    left = left_of(from_ndjson(lines), kept)
    if before is None:
        return WindowJudged(verdicts=len(kept), left=left)
    changes = moved(before, kept)
    await _note(order, task, changes)
    told = msgspec.structs.replace(summary, quiet=not is_worse(before, kept))
    return WindowJudged(verdicts=len(kept), moved=changes, left=left, told=told)


async def _judged(task: WindowTask) -> bytes:
    """The verdicts on all ids of a window, one per line. One slice at a time: the fan-out is over windows."""
    container = await blobs.workflow_data()
    lines: list[bytes] = []
    for chunk in task.chunks():
        await judge_events(chunk)
        lines.append(await blobs.read_blob(container, chunk.path))
    return b"".join(lines)


async def _replaced(path: str, revision: int, order: Reanalysis) -> list[Verdict] | None:
    """The verdicts that this re-analysis has replaced; None if it has changed nothing."""
    kept = [blob for blob in await list_kept(path) if (blob.revision, blob.by) == (revision, order.id)]
    if not kept:
        return None
    content = await blobs.read_if_there(await blobs.warehouse(names.FRAUD_EVENTS), kept[-1].path)
    return readable_verdicts(content or b"")  # what nobody can read counts as unresolved: people are told


async def _note(order: Reanalysis, task: WindowTask, changes: dict[str, int]) -> None:
    """Tell in the journal of the case who had it judged again, why, and what it changed."""
    bands = ", ".join(f"{count} {change}" for change, count in changes.items()) or "no band changes"
    why = f"{order.id} by {order.who}: {order.why}; {task.rules}; {bands}"[:2_000]
    when = await azure_time()
    await step_case(task.name, store_key(task.store_id), lambda case: reanalysed(case, order.id, when, why))
