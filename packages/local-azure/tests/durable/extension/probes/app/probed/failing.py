"""Activities and children that fail, and are tried again."""

import azure.durable_functions as df

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="text")
def bad(text):
    raise ValueError(text)


@blueprint.orchestration_trigger(context_name="context")
def bad_child(context):
    yield context.call_activity("bad", "in the child")


@blueprint.orchestration_trigger(context_name="context")
def raising_child(context):
    raise KeyError("at once")
    yield


@blueprint.orchestration_trigger(context_name="context")
def parent_of_bad(context):
    try:
        yield context.call_sub_orchestrator(context.get_input())
    except Exception as error:
        return str(error)


@blueprint.orchestration_trigger(context_name="context")
def retries(context):
    try:
        yield context.call_activity_with_retry("bad", df.RetryOptions(100, 2), "again")
    except Exception as error:
        return str(error)[:60]


@blueprint.orchestration_trigger(context_name="context")
def child_retries(context):
    try:
        yield context.call_sub_orchestrator_with_retry("bad_child", df.RetryOptions(100, 2), None)
    except Exception as error:
        return str(error)[:90]


@blueprint.orchestration_trigger(context_name="context")
def failing_all(context):
    try:
        yield context.task_all([context.call_activity("bad", "one"), context.call_activity("echo", 2)])
    except Exception as error:
        return str(error)[:60]


@blueprint.orchestration_trigger(context_name="context")
def swallowed(context):
    failures = []
    for text in ("one", "two"):
        try:
            yield context.call_activity("bad", text)
        except Exception as error:
            failures.append(str(error).partition(" \n ")[0])
    return failures


@blueprint.orchestration_trigger(context_name="context")
def raises_its_input(context):
    raise RuntimeError(context.get_input())
    yield


@blueprint.orchestration_trigger(context_name="context")
def parent_of_raised_input(context):
    try:
        yield context.call_sub_orchestrator("raises_its_input", context.get_input())
    except Exception as error:
        return str(error).partition(", StackTrace")[0]
