"""Values that cross to activities, orchestrations and out of them."""

import json

import azure.durable_functions as df

blueprint = df.Blueprint()

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


@blueprint.activity_trigger(input_name="value")
def echo(value):
    return value


@blueprint.activity_trigger(input_name="number")
def values(number):
    return VALUES[number]


@blueprint.activity_trigger(input_name="text")
def not_json(text):
    return {1, 2}


@blueprint.orchestration_trigger(context_name="context")
def all_values(context):
    results = []
    for number in range(len(VALUES)):
        results.append((yield context.call_activity("values", number)))
    return results


@blueprint.orchestration_trigger(context_name="context")
def output_not_json(context):
    yield context.call_activity("echo", 1)
    return {1, 2}


@blueprint.orchestration_trigger(context_name="context")
def activity_not_json(context):
    return (yield context.call_activity("not_json", "x"))


@blueprint.orchestration_trigger(context_name="context")
def echo_input(context):
    return {"input": context.get_input()}
    yield


@blueprint.orchestration_trigger(context_name="context")
def take_input(context):
    return json.dumps(context.get_input())
    yield


@blueprint.orchestration_trigger(context_name="context")
def names_in_other_case(context):
    return [(yield context.call_activity("ECHO", 1)), (yield context.call_sub_orchestrator("Take_Input", 2))]


@blueprint.orchestration_trigger(context_name="context")
def no_generator(context):
    return "plain"
