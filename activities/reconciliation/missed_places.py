"""Documents of a place whose event Capture lacks: the gap is told, and the document may be right."""

from collections.abc import Sequence

from activities.reconciliation.run_files import REQUESTS, read_struct
from reconciliation.comparing.compare import Doubtful
from reconciliation.messages import RunPlan
from reconciliation.paths import sums_path
from reconciliation.reading.scan import ScanSums
from reconciliation.reporting.gaps import find_gaps
from services.concurrency import together


async def without_missed(run: str, doubtful: Sequence[Doubtful], plan: RunPlan) -> list[Doubtful]:
    """Without those of which Capture lacks the place. The sums of the scan are read only if there are any."""
    if all(candidate.doubt.place is None for candidate in doubtful):
        return [*doubtful]
    paths = [sums_path(run, "scan", number) for number in range(plan.parts["scan"])]
    gaps = find_gaps(plan, await together((read_struct(path, ScanSums) for path in paths), at_once=REQUESTS))
    ids = [partition.name.rpartition("/")[2] for partition in plan.partitions]
    return [
        candidate
        for candidate in doubtful
        if (place := candidate.doubt.place) is None or not any(gap.has(ids[place[0]], place[1]) for gap in gaps)
    ]
