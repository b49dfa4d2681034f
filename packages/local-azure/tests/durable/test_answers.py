"""The answers of orchestrators, also those that are not what the SDK of 1.x writes."""

import json

import pytest

from local_azure.durable.actions import ActionType, parse_answer, parse_failure
from local_azure.durable.newtonsoft import too_deep
from local_azure.durable.worker import FunctionFailedError

STATE = {"isDone": False, "schemaVersion": 2, "actions": [[{"actionType": 0, "functionName": "a", "input": "1"}]]}


def test_actions_output_and_status_are_read():
    answer = parse_answer(json.dumps({**STATE, "isDone": True, "output": {"a": 1}, "customStatus": "x"}))

    assert [(action.action_type, action.function_name) for action in answer.actions] == [
        (ActionType.CALL_ACTIVITY, "a")
    ]
    assert (answer.is_done, answer.output, answer.custom_status, answer.error) == (True, '{"a":1}', '"x"', None)


def test_values_that_only_python_takes_for_json_are_read_as_by_the_host():
    answer = parse_answer('{"isDone": true, "actions": [[]], "output": [NaN, -Infinity, "\\ud800", "\\ud83d\\ude00"]}')

    assert answer.output == '["NaN","-Infinity","\ufffd","😀"]'


@pytest.mark.parametrize(("member", "shown"), [("output", "output"), ("customStatus", "customStatus")])
def test_an_answer_that_is_nested_too_deep_fails_and_nothing_of_it_is_carried_out(member: str, shown: str):
    """The object around it counts: 63 levels are left."""
    fits, too_deep = (json.loads("[" * depth + "]" * depth) for depth in (63, 64))

    assert parse_answer(json.dumps({**STATE, member: fits})).error is None
    answer = parse_answer(json.dumps({**STATE, member: too_deep}))
    assert answer.error == f"The reader's MaxDepth of 64 has been exceeded. Path '{shown}{'[0]' * 63}'."
    assert (answer.actions, answer.is_done) == ((), False)


def test_the_path_of_what_is_too_deep_names_members_as_newtonsoft_does():
    """As Newtonsoft.Json 13 answered to the same value."""
    value = json.loads('[1, 2, {"b c": ' + "[" * 64 + "]" * 64 + ', "d": {"e": []}}]')

    assert str(too_deep(value)).endswith(f"Path '[2]['b c']{'[0]' * 62}'.")


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "[]",
        "nonsense",
        '{"isDone": true}',
        '{"isDone": false, "actions": [[{"actionType": 10}]]}',
        '{"isDone": false, "actions": [[{"actionType": 13, "lockSet": []}]]}',
        '{"isDone": false, "actions": 5}',
        "[" * 100_000,
    ],
)
def test_what_cannot_be_used_is_refused(wrong: str):
    with pytest.raises(FunctionFailedError, match="cannot be used"):
        parse_answer(wrong)


def test_a_failure_carries_the_actions_up_to_it():
    state = json.dumps({**STATE, "error": "broken"})
    answer = parse_failure(FunctionFailedError(f"Exception: broken\n\n$OutOfProcData$:{state}"))

    assert (answer.error, len(answer.actions), answer.is_done) == ("broken", 1, False)


def test_the_last_label_of_a_failure_counts():
    states = [json.dumps({**STATE, "error": error, "actions": [[]]}) for error in ("of a child", "of its parent")]
    answer = parse_failure(FunctionFailedError("\n\n$OutOfProcData$:".join(["Exception: oh", *states])))

    assert answer.error == "of its parent"


def test_a_failure_without_actions_is_told_in_the_hosts_words():
    answer = parse_failure(FunctionFailedError("TypeError: plain", "Traceback"))

    said = "One or more errors occurred. (Result: Failure\nException: TypeError: plain\nStack: Traceback)"
    assert (answer.error, answer.actions) == (said, ())


@pytest.mark.parametrize(
    "state",
    [
        "{",
        "[1]",
        json.dumps(STATE),
        json.dumps({**STATE, "error": "broken", "isDone": True}),
        json.dumps({**STATE, "error": "broken"}) + "\nStack: File 'x', line 1",
        json.dumps({**STATE, "error": "broken", "customStatus": json.loads("[" * 64 + "]" * 64)}),
    ],
)
def test_a_failure_without_usable_actions_is_told_in_the_hosts_words(state: str):
    message = f"plain\n\n$OutOfProcData$:{state}"
    answer = parse_failure(FunctionFailedError(message, "Traceback"))

    said = f"One or more errors occurred. (Result: Failure\nException: {message}\nStack: Traceback)"
    assert (answer.error, answer.actions) == (said, ())
