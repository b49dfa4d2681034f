"""The values that pass through the history of a repair."""

import msgspec

from reconciliation.comparing.definitions import RepairStage
from reconciliation.repairing.repair import NotRepairable

WINDOWS_PER_ORCHESTRATION = 16
"""Windows that are analysed at once, by one orchestration."""
CORRECTIONS_PER_STEP = 50


class RepairOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The output of the orchestration.

    `parts` is the number of steps of each stage, `events` what is to be backfilled, `corrected_windows` and
    `judged_windows` count windows. `left` counts differences beyond what one repair takes; another takes them. `steps`
    is the path of the full list in the container `reports`, one step per line.
    """

    id: str
    run: str
    dry_run: bool
    events: int
    corrected_windows: int
    judged_windows: int
    left: int
    not_repairable: list[NotRepairable]
    parts: dict[RepairStage, int]
    steps: str
    archived: int = 0
    """Events that were found in Capture and archived; fewer than `events` if their blobs are gone."""
