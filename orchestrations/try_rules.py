"""Try a rule set over windows that have verdicts, page by page, to see what it would change; no verdict is changed."""

import azure.durable_functions as df
import msgspec
from azure.durable_functions.models.Task import TaskBase

from fraud.campaigns import STOP_EVENT
from fraud.reanalysis.messages import FoundWindows, WindowAgain
from fraud.reanalysis.trial import TrialState
from fraud.slices import slices
from orchestrations.calls import Orchestrator, call, heeding, result_of, schedule
from orchestrations.contracts import CLEAR_SAMPLES, FIND_WINDOWS, TRY_WINDOW

PAGES_PER_GENERATION = 4
"""After so many pages it continues as new, as a re-analysis does."""
WINDOWS_IN_FLIGHT = 8


def try_rules(context: df.DurableOrchestrationContext, state: TrialState) -> Orchestrator[TrialState | None]:
    """Try the set of an order on its windows, from the latest on. Gives the changes; None if it continues as new.

    The external event `stop` ends it after the windows that are being tried, with what was seen so far. An order that
    asks for samples begins with deleting those of the trial before.
    """
    stop = context.wait_for_external_event(STOP_EVENT)
    # An order of an earlier version asks for none, so its history has no such activity.
    if state.order.samples and not state.after:
        yield from call(context, CLEAR_SAMPLES, state.order)
    for _ in range(PAGES_PER_GENERATION):
        _say(context, state)
        looking = schedule(context, FIND_WINDOWS, state.page)
        page = result_of(FIND_WINDOWS, (yield from heeding(context, looking, stop)))
        state = yield from _try(context, state, page, stop)
        if state.phase != "trying":
            _say(context, state)
            return state
    context.continue_as_new(msgspec.to_builtins(state))
    return None


def _try(
    context: df.DurableOrchestrationContext, state: TrialState, page: FoundWindows, stop: TaskBase
) -> Orchestrator[TrialState]:
    for wave in slices(page.paths, WINDOWS_IN_FLIGHT):
        if stop.is_completed:
            return state.stopped()
        tasks = [schedule(context, TRY_WINDOW, WindowAgain(state.order, path)) for path in wave]
        for answer in (yield from heeding(context, context.task_all(tasks), stop)):
            state = state.tried_more(result_of(TRY_WINDOW, answer))
        _say(context, state)
    state = state.past(page)
    return state.stopped() if stop.is_completed and state.phase == "trying" else state


def _say(context: df.DurableOrchestrationContext, state: TrialState) -> None:
    context.set_custom_status(msgspec.to_builtins(state.progress))
