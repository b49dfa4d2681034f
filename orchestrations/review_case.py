"""Wait for the decision of a case: remind, escalate, and at last let it expire."""

from datetime import datetime

import azure.durable_functions as df
import msgspec
from azure.durable_functions.models.Task import TaskBase

from fraud.desk.review import EntryKind
from fraud.desk.waiting import DECIDED_EVENT, ReviewState, ReviewStep, ReviewTask, hops
from orchestrations.calls import Orchestrator, call, timer
from orchestrations.contracts import TAKE_REVIEW_STEP


def review_case(context: df.DurableOrchestrationContext, task: ReviewTask) -> Orchestrator[ReviewState]:
    """Wait until somebody decides a case, or until nothing is left to be done. Gives its last state.

    The case in Cosmos says if it is decided; the external event `decided` only makes the orchestration look at once. An
    event without a decision changes nothing, and a lost event is made up for by the next step. So is a notice that no
    receiver takes: a webhook that is away must not keep a case from being escalated. The times of all timers follow
    from the start, so what is scheduled next does not depend on the clock.
    """
    start = context.current_utc_datetime
    steps = task.steps()
    last = start + steps[-1][2] if steps else start
    due = next((start + end for step, _, end in steps if step == "escalated"), last)
    state = yield from _take(context, task, "opened", start, due)
    decided = context.wait_for_external_event(DECIDED_EVENT)
    for step, begin, end in steps:
        context.set_custom_status({"phase": "waits", "next": step, "at": (start + end).isoformat()})
        for moment in hops(start + begin, start + end):
            while state.waits:
                waiting = timer(context, moment)
                if (yield context.task_any([waiting, decided])) is not decided:
                    break
                waiting.cancel()
                decided: TaskBase = context.wait_for_external_event(DECIDED_EVENT)
                state = yield from _take(context, task, None, start, due)
        if not state.waits:
            break
        try:
            state = yield from _take(context, task, step, start + end, due)
        except Exception:  # noqa: BLE001 - the SDK raises nothing more exact
            # The step is noted, and no receiver has taken its notice for longer than the retries: the next is taken.
            state = yield from _take(context, task, None, start, due)
    context.set_custom_status({"phase": "ended"})
    return state


def _take(
    context: df.DurableOrchestrationContext, task: ReviewTask, step: EntryKind | None, at: datetime, due: datetime
) -> Orchestrator[ReviewState]:
    asked = ReviewStep(
        case_id=task.case_id,
        store_id=task.store_id,
        at=at,
        step=step,
        due=due,
        reopened=task.reopened or msgspec.UNSET,
    )
    return (yield from call(context, TAKE_REVIEW_STEP, asked))
