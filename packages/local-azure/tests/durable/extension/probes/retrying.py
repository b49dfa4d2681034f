"""Retries at their bounds, and rewinds of what failed once."""

from collections import Counter
from functools import partial
from typing import Any

from tests.durable.extension.client import FINISHED, Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.probing import end_of, probe, ran, settled

_BEGUN, _ENDED = "SubOrchestrationInstanceCreated", "SubOrchestrationInstanceCompleted"


@probe
async def bounds_of_the_number_of_attempts(client: Client) -> Any:
    return {n: await settled(client, "retry_bounds", f"bounds{n}", n) for n in (1, 2, 3, 0, -1)}


@probe
async def a_retried_child_of_one_id(client: Client) -> Any:
    ended = await ran(client, "retried_child_of_one_id", None, "one-id")
    full = await client.full_status("one-id")
    child = await client.status("one-id-child")
    return [ended, [event["EventType"] for event in full["historyEvents"]], end_of(child)]


@probe
async def retries_in_groups(client: Client) -> Any:
    side_by_side = await ran(client, "retries_side_by_side", None, "side")
    return [side_by_side, await settled(client, "any_of_a_retry_and_work", "retry-or-work", None, hangs=True)]


async def _rewound(client: Client, name: str, instance_id: str) -> Any:
    failed = await ran(client, name, None, instance_id)
    answer = await client.ask("POST", f"/instances/{instance_id}/rewind?reason=once%20more")
    await client.until(instance_id, lambda status: status["runtimeStatus"] != "Failed")
    ended = await client.ended(instance_id)
    full = await client.full_status(instance_id)
    events = [[event["EventType"], event.get("Reason"), event.get("Data")] for event in full["historyEvents"]]
    return [failed[0], answer.status, end_of(ended), even(events)]


@probe
async def a_rewind_of_a_failed_activity(client: Client) -> Any:
    return await _rewound(client, "rewound", "rewound-activity")


@probe
async def a_rewind_of_a_failed_child(client: Client) -> Any:
    parent = await _rewound(client, "rewound_parent", "rewound-parent")
    return [parent, end_of(await client.status("rewound-parent-child"))]


@probe
async def a_rewind_of_an_orchestrators_own_failure(client: Client) -> Any:
    await client.run("rewound_itself", "rewound-itself")
    answer = await client.ask("POST", "/instances/rewound-itself/rewind?reason=own")
    return [answer.status, await settled(client, None, "rewound-itself", None)]


def _ended_otherwise(before: list[Any], status: dict[str, Any]) -> bool:
    return status["runtimeStatus"] in FINISHED and end_of(status)[:2] != before[:2]


@probe
async def rewinds_behind_retries(client: Client) -> Any:
    """The timers of retries stay in the history, to which the code then no longer leads."""
    names = (
        "rewound_after_retries", "rewound_fan_out_with_retries", "rewound_behind_a_retry",
        "rewound_behind_a_caught_failure", "rewound_behind_what_cleans_up", "rewound_parent_with_retries",
        "rewound_parent_with_retries_of_one_id",
    )  # fmt: skip
    shown: dict[str, Any] = {}
    for name in names:
        instance_id = name.replace("_", "-")
        before = end_of(await client.run(name, instance_id))
        await client.ask("POST", f"/instances/{instance_id}/rewind?reason=again")
        ended = await client.until(instance_id, partial(_ended_otherwise, before))
        full = await client.full_status(instance_id)
        # The code fails at the end of one child or of both: a child that is still to end counts as one that has ended.
        kinds = [event["EventType"].replace(_BEGUN, _ENDED) for event in full["historyEvents"]]
        shown[name] = [before[0], end_of(ended), Counter(kinds), kinds[-2:]]
    return shown
