"""Watch the pipeline: one look, its log lines, and a notice to the operators if something begins or ends."""

import logging
import time

import msgspec

from activities.recent import RecentAnswer
from activities.watching.kept import read_memory, write_memory
from activities.watching.observe import observe
from activities.watching.send_notice import send_notice
from activities.webhook import WebhookError
from fraud.watching.checks import Check, Facts
from fraud.watching.judging import judged_checks
from fraud.watching.log_lines import check_line, log_line
from fraud.watching.memory import Episode, Memory, remembered
from fraud.watching.notices import due_notices, episodes_after, told
from services.settings import settings

_log = logging.getLogger(__name__)
LOOK_SECONDS = 75.0
"""A little more than the minute of the watch: while it runs, nobody else has to look. A look opens links to every
partition and to the queue, which takes 0.3 s of a core (measured)."""
_REST_SECONDS = 5.0
"""Real seconds: if a minute of Azure's time passes in a second, not every minute is looked at."""


class _Rest:
    until = 0.0


class Look(msgspec.Struct, frozen=True):
    """The facts of one look, the memory of earlier ones, and the checks that follow from both."""

    facts: Facts
    memory: Memory
    checks: list[Check]


async def look_at_pipeline() -> Look:
    """The pipeline as it is now; nothing is logged, told or kept. Raises what a service raised."""
    memory = await read_memory()
    facts = await observe(memory)
    current = remembered(memory, facts)
    return Look(facts, current, judged_checks(facts, current, settings().thresholds))


async def check_pipeline() -> list[Check]:
    """Every check of the pipeline as it is now. Raises what a service raised."""
    return (await _recent.ask_again()).checks


async def recent_look() -> Look:
    """A look that is at most LOOK_SECONDS old, shared by watch, health and desk. Raises what a service raised."""
    return await _recent.get()


_recent = RecentAnswer(look_at_pipeline, seconds=LOOK_SECONDS)


async def watch_pipeline(base: str | None = None) -> None:
    """Look at the pipeline, and tell of it; `base` is the address of the management API.

    The memory is written before anybody is told, and a notice has a name computed from it: a watch that dies in between
    sends it at the next look, and none twice. Raises what a service raised, and WebhookError once all
    other notices were sent.
    """
    if time.monotonic() < _Rest.until:
        return
    memory = await read_memory()
    facts = await observe(memory, base)
    current = remembered(memory, facts)
    checks = judged_checks(facts, current, settings().thresholds)
    _recent.put(Look(facts, current, checks))
    episodes = episodes_after(current, checks, facts.now)
    _log_checks(checks, episodes)
    _log_flow(facts)
    current = msgspec.structs.replace(current, episodes=episodes)
    await write_memory(current)
    failure: WebhookError | None = None
    for notice in due_notices(memory.episodes if memory else {}, episodes, checks, facts.now):
        try:
            await send_notice(notice)
        except WebhookError as error:
            failure = error  # the others are sent all the same, this one at the next look
        else:
            episodes = told(episodes, notice, facts.now)
    if episodes != current.episodes:
        await write_memory(msgspec.structs.replace(current, episodes=episodes))
    _Rest.until = time.monotonic() + _REST_SECONDS
    if failure:
        raise failure


def _log_flow(facts: Facts) -> None:
    """A line with counts, of which the first two only grow: the workbook takes what was added in an hour."""
    line = log_line(
        "pipeline_flow",
        sent=sum(each.last + 1 for each in facts.partitions),
        archived=sum(each.archived + 1 for each in facts.partitions),
        quarantined=facts.quarantined,
        waiting=facts.waiting,
        dead_letters=facts.dead_letters,
    )
    _log.info("%s", line)


def _log_checks(checks: list[Check], episodes: dict[str, Episode]) -> None:
    """A line for the watch itself, so that its silence is noticed, and one for each check that is not ok."""
    failing = [check for check in checks if not check.is_ok]
    _log.info("%s", log_line("pipeline_watch", checks=len(checks), failing=len(failing)))
    for check in failing:
        line = check_line("pipeline_check", check, since=episodes[check.name].since)
        _log.warning("%s", line)
