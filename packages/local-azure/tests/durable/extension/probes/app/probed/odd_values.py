"""Values that JSON or the SDK hardly knows, and failures of odd shapes."""

import datetime
import decimal
import json

import azure.durable_functions as df

blueprint = df.Blueprint()


class Point:
    """What the SDK serialises by its own convention."""

    def __init__(self, x):
        self.x = x

    def __repr__(self):
        return f"Point({self.x})"

    @staticmethod
    def to_json(point):
        return {"x": point.x}

    @staticmethod
    def from_json(data):
        return Point(data["x"])


ODD = {
    "nan": float("nan"),
    "infinity": float("inf"),
    "minus zero": -0.0,
    "tuple": (1, (2, 3)),
    "bytes": b"abc",
    "datetime": datetime.datetime(2026, 1, 2, 3, 4, 5),
    "decimal": decimal.Decimal("1.10"),
    "surrogate": "\ud800",
    "pair as two": "\ud83d\ude00",
    "nul": "a\0b",
    "separators": "\u2028\u2029\ufeff",
    "int keys": {1: "c", 2.5: "b", None: "d"},
    "text of JSON": '{"a": [1, 2]}',
    "text of a number": "12",
    "text of null": "null",
    "quotes": '"',
    "large int": 2**70,
    "small float": 5e-324,
    "long float": 0.1 + 0.2,
    "point": Point(3),
    "deep": json.loads("[" * 60 + "1" + "]" * 60),
    "too deep": json.loads("[" * 70 + "1" + "]" * 70),
    "date only": "2026-01-02",
    "date with offset": "2026-01-02T03:04:05+02:00",
    "dotnet date": "/Date(1234567890)/",
}


@blueprint.activity_trigger(input_name="name")
def odd_result(name):
    return ODD[name]


@blueprint.activity_trigger(input_name="value")
def kind_of(value):
    return [type(value).__name__, repr(value)[:200]]


@blueprint.orchestration_trigger(context_name="context")
def odd_of_an_activity(context):
    value = yield context.call_activity("odd_result", context.get_input())
    return [type(value).__name__, repr(value)[:200]]


@blueprint.orchestration_trigger(context_name="context")
def odd_to_an_activity(context):
    return (yield context.call_activity("kind_of", ODD[context.get_input()]))


@blueprint.orchestration_trigger(context_name="context")
def odd_output(context):
    yield context.call_activity("echo", 1)
    return ODD[context.get_input()]


@blueprint.orchestration_trigger(context_name="context")
def odd_status(context):
    context.set_custom_status(ODD[context.get_input()])
    yield context.call_activity("echo", 1)
    return "ok"


@blueprint.orchestration_trigger(context_name="context")
def odd_generation(context):
    if not isinstance(context.get_input(), dict) or "name" not in context.get_input():
        value = context.get_input()
        return [type(value).__name__, repr(value)[:200]]
    yield context.call_activity("echo", 1)
    context.continue_as_new(ODD[context.get_input()["name"]])


@blueprint.activity_trigger(input_name="kind")
def fails_oddly(kind):
    if kind == "cause":
        try:
            raise KeyError("the cause")
        except KeyError as error:
            raise ValueError("the effect") from error
    if kind == "context":
        try:
            raise KeyError("first")
        except KeyError:
            raise ValueError("while handling")
    if kind == "empty":
        raise ValueError
    if kind == "unicode":
        raise ValueError("käse 😀")
    if kind == "lines":
        raise ValueError("one\ntwo \n three\r\nfour")
    if kind == "json":
        raise ValueError('{"$type": "x", "a": 1}')
    if kind == "own":
        raise OwnError(1, "two")
    if kind == "group":
        raise ExceptionGroup("several", [ValueError("a"), KeyError("b")])
    if kind == "noted":
        error = ValueError("noted")
        error.add_note("a note")
        raise error
    if kind == "exit":
        raise SystemExit(3)
    if kind == "stop":
        raise StopIteration(3)
    if kind == "quotes":
        raise ValueError('it\'s "quoted" \\ back')
    raise ValueError("x" * 100_000)


class OwnError(Exception):
    """An error of the app's own."""


@blueprint.orchestration_trigger(context_name="context")
def odd_failure(context):
    yield context.call_activity("fails_oddly", context.get_input())


@blueprint.orchestration_trigger(context_name="context")
def odd_failure_caught(context):
    try:
        yield context.call_activity("fails_oddly", context.get_input())
    except Exception as error:
        return [type(error).__name__, str(error).partition(" \n ")[0][:300]]


@blueprint.orchestration_trigger(context_name="context")
def own_odd_failure(context):
    yield context.call_activity("echo", 1)
    kind = context.get_input()
    if kind == "cause":
        try:
            raise KeyError("the cause")
        except KeyError as error:
            raise ValueError("the effect") from error
    if kind == "empty":
        raise ValueError
    if kind == "lines":
        raise ValueError("one\ntwo \n three\r\nfour")
    if kind == "own":
        raise OwnError(1, "two")
    if kind == "stop":
        raise StopIteration(3)
    raise ValueError('"' + "käse 😀" + "\\")


@blueprint.orchestration_trigger(context_name="context")
def yields_no_task(context):
    return (yield context.get_input())


@blueprint.orchestration_trigger(context_name="context")
def many_statuses(context):
    for n in range(5):
        context.set_custom_status({"n": n})
    yield context.call_activity("echo", 1)
    context.set_custom_status("waiting")
    yield context.wait_for_external_event("go")
    context.set_custom_status(None)
    context.set_custom_status({"last": True})
    return "ok"


@blueprint.orchestration_trigger(context_name="context")
def its_context(context):
    began = context.current_utc_datetime
    ids = [context.new_uuid() for _ in range(2)]
    yield context.call_activity("echo", 1)
    ids.append(context.new_uuid())
    again = context.current_utc_datetime
    return {
        "uuids": [[len(each), each[14], each[19] in "89ab"] for each in ids],
        "different": len(set(ids)),
        "parent": context.parent_instance_id,
        "time": [type(began).__name__, str(began.tzinfo), began < again],
        "input": repr(context.get_input()),
        "will": context.will_continue_as_new,
        "status": context.custom_status,
        "version": getattr(context, "version", "none"),
    }


@blueprint.orchestration_trigger(context_name="context")
def activities_without_input(context):
    return [(yield context.call_activity("kind_of")), (yield context.call_activity("kind_of", None))]
