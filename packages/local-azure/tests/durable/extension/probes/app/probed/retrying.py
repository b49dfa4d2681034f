"""Retries: their bounds, their ends, and what they race with."""

import azure.durable_functions as df

blueprint = df.Blueprint()

runs = {}
"""How often something failed, by a key of the instance."""


@blueprint.activity_trigger(input_name="asked")
def fails_first(asked):
    key, failures = asked
    runs[key] = runs.get(key, 0) + 1
    if runs[key] <= failures:
        raise ValueError(f"attempt {runs[key]}")
    return runs[key]


@blueprint.orchestration_trigger(context_name="context")
def child_fails_first(context):
    return [context.instance_id, (yield context.call_activity("fails_first", [context.get_input(), 1]))]


@blueprint.orchestration_trigger(context_name="context")
def retry_bounds(context):
    attempts = context.get_input()
    try:
        options = df.RetryOptions(100, attempts)
        return (yield context.call_activity_with_retry("fails_first", options, [context.instance_id, 2]))
    except Exception as error:
        return f"{type(error).__name__}: {error}".partition(" \n ")[0]


@blueprint.orchestration_trigger(context_name="context")
def retried_child_of_one_id(context):
    name = f"{context.instance_id}-child"
    options = df.RetryOptions(100, 3)
    return (yield context.call_sub_orchestrator_with_retry("child_fails_first", options, context.instance_id, name))


@blueprint.orchestration_trigger(context_name="context")
def retries_side_by_side(context):
    options = df.RetryOptions(100, 3)
    tasks = [
        context.call_activity_with_retry("fails_first", options, [f"{context.instance_id}-{n}", n]) for n in range(3)
    ]
    results = yield context.task_all(tasks)
    return [results, (yield context.call_activity("echo", "after"))]


@blueprint.orchestration_trigger(context_name="context")
def any_of_a_retry_and_work(context):
    retried = context.call_activity_with_retry("bad", df.RetryOptions(60_000, 2), "slow")
    work = context.call_activity("echo", "won")
    first = yield context.task_any([retried, work])
    return first.result


@blueprint.orchestration_trigger(context_name="context")
def rewound(context):
    first = yield context.call_activity("echo", "once")
    second = yield context.call_activity("fails_first", [context.instance_id, 1])
    return [first, second]


@blueprint.orchestration_trigger(context_name="context")
def rewound_parent(context):
    return (
        yield context.call_sub_orchestrator("child_fails_first", context.instance_id, f"{context.instance_id}-child")
    )


@blueprint.orchestration_trigger(context_name="context")
def rewound_itself(context):
    yield context.call_activity("echo", 1)
    runs[context.instance_id] = runs.get(context.instance_id, 0) + (not context.is_replaying)
    if runs[context.instance_id] == 1:
        raise ValueError("of the orchestrator")
    return "mended"


TWICE = df.RetryOptions(100, 2)


@blueprint.orchestration_trigger(context_name="context")
def rewound_after_retries(context):
    return (yield context.call_activity_with_retry("fails_first", TWICE, [context.instance_id, 2]))


@blueprint.orchestration_trigger(context_name="context")
def rewound_fan_out_with_retries(context):
    tasks = [
        context.call_activity_with_retry("fails_first", TWICE, [f"{context.instance_id}-{n}", 2 * (n == 1)])
        for n in range(3)
    ]
    return (yield context.task_all(tasks))


@blueprint.orchestration_trigger(context_name="context")
def rewound_behind_a_retry(context):
    once = yield context.call_activity_with_retry("fails_first", TWICE, [f"{context.instance_id}-retried", 1])
    return [once, (yield context.call_activity("fails_first", [context.instance_id, 1]))]


@blueprint.orchestration_trigger(context_name="context")
def rewound_behind_a_caught_failure(context):
    try:
        yield context.call_activity("fails_first", [f"{context.instance_id}-caught", 1])
    except Exception:
        context.set_custom_status("caught")
    return (yield context.call_activity("fails_first", [context.instance_id, 1]))


@blueprint.orchestration_trigger(context_name="context")
def rewound_behind_what_cleans_up(context):
    try:
        return (yield context.call_activity("fails_first", [context.instance_id, 1]))
    except Exception:
        yield context.call_activity("echo", "cleaned up")
        raise


@blueprint.orchestration_trigger(context_name="context")
def rewound_parent_with_retries(context):
    return (yield context.call_sub_orchestrator_with_retry("child_fails_twice", TWICE, context.instance_id))


@blueprint.orchestration_trigger(context_name="context")
def rewound_parent_with_retries_of_one_id(context):
    child = f"{context.instance_id}-child"
    return (yield context.call_sub_orchestrator_with_retry("child_fails_twice", TWICE, context.instance_id, child))


@blueprint.orchestration_trigger(context_name="context")
def child_fails_twice(context):
    return (yield context.call_activity("fails_first", [context.get_input(), 2]))
