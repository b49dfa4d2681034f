"""Retries, timers, children and events that race with one another."""

import asyncio
from datetime import timedelta

import azure.durable_functions as df

blueprint = df.Blueprint()

runs = {}
"""How often something failed, by a key of the instance."""


@blueprint.activity_trigger(input_name="asked")
async def fails_late(asked):
    key, failures = asked
    runs[key] = runs.get(key, 0) + 1
    run = runs[key]
    await asyncio.sleep(0.5)
    if run <= failures:
        raise ValueError(f"attempt {run}")
    return run


@blueprint.activity_trigger(input_name="seconds")
async def slow(seconds):
    await asyncio.sleep(seconds)
    return "slow"


@blueprint.orchestration_trigger(context_name="context")
def sleeping_child(context):
    name, seconds = context.get_input()
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))
    return name


@blueprint.orchestration_trigger(context_name="context")
def fast_and_slow_children(context):
    children = [
        context.call_sub_orchestrator("sleeping_child", [name, seconds], f"{context.instance_id}-{name}")
        for name, seconds in (("slow", 2.0), ("fast", 0.0))
    ]
    first = yield context.task_any(children)
    rest = [child for child in children if child != first]
    second = yield context.task_any(rest)
    return [first.result, second.result]


@blueprint.orchestration_trigger(context_name="context")
def retried_child_against_a_timer(context):
    retried = context.call_sub_orchestrator_with_retry("bad_child", df.RetryOptions(60_000, 3), None)
    timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=1.5))
    first = yield context.task_any([retried, timer])
    return "timer" if first == timer else str(first.result)


@blueprint.orchestration_trigger(context_name="context")
def retried_activity_gives_up_in_a_race(context):
    retried = context.call_activity_with_retry("bad", df.RetryOptions(100, 2), "given up")
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    first = yield context.task_any([timer, retried])
    timer.cancel()
    return [first == retried, str(first.result).partition(" \n ")[0]]


@blueprint.orchestration_trigger(context_name="context")
def retries_and_a_failure_in_one_group(context):
    retried = context.call_activity_with_retry("fails_late", df.RetryOptions(1000, 3), [context.instance_id, 1])
    try:
        yield context.task_all([retried, context.call_activity("bad", "at once")])
    except Exception as error:
        caught = str(error).partition(" \n ")[0]
    after = yield context.call_activity("slow", 3)
    return [caught, after]


@blueprint.orchestration_trigger(context_name="context")
def an_early_loser_awaited_at_last(context):
    work = context.call_activity("echo", "work")
    event = context.wait_for_external_event("go")
    first = yield context.task_any([work, event])
    context.set_custom_status("waiting")
    both = yield context.task_all([work, event])
    return [first == work, both]


@blueprint.orchestration_trigger(context_name="context")
def many_cancelled_timers(context):
    timers = [context.create_timer(context.current_utc_datetime + timedelta(days=n)) for n in (1, 5, 30)]
    yield context.call_activity("echo", 1)
    for timer in timers:
        timer.cancel()
    return (yield context.call_activity("echo", "went on"))


@blueprint.orchestration_trigger(context_name="context")
def a_timer_awaited_after_it_was_cancelled(context):
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    yield context.call_activity("echo", 1)
    timer.cancel()
    yield timer
    return "never"


@blueprint.orchestration_trigger(context_name="context")
def cancels_what_has_fired(context):
    timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=1))
    yield timer
    try:
        timer.cancel()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "no error"


@blueprint.orchestration_trigger(context_name="context")
def a_long_timer(context):
    timer = context.create_timer(context.current_utc_datetime + timedelta(days=20))
    context.set_custom_status("waiting")
    event = context.wait_for_external_event("go")
    first = yield context.task_any([timer, event])
    timer.cancel()
    return first == event


@blueprint.orchestration_trigger(context_name="context")
def any_of_nothing(context):
    return (yield context.task_any([]))


@blueprint.orchestration_trigger(context_name="context")
def any_in_all_in_any(context):
    def timer():
        return context.create_timer(context.current_utc_datetime + timedelta(hours=1))

    timers = [timer(), timer()]
    inner = context.task_any([timers[0], context.call_activity("echo", "a")])
    outer = context.task_all([inner, context.call_activity("echo", "b")])
    first = yield context.task_any([outer, timers[1]])
    for each in timers:
        each.cancel()
    return [first == outer, [type(part).__name__ if hasattr(part, "result") else part for part in outer.result]]


@blueprint.orchestration_trigger(context_name="context")
def all_with_a_failing_child_and_retries(context):
    tasks = [
        context.call_sub_orchestrator_with_retry("bad_child", df.RetryOptions(100, 2), None),
        context.call_sub_orchestrator("raising_child"),
        context.call_activity("echo", 3),
    ]
    try:
        return (yield context.task_all(tasks))
    except Exception as error:
        return str(error).partition(" \n ")[0]


@blueprint.orchestration_trigger(context_name="context")
def work_after_a_failed_group(context):
    try:
        yield context.task_all([context.call_activity("slow", 1.5), context.call_activity("bad", "at once")])
    except Exception as error:
        caught = str(error).partition(" \n ")[0]
    return [caught, (yield context.call_activity("echo", "after"))]


@blueprint.orchestration_trigger(context_name="context")
def a_failed_group_that_nobody_catches(context):
    yield context.task_all([context.call_activity("slow", 1.5), context.call_activity("bad", "at once")])


@blueprint.orchestration_trigger(context_name="context")
def a_failed_group_that_waits(context):
    context.set_custom_status("waiting")
    try:
        yield context.task_all([context.wait_for_external_event("go"), context.call_activity("bad", "at once")])
    except Exception as error:
        context.set_custom_status("caught")
        return str(error).partition(" \n ")[0]


@blueprint.orchestration_trigger(context_name="context")
def a_failed_group_within_a_race(context):
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    group = context.task_all([context.call_activity("slow", 1.5), context.call_activity("bad", "at once")])
    first = yield context.task_any([group, timer])
    timer.cancel()
    return [first == group, (yield context.call_activity("echo", "after"))]


@blueprint.orchestration_trigger(context_name="context")
def a_generation_after_a_failed_group(context):
    if context.get_input():
        return "second"
    try:
        yield context.task_all([context.wait_for_external_event("go"), context.call_activity("bad", "at once")])
    except Exception:
        context.set_custom_status("caught")
    context.continue_as_new(1)
