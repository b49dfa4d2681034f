"""Where the local engine answers otherwise than Microsoft's Durable extension on purpose, and why.

The contract test holds the engine to each row: the recorded answer of the extension elsewhere, this answer here.
"""

from typing import Any

import msgspec


class Difference(msgspec.Struct, frozen=True):
    """One case: the extension's answer and ours in words, why, and ours as the test sees it."""

    there: str
    here: str
    why: str
    answer: Any = None


_MISSING = (
    "Orchestrator function 'main' failed: The function 'nobody' doesn't exist, is disabled, or is not an activity "
    "function. Additional info: No activity functions are currently registered!"
)

_FAILS = "Exception: Activity function 'fails_first' failed: ValueError: attempt"
_NO_ATTEMPT = (
    "Orchestrator function 'retry_bounds' failed: 'fails_first' is to be tried {} times; at least 1 is asked for"
)


def _failed_child(taken: str) -> str:
    words = f"An instance with the id '{taken}' is already running."
    return f"Exception: {words} \n Message: {words}, StackTrace: STACK"


_TAKEN: list[Any] = [
    ["Completed", ["taken-ended", "of-ended", 1], None],
    "child",
    "Completed",
    ["Completed", ["taken-ended", "of-ended", 1], None],
    [["Completed", "child_of_a_taken_id", None], ["Running", "echo_event", "waiting"]],
    ["Completed", _failed_child("taken-waiting"), None],
    ["Completed", {"type": "str", "value": "event"}, "waiting"],
]

_DIALECT = (
    "'single'", "{a: 1}", "[1,]", "/* c */ 1", "01", "0x10", "NaN", "-Infinity", "undefined", "new Date(1)", "1 2",
    '{"a":1}{',
)  # fmt: skip

_EXPONENTS = [
    "1e+20", "1e+16", "1000000000000000.0", "123456789012345.0", "0.0001", "1e-05", "1.5e-07", "0.1", "-1e+20", "1.0",
]  # fmt: skip
_NOT_JSON = "Exception: TypeError: class <class 'set'> does not expose a `to_json` function"
_UNTOUCHED = ["NoneType", "None"]
_ODD_OPERATIONS = {
    operation: [
        ["Completed", [result, state], None],
        {"status": 200, "type": "application/json; charset=utf-8", "body": body},
    ]
    for operation, result, state, body in (
        ("keep_odd", _NOT_JSON, _UNTOUCHED, None),
        ("odd_result", _NOT_JSON, _UNTOUCHED, None),
        ("cause", "Exception: the effect", _UNTOUCHED, None),
        ("end_and_set", None, ["str", "'after the end'"], "after the end"),
        ("set_twice", "two", ["str", "'second'"], "second"),
        ("nothing", None, _UNTOUCHED, None),
    )
}

GOLDEN = {
    "unknown_activity": Difference(
        "the instance stays Running for ever",
        "the instance fails at once; the log says what Azure would do",
        "a mistake that is found in a second, not after an hour",
        ["Failed", _MISSING],
    ),
}
"""By the name of the recorded scenario: runtime status and output."""

