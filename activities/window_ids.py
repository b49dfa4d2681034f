"""The ids of a suspicious window, in its task or a work blob: the trigger receives them, the activities judge them."""

from collections import Counter

import msgspec
from azure.core.exceptions import ResourceNotFoundError

from fraud.analysis import SEED_NAME, WindowTask
from fraud.rules.shipped import shipped
from fraud.snoozes import asleep_in
from fraud.verdicts import from_ndjson, verdicts_path
from fraud.windows import SuspiciousWindow
from services import names
from services.blobs import read_blob, warehouse, workflow_data, write_blob
from services.profiles import latest_profile_day
from services.rules_in_use import Kept, read_rules_in_use, rules_in_use_lately
from services.written_lately import written_lately

_ids = msgspec.json.Decoder(list[str])


async def save_window(window: SuspiciousWindow, work_root: str = "windows") -> WindowTask:
    """The task of analysing a window with what is active now; its ids are written to work blobs if they are many.

    Profiles are those of the last day before the window's that was profiled.
    """
    in_use = await rules_in_use_lately()
    shadow = shipped()[in_use.shadow].id if in_use.shadow else ""
    return await _save(window, work_root, in_use, rules=shipped()[in_use.active].id, shadow=shadow)


async def save_window_again(window: SuspiciousWindow, rules: str, reanalysis: str) -> WindowTask:
    """Write a window's ids likewise; the task of judging them by a set, on evidence of this re-analysis."""
    return await _save(window, f"again/{reanalysis}", await read_rules_in_use(), rules=rules, evidence=reanalysis)


async def _save(
    window: SuspiciousWindow, work_root: str, in_use: Kept, *, rules: str, shadow: str = "", evidence: str = ""
) -> WindowTask:
    needs_context = {name.partition("@")[0] for name in (rules, shadow)} - {SEED_NAME, ""}
    day = await latest_profile_day(window.window.start.date()) if needs_context else None
    asleep = asleep_in(in_use.state.snoozes, window.window)
    task = WindowTask.of(
        window,
        work_root,
        rules=rules,
        profile_day=day,
        shadow=shadow,
        snoozed=bool(asleep),
        evidence=evidence,
    )
    task = task.with_few(window.ids)
    if task.ids:
        return task
    if task.repeated:
        await write_blob(await workflow_data(), task.repeated_path, msgspec.json.encode(window.repeated))
    ids = msgspec.json.encode(window.ids)
    await write_blob(await workflow_data(), task.ids_path, ids)
    written_lately.keep(task.name, ids)
    return task


async def read_repeated(task: WindowTask) -> Counter[str]:
    """For each id that the window names more than once, the number of repetitions."""
    try:
        return Counter(_ids.decode(await read_blob(await workflow_data(), task.repeated_path)))
    except ResourceNotFoundError:
        return Counter()


async def read_ids(task: WindowTask) -> list[str]:
    """A window's ids in order.

    An analysis that is restarted after it had ended finds its work blob gone; the verdicts name the same ids. Raises
    ResourceNotFoundError if both are absent.
    """
    if task.ids:
        return list(task.ids)
    try:
        return _ids.decode(written_lately.get(task.name) or await read_blob(await workflow_data(), task.ids_path))
    except ResourceNotFoundError:
        path = verdicts_path(task.name, task.window_end)
        verdicts = from_ndjson(await read_blob(await warehouse(names.FRAUD_EVENTS), path))
        return list(dict.fromkeys(verdict.event_id for verdict in verdicts))
