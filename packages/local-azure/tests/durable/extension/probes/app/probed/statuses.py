"""Custom statuses, and generations of one instance."""

from datetime import timedelta

import azure.durable_functions as df

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def generations(context):
    n = context.get_input()
    if n == 0:
        context.set_custom_status("first")
    yield context.call_activity("echo", n)
    if n < 1:
        context.continue_as_new(n + 1)
        return
    context.set_custom_status(context.instance_id)
    return n


@blueprint.orchestration_trigger(context_name="context")
def status_kept(context):
    n = context.get_input()
    if n == 0:
        context.set_custom_status("first")
        yield context.call_activity("echo", n)
        context.continue_as_new(1)
        return
    yield context.wait_for_external_event("go")
    return n


@blueprint.orchestration_trigger(context_name="context")
def large_status(context):
    context.set_custom_status("x" * context.get_input())
    yield context.call_activity("echo", 1)
    return "ok"


@blueprint.orchestration_trigger(context_name="context")
def status_then_none(context):
    context.set_custom_status("x")
    yield context.call_activity("echo", 1)
    context.set_custom_status(None)
    yield context.wait_for_external_event("go")
    return "ok"


@blueprint.orchestration_trigger(context_name="context")
def status_then_raise(context):
    context.set_custom_status("last words")
    yield context.call_activity("echo", 1)
    raise RuntimeError("after all")


@blueprint.orchestration_trigger(context_name="context")
def status_at_once_then_raise(context):
    context.set_custom_status("last words")
    raise RuntimeError("at once")
    yield


@blueprint.orchestration_trigger(context_name="context")
def working_generations(context):
    n = context.get_input()
    context.set_custom_status(f"at {n}")
    yield context.call_activity("echo", n)
    yield context.wait_for_external_event("go")
    if n < 1:
        context.continue_as_new(n + 1)
        return
    return n


@blueprint.orchestration_trigger(context_name="context")
def replaying(context):
    seen = [context.is_replaying]
    for n in range(2):
        yield context.call_activity("echo", n)
        seen.append(context.is_replaying)
    return seen


@blueprint.orchestration_trigger(context_name="context")
def large_status_after(context):
    before = context.get_input()
    if before == "an activity":
        yield context.call_activity("echo", 1)
    elif before == "a timer":
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=0.1))
    elif before == "a child":
        yield context.call_sub_orchestrator("child", 1)
    elif before == "a signal":
        context.signal_entity(df.EntityId("counter", context.instance_id), "add", 1)
        yield context.call_activity("echo", 1)
    context.set_custom_status("x" * 20_000)
    yield context.call_activity("echo", 2)
    if before == "a failure":
        raise RuntimeError("after it")
