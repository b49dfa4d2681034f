"""Programs of which the generator found that the engines answered them differently, made small."""

from typing import Any

from tests.durable.extension.client import FINISHED, Client
from tests.durable.extension.probes.probing import end_of, probe
from tests.durable.extension.programs.player import play_all

_NEVER = ["timer", 3600]
_RETRIED = ["retry", "r", 1, 3]
_RACE = ["yield", ["any", [_NEVER, _RETRIED]]]
"""The timer is cancelled behind it: a replay takes the group for done before the activity is tried again."""
_CHILD = ["child", [["yield", ["fails", "f", 1]]], "c", 3]
_SLOW_CHILD = ["child", [["yield", ["timer", 2.2]], ["yield", ["fails", "f", 1]]], "c", 3]
_OUTLIVED = [
    ["keep", 1, ["echo", 1]],
    ["keep", 2, _SLOW_CHILD],
    ["yield", ["any", [["kept", 1], ["kept", 2]]]],
]
_HELD = ["gate", 1, ["event", "g"], [["suspend", "lunch"], ["raise", "g", 1], ["raise", "y", 2], ["resume", "back"]]]
_RAISES = ["again", [["raise", "behind"]]]


async def _played(client: Client, prefix: str, programs: dict[str, list[Any]], after: str = "none") -> Any:
    made = [{"steps": steps, "after": [after]} for steps in programs.values()]
    return dict(zip(programs, await play_all(client, made, prefix), strict=True))


@probe
async def retries_beside_a_cancelled_timer(client: Client) -> Any:
    programs: dict[str, list[Any]] = {
        "nothing behind it": [_RACE],
        "an activity": [_RACE, ["yield", ["echo", 1]]],
        "an entity": [_RACE, ["yield", ["entity", "e", "add", 9]]],
        "a child": [_RACE, ["yield", ["child", [["yield", ["echo", 3]]], "c", None]]],
        "a timer": [_RACE, ["yield", ["timer", 0]]],
        "a generation": [_RACE, ["again", []], ["yield", ["echo", 1]]],
        "no timer": [["yield", ["any", [["event", "never"], _RETRIED]]], ["yield", ["echo", 3]]],
    }
    return await _played(client, "beside-", programs)


@probe
async def what_is_decided_by_code_that_fails_as_not_deterministic_runs(client: Client) -> Any:
    return await _played(client, "runs-", {"started again": [_RACE, ["yield", ["fails", "f", 1]]]}, "restart")


@probe
async def retries_that_outlive_a_race(client: Client) -> Any:
    programs: dict[str, list[Any]] = {
        "something behind it": [*_OUTLIVED, ["yield", ["kept", 2]], ["yield", ["echo", 9]]],
        "between and behind": [*_OUTLIVED, ["yield", ["echo", 9]], ["yield", ["kept", 2]], ["yield", ["echo", 9]]],
        "between only": [*_OUTLIVED, ["yield", ["echo", 9]], ["return", 5]],
        "a generation": [*_OUTLIVED, ["yield", ["echo", 9]], ["again", []], ["return", 5]],
    }
    return await _played(client, "outlive-", programs)


@probe
async def retried_children_whose_numbers_others_have(client: Client) -> Any:
    race = ["yield", ["any", [_NEVER, _CHILD]]]
    others: dict[str, list[Any]] = {
        "another child": ["child", [], "d", None],
        "an activity": ["echo", 3],
        "an entity": ["entity", "e", "add", 1],
    }
    programs: dict[str, list[Any]] = {
        word: [race, ["yield", ["all", [["timer", 0.2], other]]], ["yield", ["echo", 3]]]
        for word, other in others.items()
    }
    return await _played(client, "numbers-", programs)


@probe
async def failures_behind_generations(client: Client) -> Any:
    programs: dict[str, list[Any]] = {
        "at once": [["status", "s"], _RAISES],
        "in a child": [["try", [["yield", ["child", [_RAISES], None, None]]], []]],
        "in a second generation": [["status", "u"], ["yield", ["echo", 1]], ["again", []], _RAISES],
    }
    return await _played(client, "behind-", programs)


