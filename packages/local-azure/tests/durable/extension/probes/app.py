"""The app that the probes ask both engines about."""

import json
from datetime import timedelta

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)

FOREIGN = {
    "type_first": {"$type": "System.String", "a": 1},
    "type_last": {"a": 1, "$type": "System.String"},
    "id_first": {"$id": "7", "a": 1},
    "id_and_type": {"$id": "7", "$type": "x", "a": 1},
    "ref_alone": {"$ref": "7"},
    "ref_with_more": {"$ref": "7", "a": 1},
    "values_alone": {"$values": [1, 2]},
    "id_and_values": {"$id": "1", "$values": [1, 2]},
    "values_last": {"a": 1, "$values": [1]},
    "nested": {"a": {"$type": "x", "$id": "1", "b": 2}, "c": [{"$ref": "1"}]},
    "in_a_list": [{"$id": "1", "a": 1}],
    "other_dollar": {"$other": 1, "$id": "2", "a": 1},
    "id_number": {"$id": 5, "a": 1},
    "type_null": {"$type": None, "a": 1},
}
VALUES = [
    None,
    True,
    0,
    -1,
    1.5,
    1e300,
    12345678901234567890,
    "",
    "ü€😀",
    "2026-11-26T14:37:42.6042405Z",
    [],
    {},
    [1, [2, {"a": None}]],
    {"b": 1, "a": {"ü": ["x"]}},
    "</script>",
    1.0,
    "a\nb\t\u0001",
]


@app.activity_trigger(input_name="value")
def echo(value):
    return value


@app.activity_trigger(input_name="kind")
def foreign(kind):
    return FOREIGN[kind]


@app.activity_trigger(input_name="key")
def take_foreign(key):
    return json.dumps(key)


@app.activity_trigger(input_name="number")
def values(number):
    return VALUES[number]


@app.activity_trigger(input_name="text")
def bad(text):
    raise ValueError(text)


@app.activity_trigger(input_name="text")
def not_json(text):
    return {1, 2}


@app.entity_trigger(context_name="context")
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


@app.orchestration_trigger(context_name="context")
def all_values(context):
    results = []
    for number in range(len(VALUES)):
        results.append((yield context.call_activity("values", number)))
    return results


@app.orchestration_trigger(context_name="context")
def one_foreign(context):
    try:
        return json.dumps((yield context.call_activity("foreign", context.get_input())))
    except Exception as error:
        return f"failed: {str(error)[:200]}"


@app.orchestration_trigger(context_name="context")
def foreign_output(context):
    return FOREIGN[context.get_input()]
    yield


@app.orchestration_trigger(context_name="context")
def foreign_child(context):
    try:
        return json.dumps((yield context.call_sub_orchestrator("foreign_output", context.get_input())))
    except Exception as error:
        return f"failed: {str(error)[:200]}"


@app.orchestration_trigger(context_name="context")
def foreign_status(context):
    context.set_custom_status(FOREIGN["id_and_type"])
    yield context.call_activity("echo", 1)
    return "ok"


@app.orchestration_trigger(context_name="context")
def foreign_input(context):
    return json.dumps([context.get_input(), (yield context.call_activity("take_foreign", FOREIGN["id_and_type"]))])


@app.orchestration_trigger(context_name="context")
def echo_input(context):
    return {"input": context.get_input()}
    yield


@app.orchestration_trigger(context_name="context")
def echo_event(context):
    context.set_custom_status("waiting")
    value = yield context.wait_for_external_event("go")
    return {"type": type(value).__name__, "value": value}


@app.orchestration_trigger(context_name="context")
def two_events(context):
    context.set_custom_status("waiting")
    yield context.wait_for_external_event("start")
    first = yield context.wait_for_external_event("item")
    second = yield context.wait_for_external_event("item")
    return [first, second]


@app.orchestration_trigger(context_name="context")
def two_names(context):
    context.set_custom_status("waiting")
    first = yield context.wait_for_external_event("one")
    second = yield context.wait_for_external_event("two")
    return [first, second]


@app.orchestration_trigger(context_name="context")
def collector(context):
    state = context.get_input()
    context.set_custom_status(f"waiting {len(state)}")
    value = yield context.wait_for_external_event("item")
    state = [*state, value]
    if len(state) == 3:
        return state
    context.continue_as_new(state)


@app.orchestration_trigger(context_name="context")
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


@app.orchestration_trigger(context_name="context")
def status_kept(context):
    n = context.get_input()
    if n == 0:
        context.set_custom_status("first")
        yield context.call_activity("echo", n)
        context.continue_as_new(1)
        return
    yield context.wait_for_external_event("go")
    return n


