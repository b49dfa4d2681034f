"""Note how a nightly reconciliation ended, and verify the chain of reports and the reviews of cases."""

import logging

import msgspec

from activities.verify import verify
from activities.watching.kept import write_night
from fraud.watching.checks import Night
from fraud.watching.log_lines import log_line

_MOST_LOGGED = 20

_log = logging.getLogger(__name__)


async def note_night(night: Night) -> None:
    """Keep a night's verdict with the number of problems of the chain of reports and of reviews, and log both.

    Nobody need ask for the chain to hear that somebody has touched a report, or has closed a case without a word. Twice
    is as good as once. Raises what the blob service or Cosmos raised.
    """
    problems = (await verify()).problems
    await write_night(msgspec.structs.replace(night, broken=len(problems)))
    level = logging.INFO if night.verdict in ("balanced", "empty") else logging.ERROR
    _log.log(level, "%s", log_line("night", verdict=night.verdict, faults=night.faults, run=night.run))
    for problem in problems[:_MOST_LOGGED]:
        _log.error("chain of reports: %s", ascii(problem))
