"""What is large, and texts of all planes."""

import azure.durable_functions as df

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="size")
def large_result(size):
    return "é" * size


@blueprint.activity_trigger(input_name="text")
def length_of(text):
    return len(text)


@blueprint.orchestration_trigger(context_name="context")
def large_everywhere(context):
    text = context.get_input()
    taken = yield context.call_activity("length_of", text)
    back = yield context.call_activity("large_result", 40_000)
    child = yield context.call_sub_orchestrator("echo_input", text)
    return {"taken": taken, "back": len(back), "child": len(child["input"]), "text": text + back}


@blueprint.orchestration_trigger(context_name="context")
def large_event(context):
    context.set_custom_status("waiting")
    return len((yield context.wait_for_external_event("go")))


@blueprint.orchestration_trigger(context_name="context")
def status_of(context):
    context.set_custom_status(context.get_input())
    yield context.call_activity("echo", 1)
    return "ok"


@blueprint.orchestration_trigger(context_name="context")
def status_of_units(context):
    letter, count = context.get_input()
    context.set_custom_status(letter * count)
    yield context.call_activity("echo", 1)
    return "ok"


@blueprint.orchestration_trigger(context_name="context")
def large_failure(context):
    raise ValueError("x" * context.get_input())
    yield


@blueprint.entity_trigger(context_name="context")
def shelf(context):
    state = context.get_state(lambda: [])
    if context.operation_name == "fill":
        context.set_state(["é" * context.get_input()])
    elif context.operation_name == "put":
        context.set_state([*state, context.get_input()])
    elif context.operation_name == "put_and_fail":
        context.set_state([*state, "half"])
        raise ValueError("after a change")
    elif context.operation_name == "":
        context.set_result("no name")
    elif context.operation_name == "new":
        context.set_result([context.entity_name, context.entity_key, context.is_newly_constructed])
    else:
        context.set_result([len(each) if isinstance(each, str) else each for each in state])


@blueprint.orchestration_trigger(context_name="context")
def shelves(context):
    entity = df.EntityId("shelf", context.get_input())
    for n in range(5):
        context.signal_entity(entity, "put", n)
    seen = [(yield context.call_entity(entity, "get"))]
    try:
        yield context.call_entity(entity, "put_and_fail")
    except Exception as error:
        seen.append(f"{type(error).__name__}: {error}"[:80])
    seen.append((yield context.call_entity(entity, "get")))
    seen.append((yield context.call_entity(entity, "put", None)))
    seen.append((yield context.call_entity(entity, "get")))
    return seen


@blueprint.orchestration_trigger(context_name="context")
def named_shelf(context):
    name, key, operation = context.get_input()
    return (yield context.call_entity(df.EntityId(name, key), operation))


@blueprint.orchestration_trigger(context_name="context")
def full_shelf(context):
    entity = df.EntityId("shelf", context.get_input())
    yield context.call_entity(entity, "fill", 40_000)
    return (yield context.call_entity(entity, "get"))
