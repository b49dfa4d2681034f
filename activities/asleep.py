"""The snoozes of rules that hold in a window."""

from fraud.analysis import WindowTask
from fraud.snoozes import Snooze, asleep_in
from services.rules_in_use import read_rules_in_use


async def asleep_for(task: WindowTask) -> tuple[Snooze, ...]:
    """The snoozes that hold in a window; nothing is read for one that began without any."""
    if not task.snoozed:
        return ()
    return asleep_in((await read_rules_in_use()).state.snoozes, task.window)
