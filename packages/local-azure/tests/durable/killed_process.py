"""A hub in a process of its own, for a test that kills it: `python -m ... DATABASE JOURNAL`.

Runs three kinds of work until it is killed or done, and writes every run of an activity to the journal.
"""

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df

from local_azure.durable.hub import TaskHub
from local_azure.durable.queries import InstanceFilter
from local_azure.durable.store import Instance
from local_azure.testing.running_hub import Context, RunningHub, Steps

PARENTS = 6
WIDTH = 15


def register(hub: RunningHub, journal: Path) -> None:
    """Parents with children with fan-outs; a counter that every child adds to; a loop that continues as new."""

    @hub.orchestrator
    def parent(context: Context) -> Steps:
        number = context.get_input()
        sums = yield context.task_all([context.call_sub_orchestrator("child", [number, n]) for n in range(3)])
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=20))
        return sum(sums)

    @hub.orchestrator
    def child(context: Context) -> Steps:
        job = context.get_input()
        done = yield context.task_all([context.call_activity("work", [*job, n]) for n in range(WIDTH)])
        yield context.call_entity(df.EntityId("counter", "all"), "add", 1)
        return sum(done)

    @hub.orchestrator
    def loop(context: Context) -> Steps:
        count = context.get_input()
        yield context.call_activity("work", ["loop", count])
        context.signal_entity(df.EntityId("counter", "loops"), "add", 1)
        if count < 40:
            context.continue_as_new(count + 1)
            return None
        return count

    @hub.activity
    async def work(job: list[Any]) -> int:
        with journal.open("a") as file:
            file.write(json.dumps(job) + "\n")
        await asyncio.sleep(0.005)
        return 1

    @hub.entity
    def counter(context: Context) -> None:
        context.set_state(context.get_state(lambda: 0) + context.get_input())
        context.set_result(context.get_state())


def unfinished(hub: TaskHub) -> int:
    """The number of orchestrations that have not ended; entities are instances that run for ever."""
    running = InstanceFilter(statuses=frozenset({"Pending", "Running"}))
    instances, _ = hub.client.instances(running, 1000, None)
    return sum(isinstance(instance, Instance) for instance in instances)


async def main(database: Path, journal: Path) -> None:
    hub = RunningHub(database, df.DFApp())
    register(hub, journal)
    task_hub = await hub.hub()
    if not task_hub.client.instances(InstanceFilter(), 1, None)[0]:
        for number in range(PARENTS):
            await hub.start("parent", number, f"parent-{number}")
        await hub.start("loop", 0, "loop")
    sys.stdout.write("started\n")
    sys.stdout.flush()
    while unfinished(task_hub):
        await asyncio.sleep(0.02)
    await hub.stop()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
