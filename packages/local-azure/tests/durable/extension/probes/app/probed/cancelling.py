"""Timers that are cancelled, and what is awaited behind them."""

from datetime import timedelta

import azure.durable_functions as df

blueprint = df.Blueprint()


def race(context):
    timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=4))
    return timer, context.task_any([timer, context.call_activity("echo", "won")])


@blueprint.orchestration_trigger(context_name="context")
def cancels_and_waits(context):
    timer, first = race(context)
    yield first
    timer.cancel()
    return (yield context.wait_for_external_event("go"))


@blueprint.orchestration_trigger(context_name="context")
def cancels_at_once_and_waits(context):
    timer, first = race(context)
    timer.cancel()
    yield first
    return (yield context.wait_for_external_event("go"))


@blueprint.orchestration_trigger(context_name="context")
def awaits_what_it_has_cancelled(context):
    timer, first = race(context)
    yield first
    timer.cancel()
    yield timer
    return (yield context.wait_for_external_event("go"))


@blueprint.orchestration_trigger(context_name="context")
def cancels_and_continues_as_new(context):
    if context.get_input() == 0:
        timer, first = race(context)
        yield first
        timer.cancel()
        context.continue_as_new(1)
        return None
    return (yield context.wait_for_external_event("go"))
