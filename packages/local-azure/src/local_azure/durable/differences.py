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
        "an unknown entity or sub-orchestrator: the instance stays Running for ever", "it fails at once", "as above"
    ),
    Difference(
        "an unknown connection in the query: 500", "the query's connection is ignored", "there is one storage here"
    ),
    Difference(
        "an episode for every message of a long history",
        "user code is asked again only when it can go on, if the history has more than 64 events",
        "a fan-out of 500 takes half a second",
    ),
    Difference("the error's StackTrace in bodies", "left out", "it is that of .NET"),
)
"""Known from the extension's source or seen once; no test asks both."""