@probe
async def failures_that_carry_the_actions_of_another(client: Client) -> Any:
    """The last label counts, and only before a state that a failed orchestrator can have."""
    label = "\n\n$OutOfProcData$:"
    other = f'oh{label}{{"isDone": false, "actions": [[]], "error": "e"}}'
    child = ["yield", ["child", [_RAISES], None, None]]
    deep: Any = "deep"
    for _ in range(70):
        deep = [deep]
    programs: dict[str, list[Any]] = {
        "a child's": [["yield", ["echo", 1]], child],
        "a child's child's": [["yield", ["child", [["yield", ["echo", 2]], child], None, None]]],
        "told again": [["try", [child], [["status", "caught"], ["raise", f"{label}{{}}\nStack: none"]]]],
        "in the text": [
            ["yield", ["echo", 1]],
            ["raise", f'oh{label}{{"isDone": false, "actions": [[]], "error": "e"}}'],
        ],
        "a deep status": [["status", deep], ["raise", "oh"]],
        "an activity's": [["yield", ["bad", other]]],
        "an activity's, not of this kind": [["yield", ["bad", f'oh{label}{{"isDone": true}}']]],
    }
    return await _played(client, "carried-", programs)


@probe
async def statuses_that_are_too_long(client: Client) -> Any:
    """The status is set first, before the actions and before the failure is told."""
    long = ["long status", 9_000]
    programs: dict[str, list[Any]] = {
        "in time": [["long status", 8_000], ["yield", ["echo", 1]]],
        "alone": [long, ["yield", ["echo", 1]]],
        "and a failure": [long, ["raise", "oh"]],
        "late": [["yield", ["echo", 1]], long, ["raise", "oh"]],
        "a child's": [["yield", ["child", [long, ["yield", ["echo", 1]]], "c", None]]],
        "a child's and a failure": [["try", [["yield", ["child", [long, ["raise", "oh"]], "c", None]]], []]],
        "before a generation": [long, ["again", []], ["yield", ["echo", 1]]],
    }
    return await _played(client, "too-long-", programs)


@probe
async def events_behind_the_end_of_a_generation(client: Client) -> Any:
    early = ["gate", 2, ["any", [["event", "g2"], _NEVER]], [["raise", "y", 1], ["raise", "g2", 2]]]
    programs: dict[str, list[Any]] = {
        "held": [_HELD, ["again", []], ["yield", ["event", "y"]]],
        "held, nobody waits": [_HELD, ["again", []], ["yield", ["echo", 1]]],
        "a cancelled timer": [early, ["again", []], ["yield", ["event", "y"]], ["yield", ["event", "g2"]]],
        "an answer": [["yield", ["any", [["entity", "e", "add", 1], _NEVER]]], ["again", []], ["yield", ["echo", 1]]],
    }
    return await _played(client, "ends-", programs)


@probe
async def nothing_returned_after_a_suspension(client: Client) -> Any:
    opened = ["gate", 1, ["event", "g"], [["suspend", "lunch"], ["resume", "back"], ["raise", "g", 1]]]
    programs: dict[str, list[Any]] = {
        "opened later": [opened, ["return", None]],
        "opened meanwhile": [_HELD, ["return", None]],
        "a generation later": [opened, ["again", []], ["yield", ["echo", 1]], ["return", None]],
        "a generation meanwhile": [_HELD, ["again", []], ["yield", ["echo", 1]], ["return", None]],
        "by a child": [["yield", ["child", [_HELD, ["return", None]], "c", None]]],
    }
    return await _played(client, "nothing-", programs)


@probe
async def a_rewind_with_something_behind_it(client: Client) -> Any:
    """The timer of the retry stays, to which the code no longer leads. What stands behind it is not decided."""
    child = ["child", [["yield", ["fails", "f", 2]]], None, 1]
    steps: list[Any] = [["yield", child], ["yield", ["child", [["yield", ["echo", 1]]], "c", None]]]
    await client.run("program", "rewound-program", {"root": "rewound-program", "todo": steps})
    await client.ask("POST", "/instances/rewound-program/rewind?reason=again")
    ended = await client.until(
        "rewound-program",
        lambda status: str(status["output"]).startswith("Non") and status["runtimeStatus"] in FINISHED,
    )
    child_of_it = await client.status("rewound-program-c")
    return [end_of(ended), child_of_it["runtimeStatus"]]


@probe
async def a_status_over_a_generation_that_ends_at_once(client: Client) -> Any:
    programs: dict[str, list[Any]] = {
        "one": [["status", "s"], ["yield", ["echo", 1]], ["again", []], ["return", 1]],
        "two": [["status", "s"], ["yield", ["echo", 1]], ["again", []], ["again", []], ["return", 1]],
    }
    return await _played(client, "at-once-", programs)