PROBES = {
    "a_negative_page": Difference("500", "400", "a fault of the client is told as one", 400),
    "an_id_that_begins_like_an_entity": Difference(
        "202, and an instance that is listed as an entity", "400", "ids that begin with @ are those of entities", 400
    ),
    "another_task_hub": Difference("200 with an empty list", "400 that names the hub", "a mistake is told", 400),
    "a_child_of_its_own_id": Difference(
        "the parent stays Running for ever", "it fails at once; the log says what Azure would do", "as above", "Failed"
    ),
    "bounds_of_the_number_of_attempts": Difference(
        "with fewer than one attempt the instance stays Running for ever",
        "it fails at once; the log says what Azure would do",
        "as above",
        {
            "1": ["Completed", f"{_FAILS} 1", None],
            "2": ["Completed", f"{_FAILS} 2", None],
            "3": ["Completed", 3, None],
            "0": ["Failed", _NO_ATTEMPT.format(0), None],
            "-1": ["Failed", _NO_ATTEMPT.format(-1), None],
        },
    ),
    "a_child_of_an_id_that_is_taken": Difference(
        "the child takes the place of a running instance of its id; who waits for that one waits for ever",
        "the call fails at once; the log says what Azure would do",
        "no instance disappears unseen",
        _TAKEN,
    ),
    "a_body_in_an_unknown_charset": Difference(
        "500 InvalidOperationException", "400 with the same body", "a fault of the client is told as one", 400
    ),
    "numbers_as_they_are_written": Difference(
        "numbers with an exponent: 1E+20, 10000000000000000.0",
        "1e+20, 1e+16",
        "every reader of JSON takes one for the other",
        _EXPONENTS,
    ),
    "bodies_in_a_dialect_of_json": Difference(
        "what Newtonsoft.Json reads beyond JSON is taken: single quotes, comments, NaN, octal and hexadecimal numbers",
        "400",
        "no client writes such a body but by mistake",
        {body: [400, 400] for body in _DIALECT},
    ),
    "odd_operations_of_entities": Difference(
        "an entity whose state or result is not JSON fails as a whole, and who calls it waits for ever",
        "the call fails at once; the log says what Azure would do",
        "as above",
        _ODD_OPERATIONS,
    ),
    "two_children_of_one_id": Difference(
        "both run, one in the place of the other",
        "the second call fails at once; the log says what Azure would do",
        "under the extension one of two that wait for something is never answered",
        ["Completed", _failed_child("twins-one"), None],
    ),
    "two_waiting_children_of_one_id": Difference(
        "the first is never answered: the parent stays Running for ever",
        "the second call fails at once; the log says what Azure would do",
        "as above",
        [["Completed", "Completed"], 410, ["Completed", _failed_child("twins-wait-one"), None]],
    ),
    "starts_that_are_odd": Difference(
        "a body that is not JSON: 500 JsonSerializationException",
        "400 with the same body",
        "a fault of the client is told as one",
    ),
}
"""By the name of the probe. Without an answer the two differ in what `there` and `here` say and in nothing else."""

UNMEASURED = (
    Difference(
        "two entities whose keys differ in case only: the second call of one orchestration waits for half an hour",
        "it is answered; the log says what Azure would do",
        "nobody wants to wait",
    ),
    Difference(
        "an event that comes between two generations is lost now and then (6 of 150 in one run)",
        "it never is",
        "a race of the storage provider; an app repeats what must not be lost, and is tested on the extension itself",
    ),
    Difference(
        "a suspension that comes between two short generations is lost (3 of 4 times, with generations of a moment)",
        "it never is",
        "as above",
    ),
    Difference(
        "several starts of one id in the same moment are all accepted (11 of 12 times), and one of them runs",
        "the first is accepted, the others are answered 409",
        "as above: on Azure, 202 is no lock",
    ),
    Difference(
        "a second rewind of an instance that has failed anew: its status with history cannot be asked for (400)",
        "it can",
        "nobody is helped by the error",
    ),
    Difference(
        "an unknown entity or sub-orchestrator: the instance stays Running for ever", "it fails at once", "as above"
    ),
    Difference(
        "a command on an instance that names an entity (terminate, suspend, restart): it ends or stops for ever",
        "404",
        "no entity is ended by mistake",
    ),
    Difference(
        "an unknown connection in the query: 500", "the query's connection is ignored", "there is one storage here"
    ),
    Difference(
        "an episode for every message of a long history",
        "user code is asked again only when it can go on, if the history has more than 64 events",
        "a fan-out of 500 takes half a second",
    ),
    Difference(
        "a reason that begins with what only Newtonsoft.Json reads (`undefined`, `new Date(1)`, `{a:1}`) is shown so",
        "it is shown as the text",
        "the first two are no JSON at all",
    ),
    Difference(
        "a time in a query without a date, or a date without a year, is one of today's day or year",
        "it is ignored",
        "nobody finds an instance of a past day by it",
    ),
    Difference("the error's StackTrace in bodies", "left out", "it is that of .NET"),
)
"""Known from the extension's source or seen once; no test asks both."""