@app.orchestration_trigger(context_name="context")
def large_status(context):
    context.set_custom_status("x" * context.get_input())
    yield context.call_activity("echo", 1)
    return "ok"


@app.orchestration_trigger(context_name="context")
def status_then_none(context):
    context.set_custom_status("x")
    yield context.call_activity("echo", 1)
    context.set_custom_status(None)
    yield context.wait_for_external_event("go")
    return "ok"


@app.orchestration_trigger(context_name="context")
def status_then_raise(context):
    context.set_custom_status("last words")
    yield context.call_activity("echo", 1)
    raise RuntimeError("after all")


@app.orchestration_trigger(context_name="context")
def status_at_once_then_raise(context):
    context.set_custom_status("last words")
    raise RuntimeError("at once")
    yield


@app.orchestration_trigger(context_name="context")
def output_not_json(context):
    yield context.call_activity("echo", 1)
    return {1, 2}


@app.orchestration_trigger(context_name="context")
def activity_not_json(context):
    return (yield context.call_activity("not_json", "x"))


@app.orchestration_trigger(context_name="context")
def child(context):
    return [context.instance_id, context.parent_instance_id, (yield context.call_activity("echo", context.get_input()))]


@app.orchestration_trigger(context_name="context")
def bad_child(context):
    yield context.call_activity("bad", "in the child")


@app.orchestration_trigger(context_name="context")
def raising_child(context):
    raise KeyError("at once")
    yield


@app.orchestration_trigger(context_name="context")
def three_children(context):
    first = yield context.call_sub_orchestrator("child", 1)
    both = yield context.task_all([context.call_sub_orchestrator("child", n) for n in (2, 3)])
    return [first, *both]


@app.orchestration_trigger(context_name="context")
def parent_of_bad(context):
    try:
        yield context.call_sub_orchestrator(context.get_input())
    except Exception as error:
        return str(error)


@app.orchestration_trigger(context_name="context")
def retries(context):
    try:
        yield context.call_activity_with_retry("bad", df.RetryOptions(100, 2), "again")
    except Exception as error:
        return str(error)[:60]


@app.orchestration_trigger(context_name="context")
def child_retries(context):
    try:
        yield context.call_sub_orchestrator_with_retry("bad_child", df.RetryOptions(100, 2), None)
    except Exception as error:
        return str(error)[:90]


@app.orchestration_trigger(context_name="context")
def replaying(context):
    seen = [context.is_replaying]
    for n in range(2):
        yield context.call_activity("echo", n)
        seen.append(context.is_replaying)
    return seen


@app.orchestration_trigger(context_name="context")
def half_second(context):
    at = context.current_utc_datetime + timedelta(seconds=0.5)
    began = context.current_utc_datetime
    yield context.create_timer(at)
    return (context.current_utc_datetime - began).total_seconds() < 5


@app.orchestration_trigger(context_name="context")
def race(context):
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    work = context.call_activity("echo", "won")
    first = yield context.task_any([timer, work])
    timer.cancel()
    return first.result


@app.orchestration_trigger(context_name="context")
def failing_all(context):
    try:
        yield context.task_all([context.call_activity("bad", "one"), context.call_activity("echo", 2)])
    except Exception as error:
        return str(error)[:60]


runs = {}


@app.orchestration_trigger(context_name="context")
def changed_activity(context):
    runs[context.instance_id] = runs.get(context.instance_id, 0) + 1
    yield context.call_activity("echo" if runs[context.instance_id] == 1 else "bad", 1)
    yield context.call_activity("echo", 2)


@app.orchestration_trigger(context_name="context")
def changed_to_fewer(context):
    runs[context.instance_id] = runs.get(context.instance_id, 0) + 1
    if runs[context.instance_id] == 1:
        yield context.call_activity("echo", 1)
    return "early"


@app.orchestration_trigger(context_name="context")
def changed_to_child(context):
    runs[context.instance_id] = runs.get(context.instance_id, 0) + 1
    if runs[context.instance_id] == 1:
        yield context.call_activity("echo", 1)
    yield context.call_sub_orchestrator("child", 1)


@app.orchestration_trigger(context_name="context")
def changed_from_timer(context):
    runs[context.instance_id] = runs.get(context.instance_id, 0) + 1
    if runs[context.instance_id] == 1:
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=0.5))
    yield context.call_activity("echo", 1)


@app.orchestration_trigger(context_name="context")
def entities(context):
    entity = df.EntityId("counter", context.get_input())
    first = yield context.call_entity(entity, "add", 5)
    context.signal_entity(entity, "add", 2)
    second = yield context.call_entity(entity, "get")
    return [first, second]


