"""Note how a nightly reconciliation ended: a log line, and a blob that the watch reads."""

import logging

from activities.watching.kept import write_night
from fraud.watching.checks import Night
from fraud.watching.log_lines import log_line

_log = logging.getLogger(__name__)


async def note_night(night: Night) -> None:
    """Keep a night's verdict, and log it. Twice is as good as once."""
    await write_night(night)
    level = logging.INFO if night.verdict in ("balanced", "empty") else logging.ERROR
    _log.log(level, "%s", log_line("night", verdict=night.verdict, faults=night.faults, run=night.run))
