"""Events from outside, timers, and races between them."""

from datetime import timedelta

import azure.durable_functions as df

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def echo_event(context):
    context.set_custom_status("waiting")
    value = yield context.wait_for_external_event("go")
    return {"type": type(value).__name__, "value": value}


@blueprint.orchestration_trigger(context_name="context")
def two_events(context):
    context.set_custom_status("waiting")
    yield context.wait_for_external_event("start")
    first = yield context.wait_for_external_event("item")
    second = yield context.wait_for_external_event("item")
    return [first, second]


@blueprint.orchestration_trigger(context_name="context")
def two_names(context):
    context.set_custom_status("waiting")
    first = yield context.wait_for_external_event("one")
    second = yield context.wait_for_external_event("two")
    return [first, second]


@blueprint.orchestration_trigger(context_name="context")
def collector(context):
    state = context.get_input()
    context.set_custom_status(f"waiting {len(state)}")
    value = yield context.wait_for_external_event("item")
    state = [*state, value]
    if len(state) == 3:
        return state
    context.continue_as_new(state)


@blueprint.orchestration_trigger(context_name="context")
def two_waits(context):
    context.set_custom_status("waiting")
    first = yield context.wait_for_external_event("item")
    second = yield context.wait_for_external_event("item")
    third = yield context.wait_for_external_event("item")
    return [first, second, third]


@blueprint.orchestration_trigger(context_name="context")
def event_and_work(context):
    context.set_custom_status("waiting")
    both = yield context.task_all([context.wait_for_external_event("go"), context.call_activity("echo", 1)])
    return both


@blueprint.orchestration_trigger(context_name="context")
def any_of_two_events(context):
    context.set_custom_status("waiting")
    first = context.wait_for_external_event("a")
    second = context.wait_for_external_event("b")
    winner = yield context.task_any([first, second])
    return ["a" if winner == first else "b", winner.result]


@blueprint.orchestration_trigger(context_name="context")
def half_second(context):
    at = context.current_utc_datetime + timedelta(seconds=0.5)
    began = context.current_utc_datetime
    yield context.create_timer(at)
    return (context.current_utc_datetime - began).total_seconds() < 5


@blueprint.orchestration_trigger(context_name="context")
def race(context):
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    work = context.call_activity("echo", "won")
    first = yield context.task_any([timer, work])
    timer.cancel()
    return first.result


@blueprint.orchestration_trigger(context_name="context")
def past_timer(context):
    yield context.create_timer(context.current_utc_datetime - timedelta(hours=1))
    return "fired"


@blueprint.orchestration_trigger(context_name="context")
def losing_timer_left_open(context):
    timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=2.5))
    work = context.call_activity("echo", "won")
    first = yield context.task_any([timer, work])
    return first.result


@blueprint.orchestration_trigger(context_name="context")
def fan(context):
    results = yield context.task_all([context.call_activity("echo", n) for n in range(context.get_input())])
    return sum(results)


@blueprint.orchestration_trigger(context_name="context")
def named_event(context):
    context.set_custom_status("waiting")
    return (yield context.wait_for_external_event("go"))
