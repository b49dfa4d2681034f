"""Parents, children and grandchildren: their ids, failures, ends and generations."""

import azure.durable_functions as df

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def grandchild_fails(context):
    yield context.call_sub_orchestrator("bad_child")


@blueprint.orchestration_trigger(context_name="context")
def uncaught_grandchild(context):
    yield context.call_sub_orchestrator("grandchild_fails")


@blueprint.orchestration_trigger(context_name="context")
def two_waiting_children(context):
    names = [f"{context.instance_id}-{n}" for n in range(2)]
    context.set_custom_status("waiting")
    try:
        return (
            yield context.task_all(
                [context.call_sub_orchestrator("echo_event", n, name) for n, name in enumerate(names)]
            )
        )
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@blueprint.orchestration_trigger(context_name="context")
def generations_with_children(context):
    seen = context.get_input() or []
    child = yield context.call_sub_orchestrator("child", len(seen))
    fixed = yield context.call_sub_orchestrator("child", len(seen), f"{context.instance_id}-fixed")
    seen = [*seen, [child[1] == context.instance_id, child[2], fixed]]
    if len(seen) < 3:
        context.continue_as_new(seen)
        return None
    return seen


@blueprint.orchestration_trigger(context_name="context")
def child_of_generations(context):
    n = context.get_input()
    yield context.call_activity("echo", n)
    if n < 3:
        context.continue_as_new(n + 1)
        return None
    return [n, context.parent_instance_id]


@blueprint.orchestration_trigger(context_name="context")
def parent_of_generations(context):
    return (yield context.call_sub_orchestrator("child_of_generations", 0, f"{context.instance_id}-child"))


@blueprint.orchestration_trigger(context_name="context")
def two_children_of_one_id(context):
    name = f"{context.instance_id}-one"
    tasks = [context.call_sub_orchestrator("echo_input", n, name) for n in range(2)]
    try:
        return (yield context.task_all(tasks))
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]


@blueprint.orchestration_trigger(context_name="context")
def two_waiting_children_of_one_id(context):
    name = f"{context.instance_id}-one"
    tasks = [context.call_sub_orchestrator("echo_event", n, name) for n in range(2)]
    try:
        return (yield context.task_all(tasks))
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]


@blueprint.orchestration_trigger(context_name="context")
def two_rewound_children(context):
    return (
        yield context.task_all(
            [
                context.call_sub_orchestrator(
                    "child_fails_first", f"{context.instance_id}-{n}", f"{context.instance_id}-{n}"
                )
                for n in range(2)
            ]
        )
    )


@blueprint.orchestration_trigger(context_name="context")
def leaves_its_child(context):
    context.call_sub_orchestrator("echo_event", 1, f"{context.instance_id}-left")
    yield context.call_activity("echo", 1)
    return "left"


@blueprint.orchestration_trigger(context_name="context")
def child_whose_failure_is_told_again(context):
    try:
        yield context.call_sub_orchestrator("bad_child")
    except Exception as error:
        raise RuntimeError(f"told again: {str(error).partition(' ')[0]}") from error


@blueprint.orchestration_trigger(context_name="context")
def tells_of_its_child(context):
    try:
        return (yield context.call_sub_orchestrator("echo_event", 1, f"{context.instance_id}-child"))
    except Exception as error:
        return str(error)
