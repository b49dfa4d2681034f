"""Rewinding failed instances, once the cause is mended."""

import azure.durable_functions as df
import pytest

from local_azure.durable.errors import NotFoundError, PreconditionError
from local_azure.testing.running_hub import Context, RunningHub, Steps


class Switch:
    """An activity's fault, and how often it ran."""

    def __init__(self) -> None:
        self.broken = True
        self.runs = 0

    def run(self) -> None:
        self.runs += 1
        if self.broken:
            raise ValueError("broken")


async def rewound(hub: RunningHub, instance_id: str) -> dict[str, object]:
    (await hub.hub()).client.rewind(instance_id, "mended")
    return await hub.ended(instance_id)


async def test_only_the_failed_activity_is_run_again(hub: RunningHub):
    switch = Switch()
    counted: list[int] = []

    @hub.orchestrator
    def steps(context: Context) -> Steps:
        first = yield context.call_activity("count", 1)
        second = yield context.call_activity("fragile", 2)
        third = yield context.call_activity("count", 3)
        return [first, second, third]

    @hub.activity
    def count(number: int) -> int:
        counted.append(number)
        return number

    @hub.activity
    def fragile(number: int) -> int:
        switch.run()
        return number

    assert (await hub.run("steps", instance_id="s"))["runtimeStatus"] == "Failed"
    switch.broken = False

    assert (await rewound(hub, "s"))["output"] == [1, 2, 3]
    assert (counted, switch.runs) == ([1, 3], 2)


async def test_a_fan_out_keeps_what_succeeded(hub: RunningHub):
    switch = Switch()
    runs: list[int] = []

    @hub.orchestrator
    def fan_out(context: Context) -> Steps:
        results = yield context.task_all([context.call_activity("maybe", n) for n in range(10)])
        return results

    @hub.activity
    def maybe(number: int) -> int:
        runs.append(number)
        if number % 3 == 0:
            switch.run()
        return number

    assert (await hub.run("fan_out", instance_id="f"))["runtimeStatus"] == "Failed"
    switch.broken = False

    assert (await rewound(hub, "f"))["output"] == list(range(10))
    assert sorted(runs[10:]) == [0, 3, 6, 9]


async def test_what_was_tried_again_cannot_be_rewound_as_on_azure(hub: RunningHub):
    """The timers between the attempts stay in the history. It begins anew by a restart."""
    switch = Switch()

    @hub.orchestrator
    def insist(context: Context) -> Steps:
        retry = df.RetryOptions(first_retry_interval_in_milliseconds=1000, max_number_of_attempts=2)
        return (yield context.call_activity_with_retry("fragile", retry, 5))

    @hub.activity
    def fragile(number: int) -> int:
        switch.run()
        return number

    assert (await hub.run("insist", instance_id="i"))["runtimeStatus"] == "Failed"
    switch.broken = False

    again = await rewound(hub, "i")
    assert (again["runtimeStatus"], str(again["output"]).partition(":")[0]) == (
        "Failed",
        "Non-Deterministic workflow detected",
    )
    (await hub.hub()).client.restart("i", new_id=False)
    assert (await hub.ended("i"))["output"] == 5


async def test_failed_children_are_rewound_with_their_parent(hub: RunningHub):
    switch = Switch()

    @hub.orchestrator
    def parent(context: Context) -> Steps:
        result = yield context.call_sub_orchestrator("child", 7, "kid")
        return {"child": result}

    @hub.orchestrator
    def child(context: Context) -> Steps:
        result = yield context.call_activity("fragile", context.get_input())
        return result

    @hub.activity
    def fragile(number: int) -> int:
        switch.run()
        return number

    assert (await hub.run("parent", instance_id="p"))["runtimeStatus"] == "Failed"
    switch.broken = False

    assert (await rewound(hub, "p"))["output"] == {"child": 7}
    assert (await hub.status("kid"))["runtimeStatus"] == "Completed"


async def test_only_failed_instances_are_rewound(hub: RunningHub):
    @hub.orchestrator
    def fine(context: Context) -> Steps:
        return 1
        yield

    await hub.run("fine", instance_id="fine")
    client = (await hub.hub()).client

    with pytest.raises(PreconditionError):
        client.rewind("fine", "why")
    with pytest.raises(NotFoundError):
        client.rewind("nobody", "why")
