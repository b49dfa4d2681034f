"""Orchestrations whose code has changed since their history began."""

from datetime import timedelta

import azure.durable_functions as df

blueprint = df.Blueprint()

runs = {}
"""The number of times that an instance has run, replays included."""


@blueprint.orchestration_trigger(context_name="context")
def changed_activity(context):
    runs[context.instance_id] = runs.get(context.instance_id, 0) + 1
    yield context.call_activity("echo" if runs[context.instance_id] == 1 else "bad", 1)
    yield context.call_activity("echo", 2)


@blueprint.orchestration_trigger(context_name="context")
def changed_to_fewer(context):
    runs[context.instance_id] = runs.get(context.instance_id, 0) + 1
    if runs[context.instance_id] == 1:
        yield context.call_activity("echo", 1)
    return "early"


@blueprint.orchestration_trigger(context_name="context")
def changed_to_child(context):
    runs[context.instance_id] = runs.get(context.instance_id, 0) + 1
    if runs[context.instance_id] == 1:
        yield context.call_activity("echo", 1)
    yield context.call_sub_orchestrator("child", 1)


@blueprint.orchestration_trigger(context_name="context")
def changed_from_timer(context):
    runs[context.instance_id] = runs.get(context.instance_id, 0) + 1
    if runs[context.instance_id] == 1:
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=0.5))
    yield context.call_activity("echo", 1)


@blueprint.orchestration_trigger(context_name="context")
def changed_with_a_status(context):
    runs[context.instance_id] = runs.get(context.instance_id, 0) + 1
    context.set_custom_status(f"run {runs[context.instance_id]}")
    yield context.call_activity("echo" if runs[context.instance_id] == 1 else "bad", 1)


@blueprint.orchestration_trigger(context_name="context")
def parent_of_changed_code(context):
    try:
        yield context.call_sub_orchestrator("changed_to_fewer")
    except Exception as error:
        return str(error).partition("\n   at ")[0]
