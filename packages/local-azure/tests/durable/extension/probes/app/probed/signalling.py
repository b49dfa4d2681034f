"""Entities that are signalled from orchestrators and keep odd states."""

from datetime import timedelta

import azure.durable_functions as df

blueprint = df.Blueprint()


@blueprint.entity_trigger(context_name="context")
def cupboard(context):
    state = context.get_state(lambda: None)
    operation = context.operation_name
    if operation == "set":
        context.set_state(context.get_input())
    elif operation == "keep_odd":
        context.set_state({1, 2})
    elif operation == "odd_result":
        context.set_result({1, 2})
    elif operation == "cause":
        try:
            raise KeyError("the cause")
        except KeyError as error:
            raise ValueError("the effect") from error
    elif operation == "append":
        context.set_state([*(state or []), context.get_input()])
        context.set_result(len(state or []))
    elif operation == "kind":
        context.set_result([type(state).__name__, repr(state)[:100]])
    elif operation == "end_and_set":
        context.destruct_on_exit()
        context.set_state("after the end")
    elif operation == "set_twice":
        context.set_state("first")
        context.set_state("second")
        context.set_result("one")
        context.set_result("two")


@blueprint.orchestration_trigger(context_name="context")
def states_of_every_kind(context):
    entity = df.EntityId("cupboard", context.instance_id)
    seen = []
    for value in (None, 0, False, "", [], {}, "text", '{"a": 1}', {"$type": "x", "a": {"$id": "1"}}, 1.5, "😀", 2**60):
        yield context.call_entity(entity, "set", value)
        seen.append((yield context.call_entity(entity, "kind")))
    return seen


@blueprint.orchestration_trigger(context_name="context")
def odd_entity_operation(context):
    entity = df.EntityId("cupboard", context.instance_id)
    seen = []
    for operation in (context.get_input(), "kind"):
        try:
            seen.append((yield context.call_entity(entity, operation, 1)))
        except Exception as error:
            seen.append(f"{type(error).__name__}: {error}".partition(" \n ")[0][:300])
    return seen


@blueprint.orchestration_trigger(context_name="context")
def calls_in_parallel(context):
    entity = df.EntityId("cupboard", context.instance_id)
    results = yield context.task_all([context.call_entity(entity, "append", n) for n in range(6)])
    return [results, (yield context.call_entity(entity, "kind"))]


@blueprint.orchestration_trigger(context_name="context")
def signals_around_a_timer(context):
    entity = df.EntityId("cupboard", context.instance_id)
    context.signal_entity(entity, "append", "before")
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=1))
    context.signal_entity(entity, "append", "after")
    called = yield context.call_entity(entity, "append", "called")
    context.signal_entity(entity, "append", "at the end")
    return called


@blueprint.orchestration_trigger(context_name="context")
def signal_and_generation(context):
    n = context.get_input()
    entity = df.EntityId("cupboard", context.instance_id)
    context.signal_entity(entity, "append", n)
    if n < 2:
        context.continue_as_new(n + 1)
        return None
    return (yield context.call_entity(entity, "kind"))


@blueprint.orchestration_trigger(context_name="context")
def entity_against_a_timer(context):
    call = context.call_entity(df.EntityId("cupboard", context.instance_id), "kind")
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    first = yield context.task_any([call, timer])
    timer.cancel()
    return [first == call, first.result]


@blueprint.orchestration_trigger(context_name="context")
def signals_an_unknown_entity(context):
    context.signal_entity(df.EntityId("nobody", "k"), "append", 1)
    return (yield context.call_activity("echo", "went on"))
