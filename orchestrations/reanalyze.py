"""Judge windows again on purpose: count them, and if the count is the confirmed one, judge them page by page."""

import azure.durable_functions as df
import msgspec
from azure.durable_functions.models.Task import TaskBase

from fraud.analysis import WindowSummary
from fraud.campaigns import STOP_EVENT
from fraud.reanalysis.messages import ENDED, FoundWindows, ReanalysisState, WindowAgain
from fraud.slices import slices
from orchestrations.calls import Orchestrator, call, heeding, result_of, schedule
from orchestrations.contracts import ALERT_FRAUD_TEAM, FIND_WINDOWS, JUDGE_AGAIN, NOTE_REANALYSIS

PAGES_PER_GENERATION = 4
"""After so many pages it continues as new: replay cost grows with the square of the history."""
WINDOWS_IN_FLIGHT = 8


def reanalyze(context: df.DurableOrchestrationContext, state: ReanalysisState) -> Orchestrator[ReanalysisState | None]:
    """Count the windows of a re-analysis and judge them again, from the latest on.

    Gives how it ended; None if it continues as new. Without a confirmed count, or with another one, nothing is changed.
    The external event `stop` ends it after the windows that are being judged. What was judged stays so, and is told:
    the pages are walked in order, so a second re-analysis of the range meets the same windows. Each page is found anew,
    so that a window whose analysis was restarted meanwhile is left out.
    """
    stop = context.wait_for_external_event(STOP_EVENT)
    for _ in range(PAGES_PER_GENERATION):
        _say(context, state)
        looking = schedule(context, FIND_WINDOWS, state.page)
        page = result_of(FIND_WINDOWS, (yield from heeding(context, looking, stop)))
        if state.phase == "counting":
            state = state.counted_more(page)
        else:
            state = yield from _judge(context, state, page, stop)
        if stop.is_completed and state.phase not in ENDED:
            state = state.stopped()
        if state.phase in ENDED:
            yield from call(context, NOTE_REANALYSIS, state)
            _say(context, state)
            return state
    context.continue_as_new(msgspec.to_builtins(state))
    return None


def _judge(
    context: df.DurableOrchestrationContext, state: ReanalysisState, page: FoundWindows, stop: TaskBase
) -> Orchestrator[ReanalysisState]:
    for wave in slices(page.paths, WINDOWS_IN_FLIGHT):
        tasks = [schedule(context, JUDGE_AGAIN, WindowAgain(state.order, path)) for path in wave]
        answers = yield from heeding(context, context.task_all(tasks), stop)
        for window in (result_of(JUDGE_AGAIN, answer) for answer in answers):
            untold = 0 if window.told is None else (yield from _tell(context, window.told))
            state = state.judged_more(window, untold=untold)
        if stop.is_completed:
            return state.stopped()
        _say(context, state)
    return state.past(page)


def _tell(context: df.DurableOrchestrationContext, alert: WindowSummary) -> Orchestrator[int]:
    """Tell the fraud team; 1 if no receiver takes the alert. The other windows are judged all the same."""
    try:
        yield from call(context, ALERT_FRAUD_TEAM, alert)
    except Exception:  # noqa: BLE001 - the SDK raises nothing more exact
        return 1
    return 0


def _say(context: df.DurableOrchestrationContext, state: ReanalysisState) -> None:
    context.set_custom_status(msgspec.to_builtins(state))
