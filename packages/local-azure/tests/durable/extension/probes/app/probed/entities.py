"""Entities, and what calls them."""

import azure.durable_functions as df

blueprint = df.Blueprint()


@blueprint.entity_trigger(context_name="context")
def counter(context):
    n = context.get_state(lambda: 0)
    if context.operation_name == "add":
        context.set_state(n + context.get_input())
        context.set_result(n + context.get_input())
    elif context.operation_name == "get":
        context.set_result(n)
    elif context.operation_name == "end":
        context.destruct_on_exit()
        context.set_result("gone")
    elif context.operation_name == "fail":
        raise ValueError("no such operation")


@blueprint.orchestration_trigger(context_name="context")
def entities(context):
    entity = df.EntityId("counter", context.get_input())
    first = yield context.call_entity(entity, "add", 5)
    context.signal_entity(entity, "add", 2)
    second = yield context.call_entity(entity, "get")
    return [first, second]


@blueprint.orchestration_trigger(context_name="context")
def entity_fails(context):
    try:
        yield context.call_entity(df.EntityId("counter", context.get_input()), "fail")
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@blueprint.orchestration_trigger(context_name="context")
def entity_ends(context):
    entity = df.EntityId("counter", context.get_input())
    yield context.call_entity(entity, "add", 5)
    return (yield context.call_entity(entity, "end"))
