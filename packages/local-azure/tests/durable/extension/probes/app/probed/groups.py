"""Tasks in groups, of one and of none, with failures, timers and events."""

from datetime import timedelta

import azure.durable_functions as df

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def all_of_none(context):
    return (yield context.task_all([]))


@blueprint.orchestration_trigger(context_name="context")
def any_that_fails(context):
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    failing = context.call_activity("bad", "in a race")
    try:
        first = yield context.task_any([timer, failing])
        timer.cancel()
        return [first == failing, str(first.result).partition(" \n ")[0]]
    except Exception as error:
        timer.cancel()
        return f"raised {type(error).__name__}"


@blueprint.orchestration_trigger(context_name="context")
def groups_in_groups(context):
    pair = context.task_all([context.call_activity("echo", 1), context.call_activity("echo", 2)])
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    first = yield context.task_any([context.task_all([timer, context.call_activity("echo", 3)]), pair])
    timer.cancel()
    return [first == pair, first.result]


@blueprint.orchestration_trigger(context_name="context")
def same_task_twice(context):
    work = context.call_activity("echo", 1)
    first = yield work
    second = yield work
    winner = yield context.task_any([work, context.call_activity("echo", 2)])
    return [first, second, winner.result]


@blueprint.orchestration_trigger(context_name="context")
def two_waits_for_one_event(context):
    context.set_custom_status("waiting")
    first, second = context.wait_for_external_event("go"), context.wait_for_external_event("go")
    winner = yield context.task_any([first, second])
    which = "first" if winner == first else "second"
    context.set_custom_status(which)
    other = yield (second if winner == first else first)
    return [which, winner.result, other]


@blueprint.orchestration_trigger(context_name="context")
def event_against_a_timer_again_and_again(context):
    seen = []
    for n in range(3):
        timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=1.5))
        event = context.wait_for_external_event("go")
        context.set_custom_status(f"waiting {n}")
        winner = yield context.task_any([event, timer])
        if winner == event:
            timer.cancel()
        seen.append(event.result if winner == event else "timer")
    return seen


@blueprint.orchestration_trigger(context_name="context")
def cancelled_before_it_is_awaited(context):
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    timer.cancel()
    return (yield context.call_activity("echo", "went on"))


@blueprint.orchestration_trigger(context_name="context")
def ends_before_its_work(context):
    context.call_activity("echo", 1)
    context.call_sub_orchestrator("child", 1, f"{context.instance_id}-child")
    return "done"
    yield


@blueprint.orchestration_trigger(context_name="context")
def generations_with_open_work(context):
    n = context.get_input()
    if n == 0:
        context.call_activity("echo", 1)
        context.wait_for_external_event("go")
        yield context.call_activity("echo", 2)
        context.continue_as_new(1)
        return "unread"
    context.set_custom_status("waiting")
    return (yield context.wait_for_external_event("go"))


@blueprint.orchestration_trigger(context_name="context")
def continues_and_fails(context):
    if context.get_input() == 0:
        yield context.call_activity("echo", 1)
        context.continue_as_new(1)
        raise ValueError("after continue_as_new")
    return "second generation"