@app.orchestration_trigger(context_name="context")
def entity_fails(context):
    try:
        yield context.call_entity(df.EntityId("counter", context.get_input()), "fail")
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@app.orchestration_trigger(context_name="context")
def entity_ends(context):
    entity = df.EntityId("counter", context.get_input())
    yield context.call_entity(entity, "add", 5)
    return (yield context.call_entity(entity, "end"))


@app.orchestration_trigger(context_name="context")
def web(context):
    asked = context.get_input()
    try:
        answer = yield context.call_http(
            asked.get("method", "GET"), asked["url"], asked.get("content"), asked.get("headers")
        )
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return {
        "status": answer.status_code if hasattr(answer, "status_code") else answer["statusCode"],
        "headers": answer["headers"],
        "content": answer["content"],
    }


@app.orchestration_trigger(context_name="context")
def take_input(context):
    return json.dumps(context.get_input())
    yield


@app.orchestration_trigger(context_name="context")
def foreign_child_input(context):
    return (yield context.call_sub_orchestrator("take_input", FOREIGN[context.get_input()]))


@app.orchestration_trigger(context_name="context")
def foreign_activity_input(context):
    return (yield context.call_activity("take_foreign", FOREIGN[context.get_input()]))


@app.orchestration_trigger(context_name="context")
def foreign_generation(context):
    given = context.get_input()
    if "kind" in given:
        context.continue_as_new(FOREIGN[given["kind"]])
        return
    return json.dumps(given)
    yield


@app.entity_trigger(context_name="context")
def keeper(context):
    if context.operation_name == "keep":
        context.set_state(context.get_input())
    context.set_result(json.dumps(context.get_state(lambda: None)))


@app.orchestration_trigger(context_name="context")
def foreign_entity(context):
    entity = df.EntityId("keeper", context.instance_id)
    kept = yield context.call_entity(entity, "keep", FOREIGN["id_and_type"])
    return [kept, (yield context.call_entity(entity, "get"))]


@app.orchestration_trigger(context_name="context")
def working_generations(context):
    n = context.get_input()
    context.set_custom_status(f"at {n}")
    yield context.call_activity("echo", n)
    yield context.wait_for_external_event("go")
    if n < 1:
        context.continue_as_new(n + 1)
        return
    return n


@app.orchestration_trigger(context_name="context")
def two_waits(context):
    context.set_custom_status("waiting")
    first = yield context.wait_for_external_event("item")
    second = yield context.wait_for_external_event("item")
    third = yield context.wait_for_external_event("item")
    return [first, second, third]


@app.orchestration_trigger(context_name="context")
def event_and_work(context):
    context.set_custom_status("waiting")
    both = yield context.task_all([context.wait_for_external_event("go"), context.call_activity("echo", 1)])
    return both


@app.orchestration_trigger(context_name="context")
def child_of_its_own_id(context):
    try:
        return (yield context.call_sub_orchestrator("child", 1, context.instance_id))
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]


@app.orchestration_trigger(context_name="context")
def child_of_a_taken_id(context):
    try:
        return (yield context.call_sub_orchestrator("child", 1, context.get_input()))
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]


@app.orchestration_trigger(context_name="context")
def names_in_other_case(context):
    return [(yield context.call_activity("ECHO", 1)), (yield context.call_sub_orchestrator("Take_Input", 2))]


@app.orchestration_trigger(context_name="context")
def fan(context):
    results = yield context.task_all([context.call_activity("echo", n) for n in range(context.get_input())])
    return sum(results)


@app.orchestration_trigger(context_name="context")
def past_timer(context):
    yield context.create_timer(context.current_utc_datetime - timedelta(hours=1))
    return "fired"


@app.orchestration_trigger(context_name="context")
def losing_timer_left_open(context):
    timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=2.5))
    work = context.call_activity("echo", "won")
    first = yield context.task_any([timer, work])
    return first.result


@app.orchestration_trigger(context_name="context")
def any_of_two_events(context):
    context.set_custom_status("waiting")
    first = context.wait_for_external_event("a")
    second = context.wait_for_external_event("b")
    winner = yield context.task_any([first, second])
    return ["a" if winner == first else "b", winner.result]


@app.orchestration_trigger(context_name="context")
def no_generator(context):
    return "plain"


@app.orchestration_trigger(context_name="context")
def swallowed(context):
    failures = []
    for text in ("one", "two"):
        try:
            yield context.call_activity("bad", text)
        except Exception as error:
            failures.append(str(error).partition(" \n ")[0])
    return failures


@app.orchestration_trigger(context_name="context")
def waiting_parent(context):
    return (yield context.call_sub_orchestrator("echo_event", {"a": 1}, "waiting-child"))
