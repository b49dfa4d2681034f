"""JSON with the markers of .NET's serializer, on every way that a value takes."""

import json

import azure.durable_functions as df

blueprint = df.Blueprint()

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


@blueprint.activity_trigger(input_name="kind")
def foreign(kind):
    return FOREIGN[kind]


@blueprint.activity_trigger(input_name="key")
def take_foreign(key):
    return json.dumps(key)


@blueprint.orchestration_trigger(context_name="context")
def one_foreign(context):
    try:
        return json.dumps((yield context.call_activity("foreign", context.get_input())))
    except Exception as error:
        return f"failed: {str(error)[:200]}"


@blueprint.orchestration_trigger(context_name="context")
def foreign_output(context):
    return FOREIGN[context.get_input()]
    yield


@blueprint.orchestration_trigger(context_name="context")
def foreign_child(context):
    try:
        return json.dumps((yield context.call_sub_orchestrator("foreign_output", context.get_input())))
    except Exception as error:
        return f"failed: {str(error)[:200]}"


@blueprint.orchestration_trigger(context_name="context")
def foreign_status(context):
    context.set_custom_status(FOREIGN["id_and_type"])
    yield context.call_activity("echo", 1)
    return "ok"


@blueprint.orchestration_trigger(context_name="context")
def foreign_input(context):
    return json.dumps([context.get_input(), (yield context.call_activity("take_foreign", FOREIGN["id_and_type"]))])


@blueprint.orchestration_trigger(context_name="context")
def foreign_child_input(context):
    return (yield context.call_sub_orchestrator("take_input", FOREIGN[context.get_input()]))


@blueprint.orchestration_trigger(context_name="context")
def foreign_activity_input(context):
    return (yield context.call_activity("take_foreign", FOREIGN[context.get_input()]))


@blueprint.orchestration_trigger(context_name="context")
def foreign_generation(context):
    given = context.get_input()
    if "kind" in given:
        context.continue_as_new(FOREIGN[given["kind"]])
        return
    return json.dumps(given)
    yield


@blueprint.entity_trigger(context_name="context")
def keeper(context):
    if context.operation_name == "keep":
        context.set_state(context.get_input())
    context.set_result(json.dumps(context.get_state(lambda: None)))


@blueprint.orchestration_trigger(context_name="context")
def foreign_entity(context):
    entity = df.EntityId("keeper", context.instance_id)
    kept = yield context.call_entity(entity, "keep", FOREIGN["id_and_type"])
    return [kept, (yield context.call_entity(entity, "get"))]
