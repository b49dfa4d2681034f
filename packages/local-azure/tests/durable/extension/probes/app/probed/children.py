"""Orchestrations that call others."""

import azure.durable_functions as df

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def child(context):
    return [context.instance_id, context.parent_instance_id, (yield context.call_activity("echo", context.get_input()))]


@blueprint.orchestration_trigger(context_name="context")
def three_children(context):
    first = yield context.call_sub_orchestrator("child", 1)
    both = yield context.task_all([context.call_sub_orchestrator("child", n) for n in (2, 3)])
    return [first, *both]


@blueprint.orchestration_trigger(context_name="context")
def child_of_its_own_id(context):
    try:
        return (yield context.call_sub_orchestrator("child", 1, context.instance_id))
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]


@blueprint.orchestration_trigger(context_name="context")
def child_of_a_taken_id(context):
    try:
        return (yield context.call_sub_orchestrator("child", 1, context.get_input()))
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]


@blueprint.orchestration_trigger(context_name="context")
def waiting_parent(context):
    return (yield context.call_sub_orchestrator("echo_event", {"a": 1}, "waiting-child"))


@blueprint.orchestration_trigger(context_name="context")
def child_of_a_given_id(context):
    return (yield context.call_sub_orchestrator("child", 1, context.get_input()))


@blueprint.orchestration_trigger(context_name="context")
def child_of_a_version(context):
    return (
        yield context.call_sub_orchestrator("its_version", None, f"{context.instance_id}-child", context.get_input())
    )


@blueprint.orchestration_trigger(context_name="context")
def its_version(context):
    return context.version
    yield
