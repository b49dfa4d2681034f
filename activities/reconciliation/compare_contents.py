"""Compare what Cosmos holds of the events of a bucket with what was captured."""

from collections.abc import Sequence

import numpy as np

from activities.reconciliation.run_files import in_flight, read_segment
from fraud.reconciliation.compare import Compared
from fraud.reconciliation.contents import altered, differences
from fraud.reconciliation.differences import MAX_EXAMPLES, Class
from fraud.reconciliation.rows import ROW, Rows
from fraud.reconciliation.work import Step, Work, contents_path, rows_path

_NAME: Class = "differs_in_cosmos"


async def add_altered(result: Compared, step: Step, plan: Work) -> None:
    """Add `differs_in_cosmos` to what was found in a bucket."""
    stages = ("scan", "documents")
    contents, _ = await _gather(
        [contents_path(step.run, stage, i) for stage in stages for i in range(plan.parts.get(stage, 0))], step, plan
    )
    found = altered(contents, plan.first_window, plan.last_window)
    if not len(found):
        return
    # Only now, because it is rare: the rows tell where the events lie.
    rows, names = await _gather([rows_path(step.run, "scan", i) for i in range(plan.parts["scan"])], step, plan)
    listed = differences(found, rows, names, [one.name for one in plan.partitions])
    result.differences[_NAME] = listed
    result.accounts.differences[_NAME] = len(listed)
    result.accounts.examples[_NAME] = sorted(listed)[:MAX_EXAMPLES]


async def _gather(paths: Sequence[str], step: Step, plan: Work) -> tuple[Rows, dict[int, str]]:
    segments = await in_flight(lambda path: read_segment(path, step.number, plan.bucket_bits), paths)
    names: dict[int, str] = {}
    start = 0
    for rows, named in segments:
        names.update((start + position, name) for position, name in named.items())
        start += len(rows)
    return np.concatenate([np.zeros(0, ROW), *(rows for rows, _ in segments)]), names
